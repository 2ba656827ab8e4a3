// The solver behind reconstruction: against inverses and least squares that are computed the plain way, and what must
// hold whatever the numbers are.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparseGpt } from '../../../../src/core/compression/pruning/sparseGpt';
import { inverseFactor } from '../../../../src/core/compression/reconstruction/inverseFactor';
import { squaredError } from '../../../../src/core/compression/reconstruction/layerProblem';
import { pauseFor } from '../../../../src/core/ir/pacing';
import { normals } from '../../../../src/shared/base/random';

const pause = pauseFor(new AbortController().signal);

describe('the factor of an inverse', () => {
  it('is upper triangular, and its product with itself is the inverse', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), seeds, async (n, seed) => {
        const matrix = gramOf(inputsOf(3 * n, n, seed), 3 * n, n);
        for (let i = 0; i < n; i++) matrix[i * n + i]! += 0.1;
        const factor = (await inverseFactor(matrix, n, pause))!;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            if (j < i) expect(factor[i * n + j]).toBe(0);
            // Row i of UᵀU · A is that of the identity.
            let product = 0;
            for (let k = 0; k < n; k++) {
              let inverse = 0;
              for (let r = 0; r < n; r++) inverse += factor[r * n + i]! * factor[r * n + k]!;
              product += inverse * matrix[k * n + j]!;
            }
            expect(product).toBeCloseTo(i === j ? 1 : 0, 7);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('does not exist for a matrix that is not positive definite', async () => {
    expect(await inverseFactor(Float64Array.of(1, 2, 2, 1), 2, pause)).toBeUndefined();
    expect(await inverseFactor(Float64Array.of(NaN), 1, pause)).toBeUndefined();
  });
});

describe('sparseGpt', () => {
  it('gives the least squares solution where all that is dropped comes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 9 }), seeds, async (features, seed) => {
        const rows = 3;
        const samples = 4 * features;
        const dropped = 1 + (seed % (features - 1));
        const gram = gramOf(inputsOf(samples, features, seed), samples, features);
        const weights = Float64Array.from(normals(rows * features, seed + 1));
        const mask = Uint8Array.from(weights, (_, i) => (i % features < dropped ? 1 : 0));
        const result = (await sparseGpt({ weights, rows, features, gram }, { mask }, pause))!;
        // Every row's other weights solve (G + λI) restricted to them, λ being a hundredth of the mean diagonal.
        const damped = gram.slice();
        const trace = Array.from({ length: features }, (_, i) => gram[i * features + i]!).reduce(
          (a, b) => a + b,
        );
        for (let i = 0; i < features; i++) damped[i * features + i]! += (0.01 * trace) / features;
        for (let row = 0; row < rows; row++) {
          const before = weights.subarray(row * features, (row + 1) * features);
          const wanted = leastSquares(before, damped, dropped);
          const own = result.subarray(row * features, (row + 1) * features);
          for (let j = 0; j < features; j++) expect(own[j]).toBeCloseTo(wanted[j]!, 6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('zeroes exactly what it is asked to, over several blocks, and revives nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), seeds, async (features, seed) => {
        const rows = 4;
        const gram = gramOf(inputsOf(50, features, seed), 50, features);
        const weights = Float64Array.from(normals(rows * features, seed + 1));
        for (let i = 0; i < weights.length; i += 7) weights[i] = 0;
        const nonZeros = weights.filter((weight) => weight !== 0).length;
        const count = Math.floor(((seed % 100) / 100) * nonZeros);
        const result = (await sparseGpt({ weights, rows, features, gram }, { count }, pause))!;
        expect(result.filter((weight) => weight !== 0)).toHaveLength(nonZeros - count);
        for (const [i, weight] of weights.entries()) if (weight === 0) expect(result[i]).toBe(0);
      }),
      { numRuns: 12 },
    );
  });

  it('never has a larger error than the mask alone, and keeps the mask that it is given', async () => {
    let better = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 60 }),
        seeds,
        async (features, samples, seed) => {
          const rows = 5;
          const gram = gramOf(inputsOf(samples, features, seed), samples, features);
          const weights = Float64Array.from(normals(rows * features, seed + 1));
          const mask = Uint8Array.from(normals(weights.length, seed + 2), (value) => (value < 0.3 ? 1 : 0));
          const result = (await sparseGpt({ weights, rows, features, gram }, { mask }, pause))!;
          for (let row = 0; row < rows; row++) {
            const part = (values: Float64Array): Float64Array =>
              values.subarray(row * features, (row + 1) * features);
            const masked = weights.map((weight, i) => (mask[i] === 1 ? 0 : weight));
            const limit = squaredError(part(weights), part(masked), gram);
            const error = squaredError(part(weights), part(result), gram);
            expect(error).toBeLessThanOrEqual(limit * (1 + 1e-12));
            if (error < 0.9 * limit) better++;
          }
          for (const [i, drop] of mask.entries()) if (drop === 1) expect(result[i]).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
    expect(better).toBeGreaterThan(100);
  });

  it('drops the weights of inputs that are never there first', async () => {
    const gram = Float64Array.of(0, 0, 0, 4);
    const weights = Float64Array.of(100, 1, 50, 2);
    const result = await sparseGpt({ weights, rows: 2, features: 2, gram }, { count: 2 }, pause);
    expect([...result!]).toEqual([0, 1, 0, 2]);
  });

  it('gives nothing for inputs that are not finite', async () => {
    const problem = { weights: Float64Array.of(1), rows: 1, features: 1, gram: Float64Array.of(Infinity) };
    expect(await sparseGpt(problem, { count: 1 }, pause)).toBeUndefined();
  });
});

const seeds = fc.integer({ min: 1, max: 1e6 });

/** Inputs that depend on each other, [samples, features]. */
function inputsOf(samples: number, features: number, seed: number): Float64Array {
  const values = Float64Array.from(normals(samples * features, seed));
  for (let i = 0; i < values.length; i++) if (i % features > 0) values[i]! += 0.8 * values[i - 1]!;
  return values;
}

function gramOf(inputs: Float64Array, samples: number, features: number): Float64Array {
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

/** w_K + G_KK⁻¹ G_KP w_P for the first P features dropped, by Gaussian elimination with pivoting. */
function leastSquares(weights: Float64Array, gram: Float64Array, dropped: number): number[] {
  const n = weights.length;
  const kept = n - dropped;
  const system = Array.from({ length: kept }, (_, i) => {
    const row = Array.from({ length: kept }, (_value, j) => gram[(dropped + i) * n + dropped + j]!);
    let side = 0;
    for (let p = 0; p < dropped; p++) side += gram[(dropped + i) * n + p]! * weights[p]!;
    return [...row, side];
  });
  for (let k = 0; k < kept; k++) {
    let best = k;
    for (let i = k; i < kept; i++) if (Math.abs(system[i]![k]!) > Math.abs(system[best]![k]!)) best = i;
    [system[k], system[best]] = [system[best]!, system[k]!];
    for (let i = 0; i < kept; i++) {
      if (i === k) continue;
      const factor = system[i]![k]! / system[k]![k]!;
      for (let j = k; j <= kept; j++) system[i]![j]! -= factor * system[k]![j]!;
    }
  }
  const solution = system.map((row, i) => row[kept]! / row[i]!);
  return [...weights].map((weight, j) => (j < dropped ? 0 : weight + solution[j - dropped]!));
}
