// The fit of power laws on numbers drawn from known ones, and spectra of matrices made to have them.
import { EVD, Matrix, QrDecomposition } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { fitPowerLaw } from '../../../src/core/analysis/powerLaw';
import { weightSpectrum } from '../../../src/core/analysis/weightSpectrum';
import type { Model } from '../../../src/core/ir/graph';
import { float32Tensor } from '../../../src/core/ir/numbers';
import { normals, uniform } from '../../../src/shared/base/random';

const { signal } = new AbortController();

describe('a power law', () => {
  test.each([1.5, 2.5, 4])('of exponent %d is recovered from numbers drawn from it', (exponent) => {
    const next = uniform(7);
    const numbers = Array.from({ length: 2000 }, () => (1 - next()) ** (-1 / (exponent - 1)));
    const fit = fitPowerLaw(numbers, 20)!;
    expect(Math.abs(fit.exponent - exponent)).toBeLessThan(0.15 * (exponent - 1));
  });

  test('is found in the tail where the body is something else', () => {
    const next = uniform(3);
    const body = Array.from({ length: 600 }, () => next());
    const tail = Array.from({ length: 600 }, () => (1 - next()) ** (-1 / 1.5));
    const fit = fitPowerLaw([...body, ...tail], 20)!;
    expect(fit.from).toBeGreaterThan(0.8);
    expect(fit.exponent).toBeGreaterThan(2.2);
    expect(fit.exponent).toBeLessThan(2.8);
  });

  test('does not depend on the unit', () => {
    const numbers = Array.from({ length: 100 }, (_, i) => (i + 1) ** 2);
    const scaled = numbers.map((x) => x * 1024);
    expect(fitPowerLaw(scaled, 20)!.exponent).toBeCloseTo(fitPowerLaw(numbers, 20)!.exponent, 9);
  });

  test('is not made up of too few numbers or of a single one', () => {
    expect(fitPowerLaw([1, 2, 3], 20)).toBeUndefined();
    expect(fitPowerLaw(Array<number>(100).fill(2), 20)).toBeUndefined();
    expect(fitPowerLaw(Array<number>(100).fill(0), 20)).toBeUndefined();
  });
});

describe('the spectrum of a layer', () => {
  test.each([2.2, 3.5])('has the exponent %d that its eigenvalues were made with', async (exponent) => {
    const count = 200;
    const quantiles = Array.from(
      { length: count },
      (_, i) => (1 - (i + 0.5) / count) ** (-1 / (exponent - 1)),
    );
    const [layer] = await weightSpectrum(linear(withEigenvalues(quantiles, 300), [count, 300]), { signal });
    expect(layer).toMatchObject({ layer: 'fc', eigenvalues: count });
    expect(Math.abs(layer!.exponent! - exponent)).toBeLessThan(0.25);
  });

  test('that was never trained has a large exponent', async () => {
    const weights = Float32Array.from(normals(200 * 400, 1));
    const [layer] = await weightSpectrum(linear(weights, [200, 400]), { signal });
    expect(layer!.exponent).toBeGreaterThan(4);
  });

  test('is the same for a matrix and its transpose', async () => {
    const weights = Float32Array.from(normals(80 * 60, 2));
    const turned = Float32Array.from(
      { length: weights.length },
      (_, i) => weights[(i % 60) * 80 + Math.floor(i / 60)]!,
    );
    const [a] = await weightSpectrum(linear(weights, [60, 80]), { signal });
    const [b] = await weightSpectrum(linear(turned, [80, 60]), { signal });
    expect(b!.exponent).toBeCloseTo(a!.exponent!, 6);
  });

  test('of a convolution is that of output channels × patch', async () => {
    const weights = Float32Array.from(normals(64 * 8 * 9, 5));
    const model: Model = {
      ...linear(weights, [64, 72]),
      graph: {
        ...linear(weights, [64, 72]).graph,
        nodes: [
          { name: 'conv', domain: '', operator: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: [] },
        ],
        initializers: [float32Tensor('w', [64, 8, 3, 3], weights)],
      },
    };
    const [conv] = await weightSpectrum(model, { signal });
    const [fc] = await weightSpectrum(linear(weights, [64, 72]), { signal });
    expect(conv).toEqual({ ...fc, layer: 'conv' });
  });

  test('is skipped with the reason where there is nothing to fit', async () => {
    expect(await reasonOf(new Float32Array(49 * 100), [49, 100])).toMatch(/fewer than 50/);
    expect(await reasonOf(new Float32Array(60 * 60), [60, 60])).toMatch(/fewer than 50/);
    expect(await reasonOf(new Float32Array(60 * 60).fill(Number.NaN), [60, 60])).toMatch(/not finite/);
    expect(await reasonOf(new Float32Array(800 * 800), [800, 800])).toMatch(/more than 768/);
    const unit = Float32Array.from({ length: 3600 }, (_, i) => (i % 61 === 0 ? 1 : 0));
    expect(await reasonOf(unit, [60, 60])).toMatch(/hardly differ/);
  });

  test('stops when it is cancelled', async () => {
    const weights = Float32Array.from(normals(60 * 80, 2));
    const cancelled = AbortSignal.abort();
    await expect(weightSpectrum(linear(weights, [60, 80]), { signal: cancelled })).rejects.toThrow();
  });
});

async function reasonOf(weights: Float32Array, shape: readonly number[]): Promise<string | undefined> {
  return (await weightSpectrum(linear(weights, shape), { signal }))[0]!.reason;
}

/** A matrix [count, columns] whose WᵀW/N has these eigenvalues: a random orthogonal one with its rows stretched. */
function withEigenvalues(eigenvalues: readonly number[], columns: number): Float32Array {
  const count = eigenvalues.length;
  const random = new Matrix(Matrix.from1DArray(columns, count, [...normals(columns * count, 4)]));
  const orthogonal = new QrDecomposition(random).orthogonalMatrix;
  const mix = new EVD(symmetric(count)).eigenvectorMatrix;
  const stretched = Matrix.diag(eigenvalues.map((value) => Math.sqrt(value * columns)));
  return Float32Array.from(mix.mmul(stretched).mmul(orthogonal.transpose()).to1DArray());
}

function symmetric(count: number): Matrix {
  const random = Matrix.from1DArray(count, count, [...normals(count * count, 6)]);
  return random.add(random.transpose());
}

/** One fully connected layer with its outputs on the first axis. */
function linear(weights: Float32Array, shape: readonly number[]): Model {
  const transB = { name: 'transB', kind: 'int', value: 1 } as const;
  return {
    format: 'onnx',
    graph: {
      name: 'g',
      nodes: [
        {
          name: 'fc',
          domain: '',
          operator: 'Gemm',
          inputs: ['x', 'w'],
          outputs: ['y'],
          attributes: [transB],
        },
      ],
      inputs: [{ name: 'x', type: 'float32', shape: [1, shape[1]] }],
      outputs: [{ name: 'y', type: 'float32' }],
      initializers: [float32Tensor('w', shape, weights)],
      values: [],
    },
    functions: [],
    opsets: new Map([['', 17]]),
    irVersion: 8,
    notes: [],
  };
}
