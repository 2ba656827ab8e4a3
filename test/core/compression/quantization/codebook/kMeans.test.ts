// Codebooks by k-means: the least sum of squares, checked against all partitions, and what is kept of zeros.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniform, normals } from '../../../../../src/shared/base/random';
import { affineGrid, signedLevels } from '../../../../../src/core/compression/quantization/grids/affineGrid';
import { roundToGrid } from '../../../../../src/core/compression/quantization/grids/onGrid';
import { tensorLayout } from '../../../../../src/core/compression/quantization/grids/gridLayout';
import type { WeightGrid } from '../../../../../src/core/compression/quantization/grids/weightGrid';
import {
  kMeansGrid,
  kMeansLevels,
  type KMeansOptions,
} from '../../../../../src/core/compression/quantization/codebook/kMeans';
import {
  leastSquaresLevels,
  leastSquaresLevelsWithZero,
} from '../../../../../src/core/compression/quantization/codebook/leastSquares';
import {
  distinctPoints,
  mergedPoints,
} from '../../../../../src/core/compression/quantization/codebook/points';
import { pauseFor } from '../../../../../src/core/ir/pacing';
import { float32Tensor } from '../../../../../src/core/ir/numbers';

const pause = pauseFor(new AbortController().signal);

/** The error of numbers when each goes to the level that is nearest to it. */
function squaredError(numbers: Iterable<number>, levels: Iterable<number>): number {
  const all = [...levels];
  let sum = 0;
  for (const number of numbers) sum += Math.min(...all.map((level) => (number - level) ** 2));
  return sum;
}

/**
 * The least error of sorted numbers with up to `count` levels, of all ways to cut them into neighbours. Where zero is
 * owed, it is one of the levels.
 */
function leastError(sorted: readonly number[], count: number, zeroOwed: boolean): number {
  if (count === 0) return sorted.length > 0 || zeroOwed ? Infinity : 0;
  let least = sorted.length === 0 ? 0 : Infinity;
  for (let end = 1; end <= sorted.length; end++) {
    const part = sorted.slice(0, end);
    const rest = sorted.slice(end);
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    least = Math.min(least, squaredError(part, [mean]) + leastError(rest, count - 1, zeroOwed));
    if (zeroOwed) least = Math.min(least, squaredError(part, [0]) + leastError(rest, count - 1, false));
  }
  return least;
}

const fewNumbers = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 9 });
const optimal = (bits: number): KMeansOptions => ({ bits, init: 'optimal', seed: 1 });
const meanSquare = (numbers: Float32Array): number => squaredError(numbers, [0]) / numbers.length;

function errorOn(numbers: Float32Array<ArrayBuffer>, grid: WeightGrid): number {
  const rounded = numbers.slice();
  roundToGrid(rounded, 0, grid);
  return meanSquare(rounded.map((value, i) => value - numbers[i]!));
}

