// Recurrent layers written out step by step: their values against ONNX Runtime's own layers, and their gradients
// against central differences.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recurrentCells } from '../../../../src/core/operators/recurrentCells';
import type { Feeds } from '../../../../src/core/analysis/sampleInputs';
import type { Model, ValueInfo } from '../../../../src/core/ir/graph';
import { encodeNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { differentiate } from '../../../../src/core/training/differentiate';
import { nodeOrder } from '../../../../src/core/analysis/nodeOrder';
import { freshNames } from '../../../../src/core/ir/freshNames';
import { GraphBuilder } from '../../../../src/core/ir/graphBuilder';
import { trainingForms } from '../../../../src/core/training/trainingForms';
import { normal, normals } from '../../../../src/shared/base/random';
import { graph, model, node } from '../../../support/build';
import { gradientError } from '../../../support/checkGradient';
import { largestDifference, runModel } from '../../../support/runModels';

type Name = keyof typeof recurrentCells;
type Attributes = NonNullable<Parameters<typeof node>[3]>;

/** Functions that ONNX Runtime has in float64, and all others that the layers know. */
const smooth = ['Sigmoid', 'Tanh', 'Affine', 'ScaledTanh'];
const others = ['Relu', 'LeakyRelu', 'Elu', 'HardSigmoid', 'Softsign', 'Softplus', 'ThresholdedRelu'];
/** How many numbers each takes from `activation_alpha` and `activation_beta`. */
const takesAlpha = ['LeakyRelu', 'ThresholdedRelu', 'Elu', 'HardSigmoid', 'Affine', 'ScaledTanh'];
const takesBeta = ['HardSigmoid', 'Affine', 'ScaledTanh'];
const needsNumbers = ['Affine', 'ScaledTanh', 'ThresholdedRelu'];

const size = fc.integer({ min: 1, max: 4 });

function cases(functions: readonly string[]) {
  return fc
    .record({
      name: fc.constantFrom<Name>('RNN', 'GRU', 'LSTM'),
      direction: fc.constantFrom('forward', 'reverse', 'bidirectional'),
      steps: size,
      batch: size,
      input: size,
      hidden: size,
      bias: fc.boolean(),
      initial: fc.constantFrom('none', 'hidden', 'both'),
      peepholes: fc.boolean(),
      lengths: fc.boolean(),
      resetsAfter: fc.boolean(),
      couplesGates: fc.boolean(),
      clip: fc.option(fc.double({ min: 0.2, max: 2, noNaN: true }), { nil: undefined }),
      outputs: fc.constantFrom([true, true, true], [true, false, false], [false, true, false]),
      seed: fc.nat(),
      stated: fc.boolean(),
      numbers: fc.boolean(),
    })
    .chain((test) => {
      const directions = test.direction === 'bidirectional' ? 2 : 1;
      const count = directions * recurrentCells[test.name].activations.length;
      return fc.record({
        test: fc.constant(test),
        activations: fc.array(fc.constantFrom(...functions), { minLength: count, maxLength: count }),
      });
    });
}

type Case = typeof cases extends (...args: never) => fc.Arbitrary<infer T> ? T : never;

interface Layer {
  readonly attributes: Attributes;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly lengths: boolean;
}

function layerOf({ test, activations }: Case): Layer {
  const { name, steps, batch, input, hidden, direction } = test;
  const directions = direction === 'bidirectional' ? 2 : 1;
  const rows = recurrentCells[name].gates * hidden;
  const isLstm = name === 'LSTM';
  const shapes: Record<string, readonly number[]> = {
    x: [steps, batch, input],
    w: [directions, rows, input],
    r: [directions, rows, hidden],
    ...(test.bias && { b: [directions, 2 * rows] }),
    ...(test.initial !== 'none' && { h: [directions, batch, hidden] }),
    ...(isLstm && test.initial === 'both' && { c: [directions, batch, hidden] }),
    ...(isLstm && test.peepholes && { p: [directions, 3 * hidden] }),
  };
  const given = (key: string): string => (key in shapes ? key : '');
  const taken = (takers: readonly string[]) => activations.filter((f) => takers.includes(f));
  const [alphas, betas] = [taken(takesAlpha), taken(takesBeta)];
  const attributes: Attributes = {
    hidden_size: hidden,
    direction,
    ...(test.stated && { activations: { kind: 'strings', value: activations } }),
    ...(test.stated &&
      (test.numbers || taken(needsNumbers).length > 0) && {
        activation_alpha: { kind: 'floats', value: alphas.map((_, i) => 0.4 + 0.1 * i) },
        activation_beta: { kind: 'floats', value: betas.map((_, i) => 0.7 - 0.1 * i) },
      }),
    ...(test.clip !== undefined && { clip: { kind: 'float', value: test.clip } }),
    ...(name === 'GRU' && { linear_before_reset: Number(test.resetsAfter) }),
    ...(isLstm && { input_forget: Number(test.couplesGates) }),
  };
  const names = ['y', 'yh', ...(isLstm ? ['yc'] : [])];
  return {
    attributes,
    shapes,
    inputs: ['x', 'w', 'r', given('b'), test.lengths ? 'lengths' : '', given('h'), given('c'), given('p')],
    outputs: names.map((output, i) => (test.outputs[i] === true ? output : '')),
    lengths: test.lengths,
  };
}

function modelOf(name: Name, layer: Layer, type: 'float32' | 'float64', opset = 17): Model {
  const trimmed = [...layer.inputs];
  while (trimmed.at(-1) === '') trimmed.pop();
  const [steps, batch] = layer.shapes['x']!;
  const lengths = int32s(
    'lengths',
    Array.from({ length: batch! }, () => steps!),
  );
  return model(
    graph({
      nodes: [node(name, trimmed, layer.outputs, layer.attributes)],
      inputs: Object.entries(layer.shapes).map(([key, shape]): ValueInfo => ({ name: key, type, shape })),
      outputs: layer.outputs.filter((output) => output !== '').map((output) => ({ name: output, type })),
      initializers: layer.lengths ? [lengths] : [],
    }),
    opset,
  );
}

async function unrolled(name: Name, layer: Layer, type: 'float32' | 'float64', opset = 17): Promise<Model> {
  const { model: trained } = await trainingForms(modelOf(name, layer, type, opset), { type });
  expect(trained.graph.nodes.some(({ operator }) => operator === name)).toBe(false);
  return trained;
}

function feedsFor(layer: Layer, seed: number): Feeds {
  return Object.fromEntries(
    Object.entries(layer.shapes).map(([name, shape], i) => [
      name,
      { type: 'float32', shape, data: normals(product(shape), seed + i) },
    ]),
  );
}

describe('a recurrent layer in its training form', () => {
  it('gives what ONNX Runtime gives for the layer, whatever its attributes', async () => {
    await fc.assert(
      fc.asyncProperty(cases([...smooth, ...others]), async (drawn) => {
        const { name, seed } = drawn.test;
        const layer = layerOf(drawn);
        const feeds = feedsFor(layer, seed);
        const expected = await runModel(modelOf(name, layer, 'float32'), feeds);
        const found = await runModel(await unrolled(name, layer, 'float32'), feeds);
        expect(largestDifference(expected, found)).toBeLessThan(1e-5);
      }),
      { numRuns: 200 },
    );
  });

  // ONNX Runtime has no layers with the batch first: there, it transposes what goes in and what comes out.
  it('gives the same with the batch first', async () => {
    await fc.assert(
      fc.asyncProperty(cases(smooth), async (drawn) => {
        const { name, seed } = drawn.test;
        const layer = layerOf(drawn);
        const feeds = feedsFor(layer, seed);
        const moved = ['x', 'h', 'c'];
        const batchFirst: Layer = {
          ...layer,
          attributes: { ...layer.attributes, layout: 1 },
          inputs: layer.inputs.map((input) => (moved.includes(input) ? `${input}First` : input)),
          outputs: layer.outputs.map((output) => (output === '' ? '' : `${output}First`)),
        };
        const [layerNode] = modelOf(name, batchFirst, 'float32').graph.nodes;
        const expected = modelOf(name, layer, 'float32');
        const turned: Model = {
          ...expected,
          graph: {
            ...expected.graph,
            nodes: [
              ...moved
                .filter((input) => input in layer.shapes)
                .map((input) => node('Transpose', [input], [`${input}First`], { perm: [1, 0, 2] })),
              layerNode!,
              ...layer.outputs
                .filter((output) => output !== '')
                .map((output) =>
                  node('Transpose', [`${output}First`], [output], {
                    perm: output === 'y' ? [1, 2, 0, 3] : [1, 0, 2],
                  }),
                ),
            ],
          },
        };
        const { model: trained } = await trainingForms(turned);
        expect(trained.graph.nodes.some(({ operator }) => operator === name)).toBe(false);
        const difference = largestDifference(await runModel(expected, feeds), await runModel(trained, feeds));
        expect(difference).toBeLessThan(1e-5);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the gradient of a recurrent layer', () => {
  it('equals central differences by all of its inputs', async () => {
    await fc.assert(
      fc.asyncProperty(cases(smooth), async (drawn) => {
        expect(await errorOf(drawn, 'float64')).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it.each([17, 18])('equals central differences over many steps, in opset %i', async (opset) => {
    const layer = { ...plainLstm, shapes: { ...plainLstm.shapes, x: [70, 1, 3] } };
    expect(await layerError('LSTM', layer, { type: 'float64', seed: 3, opset })).toBeLessThan(1e-6);
  });

  it('equals central differences with functions that ONNX Runtime has in float32 alone', async () => {
    await fc.assert(
      fc.asyncProperty(cases(['Softplus', 'Softsign', 'Tanh']), async (drawn) => {
        const smoothed = { ...drawn, test: { ...drawn.test, clip: undefined } };
        expect(await errorOf(smoothed, 'float32')).toBeLessThan(1e-3);
      }),
      { numRuns: 15 },
    );
  });
});

const plainLstm: Layer = {
  attributes: { hidden_size: 4 },
  shapes: { x: [2, 2, 3], w: [1, 16, 3], r: [1, 16, 4] },
  inputs: ['x', 'w', 'r', '', ''],
  outputs: ['y'],
  lengths: false,
};

describe('a recurrent layer that cannot be written out', () => {
  const functions = (...value: readonly string[]) =>
    ({ ...plainLstm, attributes: { hidden_size: 4, activations: { kind: 'strings', value } } }) as const;

  it.each([
    ['LSTM: activation Sine', functions('Sigmoid', 'Sine', 'Tanh'), undefined],
    ['LSTM: activation Affine without activation_alpha', functions('Sigmoid', 'Affine', 'Tanh'), undefined],
    ['LSTM: 1001 steps', { ...plainLstm, shapes: { ...plainLstm.shapes, x: [1001, 2, 3] } }, undefined],
    ['LSTM: 2 activations', functions('Sigmoid', 'Tanh'), undefined],
    [
      'LSTM: sequences of different lengths',
      { ...plainLstm, inputs: ['x', 'w', 'r', '', 'lengths'] },
      [2, 1],
    ],
    ['LSTM: sequences of different lengths', { ...plainLstm, inputs: ['x', 'w', 'r', '', 'fed'] }, undefined],
  ] as const)('says why no gradient passes: %s', async (reason, layer, lengths) => {
    const given = modelOf('LSTM', layer, 'float32');
    const tested: Model = {
      ...given,
      graph: {
        ...given.graph,
        inputs: [...given.graph.inputs, { name: 'fed', type: 'int32', shape: [2] }],
        initializers: lengths ? [int32s('lengths', lengths)] : [],
      },
    };
    const { model: trained, shapes: known } = await trainingForms(tested);
    expect(trained.graph.nodes).toEqual(tested.graph.nodes);
    const { gradients, refused } = differentiate({
      nodes: nodeOrder(trained.graph),
      contextOf: (of) => known.context(of)!,
      build: new GraphBuilder({ fresh: freshNames(trained), opset: 17, type: 'float32' }),
      seeds: new Map([['y', 'g']]),
      wanted: new Set(['w']),
    });
    expect(refused.map((one) => one.reason)).toEqual([reason]);
    expect(gradients.size).toBe(0);
  });
});

/** The largest relative error of the gradients by all float inputs of the layer. */
async function errorOf(drawn: Case, type: 'float32' | 'float64'): Promise<number> {
  return layerError(drawn.test.name, layerOf(drawn), { type, seed: drawn.test.seed });
}

async function layerError(
  name: Name,
  layer: Layer,
  options: { readonly type: 'float32' | 'float64'; readonly seed: number; readonly opset?: number },
): Promise<number> {
  const { type, seed, opset = 17 } = options;
  const { graph: written } = await unrolled(name, layer, type, opset);
  return gradientError(
    {
      nodes: written.nodes,
      inputs: layer.shapes,
      outputs: layer.outputs.filter((output) => output !== ''),
      tensors: written.initializers,
      opset,
      // Small values, so that a step which float32 resolves meets little curvature.
      ...(type === 'float32' && { float32: true, step: 0.03, value: (next) => 0.4 * normal(next) }),
    },
    seed,
  );
}

function product(shape: readonly number[]): number {
  return shape.reduce((result, length) => result * length, 1);
}

function int32s(name: string, values: readonly number[]): Tensor {
  return Tensor.fromBytes(name, 'int32', [values.length], encodeNumbers('int32', values));
}
