// GPTQ on single layers: against every choice of grid values that there is where layers are tiny, and what must hold
// whatever the numbers are.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affineGrid,
  dequantizeValue,
  signedLevels,
  type AffineGrid,
} from '../../../../../src/core/compression/quantization/grids/affineGrid';
import { nearestOn } from '../../../../../src/core/compression/quantization/rounding/elementGrids';
import { gptq } from '../../../../../src/core/compression/quantization/rounding/gptq';
import { pauseFor } from '../../../../../src/core/ir/pacing';
import { normals } from '../../../../../src/shared/base/random';

const pause = pauseFor(new AbortController().signal);
const seeds = fc.integer({ min: 1, max: 1e6 });

interface Layer {
  readonly weights: Float64Array;
  readonly rows: number;
  readonly features: number;
  readonly inputs: Float64Array;
  readonly samples: number;
  readonly grid: AffineGrid;
}

/** Inputs that depend on each other, as those of images do. */
function layer(rows: number, features: number, seed: number, bits: number): Layer {
  const samples = 2 * features + 5;
  const inputs = Float64Array.from(normals(samples * features, seed));
  for (let i = 0; i < inputs.length; i++) if (i % features > 0) inputs[i]! += 0.8 * inputs[i - 1]!;
  const weights = Float64Array.from(normals(rows * features, seed + 1));
  const scheme = seed % 2 === 0 ? 'symmetric' : 'asymmetric';
  const grid = affineGrid(
    { min: Math.min(...weights), max: Math.max(...weights) },
    scheme,
    signedLevels(bits, scheme),
  );
  return { weights, rows, features, inputs, samples, grid };
}

function gramOf({ inputs, samples, features }: Layer): Float64Array {
  const gram = new Float64Array(features * features);
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < features; j++) {
        gram[i * features + j]! += inputs[s * features + i]! * inputs[s * features + j]!;
      }
    }
  }
  return gram;
}

/** Σ (w·x − v·x)² of a row over the samples, summed the plain way. */
function errorOf(
  { inputs, samples, features, weights }: Layer,
  row: number,
  values: ArrayLike<number>,
): number {
  let error = 0;
  for (let s = 0; s < samples; s++) {
    let difference = 0;
    for (let j = 0; j < features; j++) {
      difference += (weights[row * features + j]! - values[j]!) * inputs[s * features + j]!;
    }
    error += difference ** 2;
  }
  return error;
}

const rounded = (of: Layer) =>
  gptq({ ...of, gram: gramOf(of) }, (_, value) => nearestOn(of.grid, value), pause);
const levelsOf = (grid: AffineGrid): number[] =>
  Array.from({ length: grid.highest - grid.lowest + 1 }, (_, i) => dequantizeValue(grid.lowest + i, grid));
const rowOf = ({ features }: Layer, values: Float64Array, row: number): Float64Array =>
  values.subarray(row * features, (row + 1) * features);

describe('gptq', () => {
  it('gives values on the grid, and no row a larger error than rounding to nearest, over several blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 160 }),
        seeds,
        fc.integer({ min: 2, max: 8 }),
        async (features, seed, bits) => {
          const tested = layer(3, features, seed, bits);
          const result = (await rounded(tested))!;
          for (const value of result.values) expect(nearestOn(tested.grid, value)).toBe(value);
          const sums = { error: 0, nearest: 0 };
          for (let row = 0; row < 3; row++) {
            const given = rowOf(tested, tested.weights, row);
            const nearest = errorOf(
              tested,
              row,
              given.map((value) => nearestOn(tested.grid, value)),
            );
            const error = errorOf(tested, row, rowOf(tested, result.values, row));
            expect(error).toBeLessThanOrEqual(nearest * (1 + 1e-9) + 1e-9);
            sums.error += error;
            sums.nearest += nearest;
          }
          expect(result.error).toBeCloseTo(sums.error, 5);
          expect(result.errorOfNearest).toBeCloseTo(sums.nearest, 5);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('is between rounding to nearest and the best of all choices, and nearer to the best', async () => {
    const sums = { best: 0, found: 0, nearest: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 5 }), seeds, async (features, seed) => {
        const tested = layer(1, features, seed, 2);
        const result = (await rounded(tested))!;
        let best = Infinity;
        const levels = levelsOf(tested.grid);
        for (let choice = 0; choice < levels.length ** features; choice++) {
          const values = Array.from(
            { length: features },
            (_, j) => levels[Math.floor(choice / levels.length ** j) % levels.length]!,
          );
          best = Math.min(best, errorOf(tested, 0, values));
        }
        expect(result.error).toBeGreaterThanOrEqual(best * (1 - 1e-9));
        sums.best += best;
        sums.found += result.error;
        sums.nearest += result.errorOfNearest;
      }),
      { numRuns: 150 },
    );
    expect(sums.found - sums.best).toBeLessThan(0.5 * (sums.nearest - sums.best));
  });

  it('rounds the weaker of two inputs to the best value for the rounded stronger one', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const tested = layer(1, 2, seed, 3);
        const gram = gramOf(tested);
        const [first, second] = gram[0]! >= gram[3]! ? [0, 1] : [1, 0];
        const { values, error, errorOfNearest } = (await rounded(tested))!;
        fc.pre(error < errorOfNearest);
        expect(values[first]).toBe(nearestOn(tested.grid, tested.weights[first]!));
        // The damping is in the solution: a hundredth of the mean of the diagonal.
        const damped = gram[3 * second]! + (0.01 * (gram[0]! + gram[3]!)) / 2;
        const made =
          tested.weights[second]! + ((tested.weights[first]! - values[first]!) * gram[1]!) / damped;
        expect(values[second]).toBe(nearestOn(tested.grid, made));
      }),
      { numRuns: 100 },
    );
  });

  it('leaves zeros zero, and makes up for the errors of the others without them', async () => {
    const tested = layer(4, 40, 7, 3);
    for (let i = 0; i < tested.weights.length; i += 3) tested.weights[i] = 0;
    const result = (await rounded(tested))!;
    for (const [i, weight] of tested.weights.entries()) if (weight === 0) expect(result.values[i]).toBe(0);
    expect(result.error).toBeLessThan(0.9 * result.errorOfNearest);
  });

  it('gives nothing for inputs that are not finite', async () => {
    const tested = layer(1, 1, 1, 4);
    const problem = { ...tested, gram: Float64Array.of(NaN) };
    expect(await gptq(problem, (_, value) => value, pause)).toBeUndefined();
  });
});
