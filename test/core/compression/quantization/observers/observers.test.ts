// Histograms of values that come in parts, and the ranges that observers choose from them.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  signedLevels,
  unsignedLevels,
  type Levels,
  type Range,
  type Scheme,
} from '../../../../../src/core/compression/quantization/grids/affineGrid';
import {
  observerIds,
  observers,
  type ObserverId,
} from '../../../../../src/core/compression/quantization/observers/observers';
import {
  HistogramBuilder,
  mostBins,
  type ValueHistogram,
} from '../../../../../src/core/compression/quantization/observers/valueHistogram';
import { normals } from '../../../../../src/shared/base/random';

const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 80 });
const bits = fc.integer({ min: 2, max: 8 });

function histogramOf(...parts: readonly ArrayLike<number>[]): ValueHistogram {
  const builder = new HistogramBuilder();
  for (const part of parts) builder.add(Float32Array.from(part));
  return builder.histogram();
}

function rangeOf(
  id: ObserverId,
  given: ArrayLike<number>,
  scheme: Scheme,
  levels: Levels,
  percentile = 99,
): Range {
  return observers[id].range(histogramOf(given), { scheme, levels, percentile });
}

function squaredError(given: ArrayLike<number>, range: Range, scheme: Scheme, levels: Levels): number {
  const grid = affineGrid(range, scheme, levels);
  return Array.from(given).reduce(
    (sum, x) => sum + (dequantizeValue(quantizeValue(x, grid), grid) - x) ** 2,
    0,
  );
}

describe('a histogram of values in parts', () => {
  it('is the same in whatever order and parts the values come', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.infiniteStream(fc.nat()), (given, cut, stream) => {
        const shuffled = given
          .map((value) => ({ value, key: stream.next().value as number }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ value }) => value);
        const at = cut % (given.length + 1);
        expect(histogramOf(shuffled.slice(0, at), shuffled.slice(at))).toEqual(histogramOf(given));
      }),
    );
  });

  it('counts every value in the bin that it lies in, of at most 2048', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { counts, first, width, count, min, max, zeros } = histogramOf(given);
        expect(counts.length).toBeLessThanOrEqual(mostBins);
        expect(Number.isInteger(Math.log2(width))).toBe(true);
        const expected = new Float64Array(counts.length);
        for (const value of given) expected[Math.floor(value / width) - first]!++;
        expect(counts).toEqual(expected);
        expect([count, min, max]).toEqual([given.length, Math.min(...given) + 0, Math.max(...given) + 0]);
        expect(zeros).toBe(given.filter((value) => value === 0).length);
      }),
    );
  });

  it('has more than a thousand bins where values spread over their range', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.integer({ min: -5, max: 5 }), (from, power) => {
        const spread = Array.from({ length: 3000 }, (_, i) => (from / 10 + i / 3000) * 2 ** power);
        expect(histogramOf(spread).counts.length).toBeGreaterThan(mostBins / 2 - 1);
      }),
    );
  });

  it('goes on from a histogram as if it had taken in its values', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const builder = new HistogramBuilder(histogramOf(before));
        builder.add(Float32Array.from(after));
        expect(builder.histogram()).toEqual(histogramOf([...before, ...after]));
      }),
    );
  });

  it('leaves NaN and infinite values out and counts them', () => {
    const histogram = histogramOf([NaN, Infinity], [1, -Infinity, 0, 3]);
    expect(histogram).toMatchObject({ min: 0, max: 3, count: 3, notFinite: 3, zeros: 1 });
    expect(histogramOf([NaN])).toMatchObject({ min: 0, max: 0, count: 0, notFinite: 1 });
  });
});

describe('observers', () => {
  it.each(observerIds)('%s stays within the values and gives a usable grid', (id) => {
    fc.assert(
      fc.property(values, bits, fc.boolean(), (given, width, symmetric) => {
        const scheme = symmetric ? 'symmetric' : 'asymmetric';
        const levels = symmetric ? signedLevels(width, scheme) : unsignedLevels(width);
        const range = rangeOf(id, given, scheme, levels);
        expect(range.min).toBeGreaterThanOrEqual(Math.min(...given, 0));
        expect(range.max).toBeLessThanOrEqual(Math.max(...given, 0));
        const grid = affineGrid(range, scheme, levels);
        expect(grid.zeroPoint).toBeGreaterThanOrEqual(levels.lowest);
        expect(grid.zeroPoint).toBeLessThanOrEqual(levels.highest);
        expect(grid.scale).toBeGreaterThan(0);
      }),
    );
  });

  it('min-max is the range of the values', () => {
    expect(rangeOf('min-max', [-3, 0.5, 2], 'asymmetric', unsignedLevels(8))).toEqual({ min: -3, max: 2 });
  });

  it('percentile leaves as many values outside as it says', () => {
    const given = Float32Array.from({ length: 10000 }, (_, i) => i / 10000 - 0.25);
    const asymmetric = rangeOf('percentile', given, 'asymmetric', unsignedLevels(8), 98);
    expect(asymmetric.min).toBeCloseTo(-0.24, 3);
    expect(asymmetric.max).toBeCloseTo(0.74, 3);
    const symmetric = rangeOf('percentile', given, 'symmetric', signedLevels(8, 'symmetric'), 90);
    expect(symmetric.max).toBeCloseTo(0.65, 3);
    expect(symmetric.min).toBeCloseTo(-0.25, 3);
    expect(rangeOf('percentile', given, 'asymmetric', unsignedLevels(8), 100)).toEqual({
      min: given[0],
      max: given[9999],
    });
  });

  it('mse has no larger error than the whole range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), bits, fc.boolean(), (seed, width, symmetric) => {
        const given = normals(20000, seed).map((x) => x ** 3);
        const scheme = symmetric ? 'symmetric' : 'asymmetric';
        const levels = symmetric ? signedLevels(width, scheme) : unsignedLevels(width);
        const found = rangeOf('mse', given, scheme, levels);
        const whole = rangeOf('min-max', given, scheme, levels);
        expect(squaredError(given, found, scheme, levels)).toBeLessThan(
          1.02 * squaredError(given, whole, scheme, levels),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('mse comes near the optimal clipping of a normal distribution', () => {
    // Banner et al., table 1 of the supplement: 2.83 standard deviations at 4 bits, 2 bits 1.71, of 2^b levels.
    const given = normals(200000, 5);
    const levels = { lowest: -7, highest: 8 };
    const { max } = rangeOf('mse', given, 'asymmetric', levels);
    expect(max).toBeGreaterThan(2.2);
    expect(max).toBeLessThan(3.2);
  });

  it('entropy cuts off a few outliers, and keeps values that are evenly spread', () => {
    const given = normals(50000, 3).map(Math.abs);
    given[0] = 60;
    const cut = rangeOf('entropy', given, 'asymmetric', unsignedLevels(8));
    expect(cut.max).toBeLessThan(15);
    expect(cut.max).toBeGreaterThan(2);
    const even = Float32Array.from({ length: 50000 }, (_, i) => i / 50000);
    expect(rangeOf('entropy', even, 'asymmetric', unsignedLevels(8)).max).toBeGreaterThan(0.95);
  });
});
