// Times of files: one by itself, and two side by side.
import { describe, expect, it } from 'vitest';
import { fileLatency, measureLatency, median, percentile } from '../../../src/core/analysis/latency';
import { saveModel } from '../../../src/core/formats/saveModel';
import { normals } from '../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../support/build';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

/** A square layer, applied `times` times. */
async function saved(name: string, times: number): Promise<string> {
  const size = 256;
  const values = ['x', ...Array.from({ length: times }, (_, i) => `v${i}`)];
  const content = model(
    graph({
      nodes: values.slice(1).map((value, i) => node('MatMul', [values[i]!, 'w'], [value], {}, `fc${i}`)),
      inputs: [input('x', ['N', size])],
      outputs: [input(values.at(-1)!, ['N', size])],
      initializers: [
        floats(
          'w',
          [size, size],
          normals(size * size, 1).map((value) => value / 16),
        ),
      ],
    }),
  );
  await saveModel(content, folder.file(name), { jobId: 'test' });
  return folder.file(name);
}

const feeds = { x: { type: 'float32', shape: [64, 256], data: normals(64 * 256, 2) } } as const;

describe('measureLatency', () => {
  it('finds that ten times the work takes longer, within its time', async () => {
    const [one, ten] = [await saved('one.onnx', 1), await saved('ten.onnx', 10)];
    const started = performance.now();
    const latency = await measureLatency(one, ten, feeds, new AbortController().signal);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(latency.beforeMs).toBeGreaterThan(0);
    expect(latency.afterMs).toBeGreaterThan(2 * latency.beforeMs);
    expect(latency.batch).toBe(64);
    expect(latency.threads).toBeGreaterThanOrEqual(1);
  });

  it('ends when it is cancelled between runs', async () => {
    const path = await saved('one.onnx', 1);
    await expect(measureLatency(path, path, feeds, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('fileLatency', () => {
  it('gives the median of the runs and the time that most of them keep within', async () => {
    const path = await saved('one.onnx', 1);
    const latency = await fileLatency(path, feeds, new AbortController().signal);
    expect(latency.medianMs).toBeGreaterThan(0);
    expect(latency.p95Ms).toBeGreaterThanOrEqual(latency.medianMs);
    expect(latency).toMatchObject({ batch: 64, threads: expect.any(Number) as number });
  });
});

describe('percentile', () => {
  it('is the smallest value that this part of the values does not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile([3, 1, 2], 0.95)).toBe(3);
    expect(percentile([7], 0.95)).toBe(7);
  });
});

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });
});
