// The step "replace": the networks that it writes compute what they should, in ONNX Runtime, and it says what it did.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSteps } from '../../../../src/core/compression/steps';
import { layersOf } from '../../../../src/core/operators/layers';
import type { Model } from '../../../../src/core/ir/graph';
import { storedTensors } from '../../../../src/core/ir/traversal';
import type { CounterweightError } from '../../../../src/shared/base/errors';
import { normals } from '../../../../src/shared/base/random';
import { compress } from '../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../support/build';
import { inputsFor, largestDifference, runModel } from '../../../support/runModels';
import { convolution, separableWeights } from './layers';

const all = [
  { with: 'depthwise-separable' },
  { with: 'depthwise-separable', multiplier: 2 },
  { with: 'grouped-shuffle', groups: 4 },
  { with: 'bottleneck', width: 0.5 },
] as const;

describe('replacing a convolution', () => {
  it('by a depthwise-separable one computes the same where the convolution is one', async () => {
    const [outputs, channels, kernel] = [12, 8, [3, 3]];
    const before = convolution({
      outputs,
      channels,
      kernel,
      weights: separableWeights(outputs, channels, 9),
      attributes: { pads: [1, 1, 1, 1] },
    });
    const { model: after, notes } = await compress(before, [{ replace: { with: 'depthwise-separable' } }]);
    expect(after.graph.nodes.map(({ name }) => name)).toEqual(['conv/depthwise', 'conv/pointwise', 'relu']);
    expect([...storedTensors(after.graph).keys()]).toEqual([
      'b',
      'conv/depthwise.weight',
      'conv/pointwise.weight',
    ]);
    expect(notes.map(({ code }) => code)).toEqual(['LAYER_REPLACED']);
    expect(notes[0]!.values).toMatchObject({ layer: 'conv', before: 864, after: 168 });
    expect(parseFloat(String(notes[0]!.values['error']))).toBeLessThan(1e-3);
    expect(await difference(before, after)).toBeLessThan(1e-5);
  });

  it('by each form keeps the shapes of what the network gives, whatever the strides, pads and dilations', async () => {
    const windows = fc.record({
      kernel: fc.constantFrom([3], [3, 3], [2, 3], [5, 1], [1, 3, 2]),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      pad: fc.integer({ min: 0, max: 2 }),
      auto: fc.constantFrom(undefined, 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
      form: fc.constantFrom(...all),
      initialize: fc.constantFrom('leastSquares', 'random'),
    });
    await fc.assert(
      fc.asyncProperty(windows, async ({ kernel, stride, dilation, pad, auto: wanted, form, initialize }) => {
        // ONNX Runtime works no pads out for kernels that are spread.
        const auto = dilation === 1 ? wanted : undefined;
        const before = convolution({
          outputs: 20,
          channels: 12,
          kernel,
          attributes: {
            strides: kernel.map(() => stride),
            dilations: kernel.map(() => dilation),
            ...(auto === undefined ? { pads: [...kernel, ...kernel].map(() => pad) } : { auto_pad: auto }),
          },
        });
        const steps = [{ replace: { ...form, initialize, layers: ['conv'] } }];
        const { model: after } = await compress(before, steps).catch((error: unknown) => {
          // Small kernels leave nothing to save.
          expect(error).toMatchObject({ code: 'STEP_INVALID' });
          return { model: before };
        });
        const feeds = (await inputsFor(before, 1))![0]!;
        const [a, b] = [await runModel(before, feeds), await runModel(after, feeds)];
        expect(b['y']!.shape).toEqual(a['y']!.shape);
        expect([...(b['y']!.data as Float32Array)].every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('comes nearer to it by least squares than at random, and nearer still with more kernels', async () => {
    const before = convolution({ outputs: 16, channels: 16, kernel: [3, 3], bias: false });
    const errors: number[] = [];
    for (const options of [
      { with: 'depthwise-separable', initialize: 'random' },
      { with: 'depthwise-separable' },
      { with: 'depthwise-separable', multiplier: 3 },
    ]) {
      const { model: after } = await compress(before, [{ replace: options }]);
      errors.push(await difference(before, after));
    }
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
    expect(errors[2]).toBeLessThan(0.7 * errors[0]!);
  });

  it('draws the same random numbers for a seed', async () => {
    const before = convolution({ outputs: 16, channels: 16, kernel: [3, 3] });
    const step = { replace: { with: 'bottleneck', width: 0.5, initialize: 'random' } };
    const [a, b] = [await compress(before, [step]), await compress(before, [step])];
    expect(await difference(a.model, b.model)).toBe(0);
    expect(a.notes.map(({ code }) => code)).toEqual(['LAYER_REPLACED_RANDOM']);
  });

  it('mixes the channels of all groups', async () => {
    const before = convolution({ outputs: 16, channels: 16, kernel: [3, 3], bias: false });
    const { model: after } = await compress(before, [{ replace: { with: 'grouped-shuffle', groups: 4 } }]);
    expect(after.graph.nodes.map(({ operator }) => operator)).toEqual([
      'Conv',
      'Shape',
      'Reshape',
      'Transpose',
      'Reshape',
      'Conv',
      'Relu',
    ]);
    for (let channel = 0; channel < 16; channel += 5) {
      const data = new Float32Array(16 * 121).fill(1, channel * 121, (channel + 1) * 121);
      const { y } = await runModel(after, { x: { type: 'float32', shape: [1, 16, 11, 11], data } });
      const outputs = [...(y!.data as Float32Array)];
      const reached = Array.from({ length: 16 }, (_, o) =>
        outputs.slice(o * 81, (o + 1) * 81).some((v) => v > 0),
      );
      // The rectifier hides outputs that are negative everywhere; every group of four has others.
      for (let group = 0; group < 4; group++) {
        expect(reached.slice(4 * group, 4 * group + 4).some(Boolean)).toBe(true);
      }
    }
  });

  it('leaves the fused activation and the summand where they are', async () => {
    const plain = convolution({
      outputs: 12,
      channels: 8,
      kernel: [3, 3],
      weights: separableWeights(12, 8, 9),
    });
    const [conv] = plain.graph.nodes;
    const before: Model = {
      ...plain,
      opsets: new Map([...plain.opsets, ['com.microsoft', 1]]),
      graph: {
        ...plain.graph,
        nodes: [
          {
            ...conv!,
            domain: 'com.microsoft',
            operator: 'FusedConv',
            outputs: ['y'],
            attributes: [{ name: 'activation', kind: 'string', value: 'Relu' }],
          },
        ],
      },
    };
    const { model: after } = await compress(before, [{ replace: { with: 'depthwise-separable' } }]);
    expect(after.graph.nodes.map(({ operator }) => operator)).toEqual(['Conv', 'FusedConv']);
    expect(await difference(before, after)).toBeLessThan(1e-5);
  });
});

describe('layers that stay', () => {
  it('are named with the reason', async () => {
    const { model: after, notes } = await compress(network, [{ replace: { with: 'depthwise-separable' } }]);
    expect(layersOf(after).map(({ label }) => label)).toContain('wide/pointwise');
    expect(notes.slice(1).map(({ values }) => [values['layers'], values['reason']])).toEqual([
      ['depthwise', 'it is a convolution in 16 groups'],
      ['stem', 'fewer than 8 channels would be left between its parts'],
      ['point', 'its kernel has one element only'],
      ['fc', 'it is no convolution'],
    ]);
  });

  it('are an error where they are named', async () => {
    expect(await problemOf(['depthwise'])).toBe(
      'layer depthwise stays as it is, because it is a convolution in 16 groups',
    );
    expect(await problemOf(['fc'])).toBe('layer fc stays as it is, because it is no convolution');
    expect(await problemOf(['wide', 'stam'])).toMatch(/names stam, but .* the nearest is stem$/);
    expect(await problemOf(['stem'])).toBe('');
  });

  it('with options of another form are an error', () => {
    expect(() => parseSteps([{ replace: { with: 'bottleneck', groups: 2 } }])).toThrow(
      expect.objectContaining({
        values: { step: 'replace', problem: 'option groups is for with grouped-shuffle' },
      }),
    );
  });

  it('have weights that others read too', async () => {
    const shared: Model = {
      ...network,
      graph: {
        ...network.graph,
        nodes: network.graph.nodes.map((each) =>
          each.name === 'wide' ? { ...each, inputs: [each.inputs[0]!, 'shared.w'] } : each,
        ),
        outputs: [...network.graph.outputs, { name: 'shared.w', type: 'float32' }],
        initializers: [...network.graph.initializers, floats('shared.w', [16, 16, 3, 3], normals(2304, 9))],
      },
    };
    const step = { replace: { with: 'depthwise-separable', layers: ['wide'] } };
    await expect(compress(shared, [step])).rejects.toMatchObject({
      values: { problem: 'layer wide stays as it is, because something else reads its weights too' },
    });
  });
});

describe('a replaced network', () => {
  it('can be replaced again, under names of its own', async () => {
    const { model: after } = await compress(network, [
      { replace: { with: 'depthwise-separable' } },
      { lowRank: { rank: 4, layers: ['wide/pointwise'] } },
    ]);
    expect(layersOf(after).map(({ label }) => label)).toEqual(
      expect.arrayContaining(['wide/depthwise', 'wide/pointwise/reduce', 'wide/pointwise/expand']),
    );
    expect(await difference(after, after)).toBe(0);
  });

  it('says that zeros of an earlier step are gone', async () => {
    const { notes } = await compress(network, [
      { prune: { sparsity: 0.5 } },
      { replace: { with: 'depthwise-separable' } },
    ]);
    expect(notes.map(({ code }) => code)).toContain('COMPACT_AFTER_PRUNE');
  });
});

/** Why the named layers of the network stay; nothing where they do not. */
function problemOf(layers: readonly string[]): Promise<unknown> {
  return compress(network, [{ replace: { with: 'depthwise-separable', layers } }]).then(
    () => '',
    (error: unknown) => (error as CounterweightError).values['problem'],
  );
}

/** A stem on three colours, a wide convolution, a pointwise and a depthwise one, and a classifier. */
const network = model(
  graph({
    nodes: [
      node('Conv', ['x', 'stem.w'], ['a'], { pads: [1, 1, 1, 1] }, 'stem'),
      node('Conv', ['a', 'wide.w'], ['b'], { pads: [1, 1, 1, 1] }, 'wide'),
      node('Conv', ['b', 'point.w'], ['c'], {}, 'point'),
      node('Conv', ['c', 'depthwise.w'], ['d'], { group: 16 }, 'depthwise'),
      node('GlobalAveragePool', ['d'], ['p'], {}, 'pool'),
      node('Flatten', ['p'], ['f'], {}, 'flatten'),
      node('Gemm', ['f', 'fc.w'], ['y'], { transB: 1 }, 'fc'),
    ],
    inputs: [input('x', ['N', 3, 8, 8])],
    outputs: [input('y', ['N', 5])],
    initializers: [
      floats('stem.w', [16, 3, 3, 3], normals(432, 1)),
      floats('wide.w', [16, 16, 3, 3], normals(2304, 2)),
      floats('point.w', [16, 16, 1, 1], normals(256, 3)),
      floats('depthwise.w', [16, 1, 3, 3], normals(144, 4)),
      floats('fc.w', [5, 16], normals(80, 5)),
    ],
  }),
);

async function difference(before: Model, after: Model): Promise<number> {
  const feeds = (await inputsFor(before, 1))![0]!;
  return largestDifference(await runModel(before, feeds), await runModel(after, feeds));
}
