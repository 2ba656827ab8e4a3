// Error measures on cases computed by hand, and what must hold for any values.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorSums, type ErrorMeasures } from '../../../src/core/analysis/errorMeasures';

function measures(x: readonly number[], y: readonly number[]): ErrorMeasures {
  const sums = errorSums();
  sums.add(x.slice(0, 2), y.slice(0, 2));
  sums.add(x.slice(2), y.slice(2));
  return sums.measures();
}

const pairs = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
  minLength: 1,
  maxLength: 60,
});

describe('errorSums', () => {
  it('gives the figures of a case computed by hand', () => {
    // Σx² = 1+4+9+16 = 30, Σ(x−y)² = 0+1+0+4 = 5: 10 · log10(6) dB. Σxy = 1+2+9+8 = 20, Σy² = 1+1+9+4 = 15.
    const result = measures([1, 2, -3, 4], [1, 1, -3, 2]);
    expect(result.mse).toBe(1.25);
    expect(result.sqnrDb).toBeCloseTo(7.781512503836436, 12);
    expect(result.maxError).toBe(2);
    expect(result.cosine).toBeCloseTo(20 / Math.sqrt(450), 12);
    expect(result.count).toBe(4);
  });

  it('knows the noise ratio of rounding: 6.02 dB for every bit', () => {
    const x = Array.from({ length: 100_001 }, (_, i) => i / 50_000 - 1);
    for (const bits of [4, 8]) {
      const step = 2 ** (1 - bits);
      const result = measures(
        x,
        x.map((value) => Math.round(value / step) * step),
      );
      // A uniform signal of variance 1/3 against uniform noise of variance step²/12.
      expect(result.sqnrDb).toBeCloseTo(10 * Math.log10(4 / step ** 2), 1);
    }
  });

  it('is null in decibels and 0 otherwise where nothing changed', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const x = list.map(([a]) => a);
        const result = measures(x, x);
        expect([result.mse, result.sqnrDb, result.maxError]).toEqual([0, null, 0]);
        expect(result.cosine).toBeCloseTo(1, 12);
      }),
    );
  });

  it('agrees with sums written out', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const result = measures(
          list.map(([a]) => a),
          list.map(([, b]) => b),
        );
        const squares = list.reduce((sum, [a, b]) => sum + (a - b) ** 2, 0);
        expect(result.mse).toBeCloseTo(squares / list.length, 9);
        expect(result.maxError).toBe(Math.max(...list.map(([a, b]) => Math.abs(a - b))));
        expect(Math.abs(result.cosine)).toBeLessThanOrEqual(1);
        if (squares === 0) expect(result.sqnrDb).toBeNull();
        else expect(Number.isFinite(result.sqnrDb)).toBe(true);
      }),
    );
  });

  it('stays a number where there is no signal', () => {
    expect(measures([0, 0], [0, 1])).toMatchObject({ sqnrDb: -300, cosine: 0, mse: 0.5 });
    expect(measures([0, 0], [0, 0])).toMatchObject({ sqnrDb: null, cosine: 1 });
  });

  it('leaves out and counts what is not finite, unless both are the same', () => {
    const result = measures([1, NaN, Infinity, 2, -Infinity], [2, NaN, Infinity, NaN, Infinity]);
    expect(result).toMatchObject({ mse: 1, count: 1, notFinite: 2 });
  });
});
