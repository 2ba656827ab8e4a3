// Orders by chance: permutations that a seed decides, and fair ones.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shuffledIndices } from '../../../src/core/data/shuffle';

describe('shuffled indices', () => {
  it('are a permutation that depends on the seed alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer(), (count, seed) => {
        const order = shuffledIndices(count, seed);
        expect(order.toSorted()).toEqual(Int32Array.from({ length: count }, (_, i) => i));
        expect(shuffledIndices(count, seed)).toEqual(order);
      }),
    );
    expect(shuffledIndices(100, 1)).not.toEqual(shuffledIndices(100, 2));
  });

  it('put each number everywhere equally often', () => {
    const [count, rounds] = [5, 10_000];
    const seen = new Float64Array(count * count);
    for (let seed = 0; seed < rounds; seed++) {
      for (const [at, index] of shuffledIndices(count, seed).entries()) seen[count * index + at]! += 1;
    }
    // Five standard deviations of a share of 1/5.
    const tolerance = 5 * Math.sqrt(0.16 / rounds);
    for (const times of seen) expect(Math.abs(times / rounds - 1 / count)).toBeLessThan(tolerance);
  });
});
