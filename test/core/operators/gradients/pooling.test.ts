// The gradients of pools against central differences. Means are linear, so a large step is exact in float32; the values
// of maximum pools lie far enough apart that no step changes which is the largest.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../../src/shared/base/random';
import { floats, node } from '../../../support/build';
import { gradientError, gradientsAt, type GradientCase } from '../../../support/checkGradient';

const axis = fc.record({
  size: fc.integer({ min: 5, max: 8 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.constantFrom(1, 1, 2),
  pads: fc.tuple(fc.nat(2), fc.nat(2)),
});

const cases = fc.integer({ min: 1, max: 3 }).chain((rank) =>
  fc.record({
    leading: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
    axes: fc.array(axis, { minLength: rank, maxLength: rank }),
    form: fc.constantFrom('pads', 'pads', 'none', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
    ceil: fc.boolean(),
    includePad: fc.boolean(),
  }),
);

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function pool(operator: 'MaxPool' | 'AveragePool', test: Case): GradientCase {
  const { leading, axes, form, ceil, includePad } = test;
  // Padding has to be smaller than the kernel.
  const pad = (side: 0 | 1): number[] => axes.map((a) => Math.min(a.pads[side], a.kernel - 1));
  const attributes = {
    kernel_shape: axes.map(({ kernel }) => kernel),
    // With SAME padding, ONNX Runtime wants no gaps between the windows of a pool.
    strides: axes.map(({ stride, kernel }) => (form.startsWith('SAME') ? Math.min(stride, kernel) : stride)),
    ...(form === 'pads' && { pads: [...pad(0), ...pad(1)] }),
    ...(form !== 'pads' && form !== 'none' && { auto_pad: form }),
    ...(operator === 'MaxPool' &&
      !form.startsWith('SAME') && { dilations: axes.map(({ dilation }) => dilation) }),
    ...(operator === 'AveragePool' && { count_include_pad: Number(includePad) }),
    ...(form === 'pads' || form === 'none' ? { ceil_mode: Number(ceil) } : {}),
  };
  return {
    nodes: [node(operator, ['x'], ['y'], attributes)],
    inputs: { x: [...leading, ...axes.map(({ size }) => size)] },
    outputs: ['y'],
  };
}

describe('the gradient of a pool', () => {
  it('equals central differences for AveragePool', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), async (test, seed) => {
        const linear = { ...pool('AveragePool', test), float32: true, step: 1 };
        expect(await gradientError(linear, seed)).toBeLessThan(1e-3);
      }),
      { numRuns: 150 },
    );
  });

  it('equals central differences for AveragePool whose windows tile the image', async () => {
    const tiles = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(tiles, fc.nat(), async (kernel, seed) => {
        const attributes = { kernel_shape: kernel, strides: kernel };
        const test: GradientCase = {
          nodes: [node('AveragePool', ['x'], ['y'], attributes)],
          inputs: { x: [2, 3, ...kernel.map((size) => 2 * size)] },
          outputs: ['y'],
          float32: true,
          step: 1,
        };
        expect(await gradientError(test, seed)).toBeLessThan(1e-3);
      }),
      { numRuns: 20 },
    );
  });

  it('equals central differences for MaxPool', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), async (test, seed) => {
        expect(await gradientError({ ...pool('MaxPool', test), step: 1e-7 }, seed)).toBeLessThan(1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    { kernel: [2, 2], strides: [2, 2] },
    { kernel: [1, 4], strides: [1, 4] },
    { kernel: [2, 1], strides: [2, 1] },
    { kernel: [3, 3], strides: [3, 3] },
    { kernel: [3, 2], strides: [2, 1] },
  ])('goes to the first of the maxima that tie: MaxPool of %j', async ({ kernel, strides }) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const image = [2, 3, 3 * kernel[0]!, 3 * kernel[1]!];
        const output = [2, 3, ...[0, 1].map((i) => (image[i + 2]! - kernel[i]!) / strides[i]! + 1)];
        const next = uniform(seed);
        const x = draw(image, () => Math.floor(4 * next()) - 2);
        const weights = draw(output, () => Math.floor(9 * next()) - 4);
        const found = await gradientsAt(
          {
            nodes: [
              node('MaxPool', ['x'], ['y'], { kernel_shape: kernel, strides }),
              node('Mul', ['y', 'weights'], ['z']),
            ],
            inputs: { x: image },
            tensors: [floats('weights', output, weights)],
            outputs: ['z'],
            float32: true,
          },
          { x },
        );
        expect(found['x']!.map((value) => value + 0)).toEqual(
          toFirstMaxima(x, weights, { image, output, kernel, strides }),
        );
      }),
      { numRuns: 10 },
    );
  });

  it.each(['GlobalAveragePool', 'GlobalMaxPool'])('equals central differences for %s', async (operator) => {
    const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (shape, seed) => {
        let count = seed;
        const test: GradientCase = {
          nodes: [node(operator, ['x'], ['y'])],
          inputs: { x: shape },
          outputs: ['y'],
          float32: true,
          step: 0.1,
          // At least 1 apart within each channel, of 27 elements at most.
          value: () => (count++ * 12) % 31,
        };
        expect(await gradientError(test, seed)).toBeLessThan(1e-3);
      }),
      { numRuns: 40 },
    );
  });
});

/** The gradient of a maximum pool by its definition: of the elements of each window, the first that no other exceeds. */
function toFirstMaxima(
  x: readonly number[],
  weights: readonly number[],
  sizes: Readonly<Record<'image' | 'output' | 'kernel' | 'strides', readonly number[]>>,
): number[] {
  const [, , height, width] = sizes.image as [number, number, number, number];
  const [, , rows, columns] = sizes.output as [number, number, number, number];
  const gradient = x.map(() => 0);
  for (const [at, weight] of weights.entries()) {
    const plane = Math.floor(at / (rows * columns));
    const top = (Math.floor(at / columns) % rows) * sizes.strides[0]!;
    const left = (at % columns) * sizes.strides[1]!;
    let first = -1;
    for (let i = 0; i < sizes.kernel[0]!; i++) {
      for (let j = 0; j < sizes.kernel[1]!; j++) {
        const index = (plane * height + top + i) * width + left + j;
        if (first < 0 || x[index]! > x[first]!) first = index;
      }
    }
    gradient[first]! += weight;
  }
  return gradient;
}

function draw(shape: readonly number[], value: () => number): number[] {
  return Array.from({ length: shape.reduce((product, size) => product * size, 1) }, value);
}
