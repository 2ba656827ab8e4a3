// Histograms against a reference over sorted values.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramBins, histogramCounts, valueRange } from '../../../src/core/analysis/histogram';
import type { HistogramView } from '../../../src/shared/contracts/layerViews';

function histogram(values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>): HistogramView {
  const range = valueRange();
  range.add(values.subarray(0, 3));
  range.add(values.subarray(3));
  const counts = histogramCounts(range.range());
  counts.add(values.subarray(0, 5));
  counts.add(values.subarray(5));
  return counts.view();
}

const anyFloat = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, NaN, Infinity, -Infinity) },
);

describe('histogramCounts', () => {
  it('puts every finite value in exactly one bin, and the bin contains it', () => {
    fc.assert(
      fc.property(fc.array(anyFloat, { maxLength: 200 }), (list) => {
        const view = histogram(Float32Array.from(list));
        const finite = [...Float32Array.from(list)]
          .filter((value) => Number.isFinite(value))
          .toSorted((a, b) => a - b);
        expect(view.counts.reduce((sum, count) => sum + count, 0)).toBe(finite.length);
        expect(view.notFinite ?? 0).toBe(list.length - finite.length);
        expect(view.zeros).toBe(finite.filter((value) => value === 0).length);
        if (finite.length === 0) return;
        expect([view.min + 0, view.max + 0]).toEqual([finite[0]! + 0, finite.at(-1)! + 0]);
        const width = (view.max - view.min) / view.counts.length;
        let seen = 0;
        view.counts.forEach((count, bin) => {
          for (const value of finite.slice(seen, seen + count)) {
            const slack = 1e-9 * (Math.abs(view.min) + Math.abs(view.max));
            expect(value).toBeGreaterThanOrEqual(view.min + bin * width - slack);
            expect(value).toBeLessThanOrEqual(view.min + (bin + 1) * width + slack);
          }
          seen += count;
        });
      }),
    );
  });

  it('has 64 bins, the largest value in the last', () => {
    const view = histogram(Float32Array.from({ length: 129 }, (_, i) => i));
    expect(view.counts).toHaveLength(histogramBins);
    expect(view.counts.slice(0, 63)).toEqual(Array.from({ length: 63 }, () => 2));
    expect(view.counts[63]).toBe(3);
  });

  it('puts equal values in a single bin', () => {
    expect(histogram(new Float32Array(10).fill(2))).toEqual({ min: 2, max: 2, counts: [10], zeros: 0 });
  });

  it('says that nothing is finite with a range of 0', () => {
    const view = histogram(new Float64Array([NaN, Infinity]));
    expect(view).toEqual({ min: 0, max: 0, counts: [0], zeros: 0, notFinite: 2 });
  });

  it('does not fail on a range that float64 cannot hold', () => {
    const view = histogram(new Float64Array([-1.7e308, 0, 1.7e308]));
    expect(view.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  });
});
