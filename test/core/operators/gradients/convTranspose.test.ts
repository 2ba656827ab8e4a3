// The gradient of ConvTranspose against central differences, in float32: it is linear in each input.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { node } from '../../../support/build';
import { gradientError, type GradientCase } from '../../../support/checkGradient';

const small = fc.integer({ min: 1, max: 3 });
const axis = fc.record({
  size: fc.integer({ min: 2, max: 5 }),
  kernel: small,
  stride: small,
  dilation: fc.constantFrom(1, 1, 2),
  pads: fc.tuple(fc.nat(1), fc.nat(1)),
  outputPadding: fc.nat(2),
});

const cases = (rank: number) =>
  fc.record({
    batch: small,
    group: small,
    inputs: small,
    outputs: small,
    axes: fc.array(axis, { minLength: rank, maxLength: rank }),
    form: fc.constantFrom('pads', 'pads', 'output_shape', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
    bias: fc.boolean(),
  });

type Case = ReturnType<typeof cases> extends fc.Arbitrary<infer T> ? T : never;

function gradientCase({ batch, group, inputs, outputs, axes, form, bias }: Case): GradientCase | undefined {
  const full = axes.map(
    ({ size, kernel, stride, dilation }) => stride * (size - 1) + dilation * (kernel - 1) + 1,
  );
  const padded = full.map((size, i) => size - axes[i]!.pads[0] - axes[i]!.pads[1]);
  if (padded.some((size) => size < 1)) return undefined;
  // ONNX Runtime wants the padding of the output smaller than the stride.
  const outputPadding = axes.map((a) => Math.min(a.outputPadding, a.stride - 1));
  const attributes = {
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    group,
    ...(form === 'pads' && {
      pads: [...axes.map(({ pads }) => pads[0]), ...axes.map(({ pads }) => pads[1])],
      output_padding: outputPadding,
    }),
    ...(form === 'output_shape' && { output_shape: padded }),
    ...(form !== 'pads' && form !== 'output_shape' && { auto_pad: form }),
  };
  return {
    nodes: [node('ConvTranspose', bias ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], attributes)],
    inputs: {
      x: [batch, group * inputs, ...axes.map(({ size }) => size)],
      w: [group * inputs, outputs, ...axes.map(({ kernel }) => kernel)],
      ...(bias && { b: [group * outputs] }),
    },
    outputs: ['y'],
    float32: true,
    step: 1,
  };
}

describe('the gradient of ConvTranspose', () => {
  it.each([
    [1, 60],
    [2, 150],
    [3, 30],
  ])('equals central differences over %i spatial dimensions', async (rank, numRuns) => {
    await fc.assert(
      fc.asyncProperty(cases(rank), fc.nat(), async (test, seed) => {
        const runnable = gradientCase(test);
        fc.pre(runnable !== undefined);
        expect(await gradientError(runnable, seed)).toBeLessThan(1e-3);
      }),
      { numRuns },
    );
  });
});