describe('k-means in one dimension', () => {
  it('has the least sum of squares of all partitions', async () => {
    await fc.assert(
      fc.asyncProperty(fewNumbers, fc.integer({ min: 1, max: 5 }), async (numbers, count) => {
        const levels = await leastSquaresLevels(distinctPoints(numbers), count, pause);
        expect(levels.length).toBeLessThanOrEqual(count);
        expect([...levels]).toEqual([...levels].toSorted((a, b) => a - b));
        const least = leastError(
          numbers.toSorted((a, b) => a - b),
          count,
          false,
        );
        expect(squaredError(numbers, levels)).toBeCloseTo(least, 8);
      }),
    );
  });

  it('has the least sum of squares of all codebooks with zero, where zero is to be among the levels', async () => {
    await fc.assert(
      fc.asyncProperty(fewNumbers, fc.integer({ min: 1, max: 5 }), async (numbers, count) => {
        const levels = await leastSquaresLevelsWithZero(distinctPoints(numbers), count, pause);
        expect(levels.length).toBeLessThanOrEqual(count);
        expect([...levels]).toContain(0);
        const sorted = numbers.toSorted((a, b) => a - b);
        const least = leastError(sorted, count, true);
        expect(squaredError(numbers, levels)).toBeCloseTo(least, 8);
      }),
    );
  });

  it('agrees with an exhaustive dynamic program on hundreds of numbers', async () => {
    const next = uniform(7);
    const numbers = Float64Array.from({ length: 300 }, () => next() ** 3 - 0.2).toSorted();
    for (const count of [2, 3, 8, 31, 64]) {
      const levels = await leastSquaresLevels(distinctPoints(numbers), count, pause);
      expect(squaredError(numbers, levels)).toBeCloseTo(exhaustive(numbers, count), 12);
    }
  });

  it('gives every number its own level where there are enough', async () => {
    const levels = await kMeansLevels(distinctPoints([3, -1, 3, 2, 2]), optimal(2), pause);
    expect([...levels]).toEqual([-1, 2, 3]);
  });

  it('is never worse than uniform levels of as many bits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 2, max: 6 }),
        fc.boolean(),
        async (seed, bits, sparse) => {
          const next = uniform(seed);
          const numbers = normals(700, seed).map((value) => (sparse && next() < 0.6 ? 0 : value));
          const tensor = float32Tensor('w', [numbers.length], numbers);
          const codebook = (await kMeansGrid(tensor, optimal(bits), pause))!;
          for (const scheme of ['symmetric', 'asymmetric'] as const) {
            const levels = signedLevels(bits, scheme);
            const { scale, zeroPoint } = affineGrid(
              { min: Math.min(...numbers), max: Math.max(...numbers) },
              scheme,
              levels,
            );
            const uniformGrid: WeightGrid = {
              kind: 'uniform',
              bits,
              ...levels,
              layout: tensorLayout([numbers.length]),
              scales: Float32Array.of(scale),
              zeroPoints: Int8Array.of(zeroPoint),
            };
            expect(errorOn(numbers, codebook)).toBeLessThanOrEqual(
              errorOn(numbers, uniformGrid) * (1 + 1e-6),
            );
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps zeros exactly where they are many, and spends no level on a few', async () => {
    const numbers = normals(1000, 3).map((value, i) => (i % 2 === 0 ? 0 : value + 0.3));
    for (const init of ['optimal', 'linear', 'density', 'random'] as const) {
      const grid = (await kMeansGrid(
        float32Tensor('w', [1000], numbers),
        { bits: 2, init, seed: 5 },
        pause,
      ))!;
      expect([...grid.values], init).toContain(0);
      const rounded = numbers.slice();
      roundToGrid(rounded, 0, grid);
      expect(
        numbers.every((value, i) => value !== 0 || rounded[i] === 0),
        init,
      ).toBe(true);
    }
    const dense = Float32Array.from(normals(1000, 3), (value, i) => (i < 5 ? 0 : value + 0.3));
    const grid = (await kMeansGrid(float32Tensor('w', [1000], dense), optimal(2), pause))!;
    expect([...grid.values]).not.toContain(0);
  });

  it('is never worse than what Lloyd makes of other beginnings', async () => {
    const numbers = normals(3000, 11) as Float32Array<ArrayBuffer>;
    const tensor = float32Tensor('w', [3000], numbers);
    const best = errorOn(numbers, (await kMeansGrid(tensor, optimal(4), pause))!);
    const errors: number[] = [];
    for (const init of ['linear', 'density', 'random'] as const) {
      errors.push(errorOn(numbers, (await kMeansGrid(tensor, { bits: 4, init, seed: 2 }, pause))!));
    }
    for (const error of errors) expect(error).toBeGreaterThanOrEqual(best * (1 - 1e-6));
    // They are local minima, and not far away.
    for (const error of errors) expect(error).toBeLessThan(best * 1.5);
    expect(errors.some((error) => error > best * 1.0001)).toBe(true);
  });

  it('draws the same random beginning for a seed', async () => {
    const tensor = float32Tensor('w', [2000], normals(2000, 1));
    const of = async (seed: number) =>
      (await kMeansGrid(tensor, { bits: 4, init: 'random', seed }, pause))!.values;
    expect(await of(3)).toEqual(await of(3));
    expect(await of(3)).not.toEqual(await of(4));
  });

  it('comes close to the least where it merges neighbours', async () => {
    const numbers = normals(4000, 9);
    const points = distinctPoints(numbers);
    const merged = mergedPoints(points, 300, false);
    expect(merged.values.length).toBeLessThanOrEqual(300);
    expect(merged.counts.reduce((sum, count) => sum + count, 0)).toBe(4000);
    const exact = squaredError(numbers, await leastSquaresLevels(points, 16, pause));
    const coarse = squaredError(numbers, await leastSquaresLevels(merged, 16, pause));
    expect(coarse).toBeLessThan(exact * 1.02);
  });

  it('has no codebook for numbers that are not finite', async () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const tensor = float32Tensor('w', [3], Float32Array.of(1, bad, 2));
      expect(await kMeansGrid(tensor, optimal(3), pause)).toBeUndefined();
    }
  });

  it('counts a large tensor in cells, zeros apart', async () => {
    const size = (1 << 22) + 8;
    const next = uniform(1);
    const numbers = Float32Array.from({ length: size }, () => (next() < 0.5 ? 0 : next() + 1));
    const grid = (await kMeansGrid(float32Tensor('w', [size], numbers), optimal(3), pause))!;
    expect(grid.values).toHaveLength(8);
    expect(grid.values[0]).toBe(0);
    // Of a uniform distribution from 1 to 2 the best seven levels are the middles of sevenths.
    for (let i = 1; i < 8; i++) expect(grid.values[i]).toBeCloseTo(1 + (i - 0.5) / 7, 2);
  });
});

/** cost[m][i] by trying every beginning of the last level, with errors summed up anew. */
function exhaustive(sorted: Float64Array, count: number): number {
  const n = sorted.length;
  const errors = Array.from({ length: n }, (_, start) => {
    let [sum, squares] = [0, 0];
    const from: number[] = [];
    for (let end = start; end < n; end++) {
      sum += sorted[end]!;
      squares += sorted[end]! ** 2;
      from[end + 1] = squares - sum ** 2 / (end + 1 - start);
    }
    return from;
  });
  let costs = [0, ...Array.from({ length: n }, () => Infinity)];
  for (let m = 1; m <= count; m++) {
    costs = costs.map((_, i) =>
      costs.slice(0, i).reduce((least, cost, j) => Math.min(least, cost + errors[j]![i]!), Infinity),
    );
  }
  return costs[n]!;
}
