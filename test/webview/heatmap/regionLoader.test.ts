// Asking for finer cells: only once the view rests, only where there is something to gain, and never from the past.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HeatmapSide } from '../../../src/shared/contracts/engineContract';
import type { HeatmapView, RegionView } from '../../../src/shared/contracts/layerViews';
import { createRegionLoader } from '../../../webview/heatmap/regionLoader';

function cells(region: RegionView): HeatmapView {
  const none = new Float32Array(0);
  return {
    matrixRows: 4096,
    matrixColumns: 4096,
    region,
    cellRows: Math.min(512, region.rows),
    cellColumns: Math.min(512, region.columns),
    mean: none,
    magnitude: none,
    zeros: none,
    maxMagnitude: 1,
  };
}

const whole = cells({ row: 0, column: 0, rows: 4096, columns: 4096 });
const part = (row: number, rows = 400): RegionView => ({ row, column: row, rows, columns: rows });

function harness() {
  const asked: {
    side: HeatmapSide;
    region: RegionView;
    signal: AbortSignal;
    answer: (view?: HeatmapView) => void;
  }[] = [];
  const loaded: HeatmapView[] = [];
  const failures: unknown[] = [];
  const loader = createRegionLoader({
    load: (side, region, signal) =>
      new Promise((resolve) => asked.push({ side, region, signal, answer: resolve })),
    delayMs: 100,
    onLoaded: (_, heatmap) => loaded.push(heatmap),
    onFailed: (error) => failures.push(error),
  });
  return { loader, asked, loaded, failures };
}

describe('a region loader', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks once after the view has rested, for what was shown last', () => {
    const { loader, asked } = harness();
    for (let step = 0; step < 10; step++) {
      loader.want('before', part(step * 10), whole);
      vi.advanceTimersByTime(50);
    }
    expect(asked).toHaveLength(0);
    vi.advanceTimersByTime(100);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.region.row).toBeLessThanOrEqual(90);
    expect(asked[0]!.region.row + asked[0]!.region.rows).toBeGreaterThanOrEqual(490);
  });

  it('does not ask where the whole picture is as fine', () => {
    const { loader, asked } = harness();
    loader.want('before', { row: 0, column: 0, rows: 4096, columns: 4096 }, whole);
    loader.want(
      'before',
      { row: 0, column: 0, rows: 300, columns: 300 },
      cells({ row: 0, column: 0, rows: 512, columns: 512 }),
    );
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(0);
  });

  it('finds what was loaded, for its own side only', async () => {
    const { loader, asked, loaded } = harness();
    loader.want('after', part(100), whole);
    vi.advanceTimersByTime(100);
    asked[0]!.answer(cells(asked[0]!.region));
    await vi.runAllTimersAsync();
    expect(loaded).toHaveLength(1);
    expect(loader.find('after', part(120, 100))).toBe(loaded[0]);
    expect(loader.find('before', part(120, 100))).toBeUndefined();
    expect(loader.find('after', part(3000, 100))).toBeUndefined();
    loader.want('after', part(110, 300), whole);
    vi.advanceTimersByTime(1000);
    expect(asked).toHaveLength(1);
  });

  it('withdraws a question when another is asked, and drops its late answer', async () => {
    const { loader, asked, loaded, failures } = harness();
    loader.want('before', part(0), whole);
    vi.advanceTimersByTime(100);
    loader.want('before', part(2000), whole);
    vi.advanceTimersByTime(100);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.answer(cells(asked[0]!.region));
    asked[1]!.answer(cells(asked[1]!.region));
    await vi.runAllTimersAsync();
    expect(loaded.map(({ region }) => region)).toEqual([asked[1]!.region]);
    expect(failures).toEqual([]);
  });

  it('tells of a failure, but not of one that was withdrawn', async () => {
    const failures: unknown[] = [];
    const loader = createRegionLoader({
      load: (_side, _region, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('withdrawn')))),
      delayMs: 100,
      onLoaded: () => {},
      onFailed: (error) => failures.push(error),
    });
    loader.want('before', part(0), whole);
    vi.advanceTimersByTime(100);
    loader.reset();
    await vi.runAllTimersAsync();
    expect(failures).toEqual([]);
    const failing = createRegionLoader({
      load: () => Promise.reject(new Error('no such tensor')),
      delayMs: 100,
      onLoaded: () => {},
      onFailed: (error) => failures.push(error),
    });
    failing.want('before', part(0), whole);
    await vi.runAllTimersAsync();
    expect(failures).toEqual([new Error('no such tensor')]);
  });
});
