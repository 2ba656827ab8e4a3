// The gradient of Conv against central differences, in float32: it is linear in each input, so a large step is exact.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshNames } from '../../../../src/core/ir/freshNames';
import { GraphBuilder } from '../../../../src/core/ir/graphBuilder';
import { filterGradient } from '../../../../src/core/operators/convGradient';
import { graph, model, node } from '../../../support/build';
import { gradientError, type GradientCase } from '../../../support/checkGradient';

interface ConvCase {
  readonly batch: number;
  readonly group: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly axes: readonly {
    readonly size: number;
    readonly kernel: number;
    readonly stride: number;
    readonly dilation: number;
    readonly pads: readonly [number, number];
  }[];
  readonly autoPad: string;
  readonly bias: boolean;
}

const small = fc.integer({ min: 1, max: 3 });
const axis = fc.record({
  size: fc.integer({ min: 5, max: 8 }),
  kernel: small,
  stride: small,
  dilation: fc.constantFrom(1, 1, 2),
  pads: fc.tuple(fc.nat(2), fc.nat(2)),
});

function cases(rank: number): fc.Arbitrary<ConvCase> {
  return fc.record({
    batch: small,
    group: small,
    inputs: small,
    outputs: small,
    axes: fc.array(axis, { minLength: rank, maxLength: rank }),
    autoPad: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
    bias: fc.boolean(),
  });
}

function gradientCase({ batch, group, inputs, outputs, axes, autoPad, bias }: ConvCase): GradientCase {
  // ONNX Runtime computes no SAME padding with dilations.
  const same = autoPad.startsWith('SAME');
  const attributes = {
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => (same ? 1 : dilation)),
    group,
    ...(autoPad === 'NOTSET'
      ? { pads: [...axes.map(({ pads }) => pads[0]), ...axes.map(({ pads }) => pads[1])] }
      : { auto_pad: autoPad }),
  };
  return {
    nodes: [node('Conv', bias ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], attributes)],
    inputs: {
      x: [batch, group * inputs, ...axes.map(({ size }) => size)],
      w: [group * outputs, inputs, ...axes.map(({ kernel }) => kernel)],
      ...(bias && { b: [group * outputs] }),
    },
    outputs: ['y'],
    float32: true,
    step: 1,
  };
}

/** Operators of the filter's gradient of a 3×3 convolution with 64 channels. */
function filterOperators(batch: number): readonly string[] {
  const empty = model(graph({ nodes: [], inputs: [], outputs: [] }));
  const build = new GraphBuilder({ fresh: freshNames(empty), opset: 17, type: 'float32' });
  const shapes = { image: [batch, 64, 56, 56], filter: [64, 64, 3, 3], output: [batch, 64, 56, 56] };
  const window = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], group: 1 };
  filterGradient(build, { ...shapes, ...window }, 'x', 'gradient');
  return build.nodes.map(({ operator }) => operator);
}

describe('the gradient of Conv', () => {
  it.each([
    [1, 40],
    [2, 120],
    [3, 30],
  ])('equals central differences over %i spatial dimensions', async (rank, numRuns) => {
    await fc.assert(
      fc.asyncProperty(cases(rank), fc.nat(), async (test, seed) => {
        expect(await gradientError(gradientCase(test), seed)).toBeLessThan(1e-3);
      }),
      { numRuns },
    );
  });

  it.each([
    ['depthwise', { group: 4, inputs: 1, outputs: 1 }],
    ['depthwise with several filters per channel', { group: 2, inputs: 1, outputs: 3 }],
    ['dense', { group: 1, inputs: 3, outputs: 4 }],
  ])('equals central differences when it is %s', async (_, channels) => {
    await fc.assert(
      fc.asyncProperty(cases(2), fc.nat(), async (test, seed) => {
        expect(await gradientError(gradientCase({ ...test, ...channels }), seed)).toBeLessThan(1e-3);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    // One product for all samples.
    [
      'many channels over few points',
      { channels: [24, 24], group: 1, size: [2, 1], kernel: [1, 1], pads: 0 },
    ],
    // All pairs of pixels, rows of pixels, and neither, in this order.
    ['small depthwise images', { channels: [3, 3], group: 3, size: [5, 6], kernel: [3, 3], pads: 1 }],
    ['large depthwise images', { channels: [2, 2], group: 2, size: [20, 9], kernel: [3, 2], pads: 1 }],
    ['wide depthwise images', { channels: [2, 2], group: 2, size: [2, 70], kernel: [2, 3], pads: 1 }],
  ])('equals central differences for %s', async (_, { channels, group, size, kernel, pads }) => {
    const [inputs = 1, outputs = 1] = channels;
    const attributes = { group, pads: [pads, pads, pads, pads] };
    const test: GradientCase = {
      nodes: [node('Conv', ['x', 'w'], ['y'], attributes)],
      inputs: { x: [2, inputs, ...size], w: [outputs, inputs / group, ...kernel] },
      outputs: ['y'],
      float32: true,
      step: 1,
    };
    expect(await gradientError(test, 1)).toBeLessThan(1e-3);
  });

  it('makes no columns that would take more than 128 MiB', () => {
    expect(filterOperators(8)).toContain('MatMul');
    expect(filterOperators(32)).not.toContain('MatMul');
  });
});
