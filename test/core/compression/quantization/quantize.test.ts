// The step "quantize" on small models, which ONNX Runtime then runs: every place where a weight can be stored.
import { describe, expect, it } from 'vitest';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  signedLevels,
} from '../../../../src/core/compression/quantization/grids/affineGrid';
import type { ElementType } from '../../../../src/core/ir/elementType';
import type { Graph, Model, Node } from '../../../../src/core/ir/graph';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import { encodeNumbers, tensorNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { allNodes, graphsWithin } from '../../../../src/core/ir/traversal';
import { onnxRuntime } from '../../../../src/core/runtime/onnxRuntime';
import { normals } from '../../../../src/shared/base/random';
import { compress } from '../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../support/build';
import { inputsFor, largestDifference, runModel, type Outputs } from '../../../support/runModels';

const shape = [24, 40];
const weights = normals(960, 1).map((value, i) => value * (1 + (i % 40)) + 0.3);

/** The note that a quantized right factor of a matrix product brings. */
const rounded = { code: 'ACTIVATIONS_ROUNDED', values: { count: 1 } };

/** y = x·w with more around it. */
function matMul(more: Partial<Graph> = {}, opset = 13): Model {
  const base = graph({
    nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'fc')],
    inputs: [input('x', [2, 24])],
    outputs: [input('y', [2, 40])],
    initializers: [floats('w', shape, weights)],
  });
  return model({ ...base, ...more }, opset);
}

function operators(of: Model): string[] {
  return [...allNodes(of)].map(({ domain, operator }) =>
    domain === '' ? operator : `${domain}:${operator}`,
  );
}

const stored = (of: Model, name: string): Tensor =>
  [...graphsWithin(of.graph)].flatMap((inner) => inner.initializers).find((tensor) => tensor.name === name)!;

async function outputs(of: Model): Promise<Outputs> {
  const feeds = await inputsFor(of, 1);
  expect(feeds, 'ONNX Runtime refuses the model').toBeDefined();
  return runModel(of, feeds![0]!);
}

/** The value of an initializer as ONNX Runtime hands it to the layers. */
async function dequantized(of: Model, value: string): Promise<number[]> {
  const asOutput = {
    ...of,
    graph: { ...of.graph, outputs: [...of.graph.outputs, { name: value, type: 'float32' as const }] },
  };
  return Array.from((await outputs(asOutput))[value]!.data as Float32Array);
}

describe('quantizing a model', () => {
  it('says how many products ONNX Runtime rounds activations of, and it does so for those alone', async () => {
    const nodes = [node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1 })];
    const initializers = [floats('w', [40, 24], weights), floats('b', [40], normals(40, 2))];
    for (const [before, count] of [
      [matMul(), 1],
      [matMul({ nodes, initializers }), 0],
    ] as const) {
      const { model: after, notes } = await compress(before, [{ quantize: {} }]);
      expect(notes).toHaveLength(count);
      const feeds = (await inputsFor(after, 1))![0]!;
      const session = await (await onnxRuntime()).load(modelToBytes(after));
      const difference = largestDifference(await runModel(after, feeds), await session.run(feeds));
      expect(difference > 1e-4).toBe(count > 0);
      await session.dispose();
    }
  });

  for (const scheme of ['symmetric', 'asymmetric'] as const) {
    for (const granularity of ['tensor', 'channel'] as const) {
      it(`gives ONNX Runtime the ${scheme} weights by ${granularity} that the formulas say`, async () => {
        const { model: after, notes } = await compress(matMul(), [{ quantize: { scheme, granularity } }]);
        expect(notes).toEqual([rounded]);
        const channels =
          granularity === 'tensor'
            ? [[...weights]]
            : Array.from({ length: 40 }, (_, c) => [...weights].filter((_w, i) => i % 40 === c));
        const grids = channels.map((values) =>
          affineGrid({ min: Math.min(...values), max: Math.max(...values) }, scheme, signedLevels(8, scheme)),
        );
        const expected = [...weights].map((value, i) => {
          const grid = grids[granularity === 'tensor' ? 0 : i % 40]!;
          return dequantizeValue(quantizeValue(value, grid), grid) + 0;
        });
        expect((await dequantized(after, 'w')).map((value) => value + 0)).toEqual(expected);
        expect(stored(after, 'w_quantized').type).toBe('int8');
        expect(stored(after, 'w_scale').shape).toEqual(granularity === 'tensor' ? [] : [40]);
        expect(stored(after, 'w_zero_point').shape).toEqual(granularity === 'tensor' ? [] : [40]);
        if (scheme === 'symmetric')
          expect([...tensorNumbers(stored(after, 'w_zero_point'))].every((z) => z === 0)).toBe(true);
        expect(largestDifference(await outputs(matMul()), await outputs(after))).toBeLessThan(0.03);
      });
    }
  }

  it('leaves biases, normalization and the given model alone', async () => {
    const initializers = [
      floats('w', [16, 3, 3, 3], normals(432, 1)),
      floats('b', [16], normals(16, 2)),
      ...['s', 'o', 'm', 'v'].map((name, i) =>
        floats(
          name,
          [16],
          normals(16, 3 + i).map((value) => value ** 2),
        ),
      ),
    ];
    const nodes = [
      node('Conv', ['x', 'w', 'b'], ['c']),
      node('BatchNormalization', ['c', 's', 'o', 'm', 'v'], ['y']),
    ];
    const before = model(
      graph({
        nodes,
        inputs: [input('x', [1, 3, 8, 8])],
        outputs: [input('y', [1, 16, 6, 6])],
        initializers,
      }),
    );
    const copy = before.graph.initializers.map((tensor) => tensor.bytes().slice());
    const { model: after } = await compress(before, [{ quantize: {} }]);
    expect(after.graph.initializers.map(({ name }) => name)).toEqual([
      'b',
      's',
      'o',
      'm',
      'v',
      'w_quantized',
      'w_scale',
      'w_zero_point',
    ]);
    expect(stored(after, 'w_scale').shape).toEqual([16]);
    expect(before.graph.initializers.map((tensor) => tensor.bytes())).toEqual(copy);
    expect(before.graph.nodes).toBe(nodes);
    expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
  });

  it('quantizes a Constant node into initializers', async () => {
    const constant = node('Constant', [], ['w'], {
      value: { kind: 'tensor', value: floats('', shape, weights) },
    });
    const before = matMul({ nodes: [constant, node('MatMul', ['x', 'w'], ['y'])], initializers: [] });
    const { model: after } = await compress(before, [{ quantize: {} }]);
    expect(operators(after)).toEqual(['DequantizeLinear', 'MatMul']);
    expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
  });

  it('quantizes weights of subgraphs where they are, and weights around them for all', async () => {
    const branch = (name: string, factor: number): Graph =>
      graph({
        name,
        nodes: [node('MatMul', ['x', `w_${name}`], [`r_${name}`])],
        inputs: [],
        outputs: [{ name: `r_${name}`, type: 'float32' }],
        initializers: [
          floats(
            `w_${name}`,
            shape,
            weights.map((value) => value * factor),
          ),
        ],
      });
    const outer: Graph = graph({
      name: 'outer',
      nodes: [node('MatMul', ['x', 'w'], ['r_outer'])],
      inputs: [],
      outputs: [{ name: 'r_outer', type: 'float32' }],
    });
    const nodes = [
      node('ReduceSum', ['x'], ['sum'], { keepdims: 0 }),
      node('Greater', ['sum', 'zero'], ['positive']),
      ...[branch('a', 1), outer].map((then, i) =>
        node('If', ['positive'], [`y${i}`], {
          then_branch: { kind: 'graph', value: then },
          else_branch: { kind: 'graph', value: branch(`b${i}`, -2) },
        }),
      ),
      node('Add', ['y0', 'y1'], ['y']),
    ];
    const before = matMul({ nodes, initializers: [floats('zero', [], [0]), floats('w', shape, weights)] });
    const { model: after } = await compress(before, [{ quantize: {} }]);
    expect(after.graph.initializers.map(({ name }) => name)).toContain('w_quantized');
    const inner = [...graphsWithin(after.graph)].slice(1);
    expect(inner.map(({ initializers }) => initializers.length)).toEqual([3, 3, 0, 3]);
    expect(operators(after).filter((operator) => operator === 'DequantizeLinear')).toHaveLength(4);
    expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
  });

  it('dequantizes a tensor that two layers share once', async () => {
    const nodes = [
      node('MatMul', ['x', 'w'], ['a']),
      node('MatMul', ['x', 'w'], ['b']),
      node('Add', ['a', 'b'], ['y']),
    ];
    const { model: after } = await compress(matMul({ nodes }), [{ quantize: {} }]);
    expect(operators(after)).toEqual(['DequantizeLinear', 'MatMul', 'MatMul', 'Add']);
  });

  it('keeps a weight that is an output of the model an output', async () => {
    const before = matMul({ outputs: [input('y', [2, 40]), input('w', shape)] });
    const { model: after } = await compress(before, [{ quantize: {} }]);
    const result = await outputs(after);
    expect(result['w']!.shape).toEqual(shape);
    expect(largestDifference(await outputs(before), result)).toBeLessThan(0.03);
  });

  it('is no longer the default of an input', async () => {
    const before = matMul({ inputs: [input('x', [2, 24]), input('w', shape)] });
    const { model: after } = await compress(before, [{ quantize: {} }]);
    expect(after.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
  });

  it('lists every initializer among the inputs where the version of the IR wants that', async () => {
    const before = { ...matMul({ inputs: [input('x', [2, 24]), input('w', shape)] }, 9), irVersion: 3 };
    const { model: after } = await compress(before, [{ quantize: {} }]);
    expect(after.irVersion).toBe(3);
    expect(after.graph.inputs.map(({ name, type, shape: of }) => [name, type, of])).toEqual([
      ['x', 'float32', [2, 24]],
      ['w_quantized', 'int8', shape],
      ['w_scale', 'float32', [40]],
      ['w_zero_point', 'int8', [40]],
    ]);
    expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
  });

  it('finds names that are free', async () => {
    const nodes = [
      node('Identity', ['x'], ['w_scale']),
      node('MatMul', ['w_scale', 'w'], ['y'], {}, 'w_DequantizeLinear'),
    ];
    const before = matMul({ nodes });
    const { model: after } = await compress(before, [{ quantize: {} }]);
    expect(stored(after, 'w_scale_2')).toBeDefined();
    expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
  });

  it.each(['float16', 'float64', 'bfloat16'] as const)(
    'hands the layer %s weights if it had them',
    async (type) => {
      const typed = (name: string, of: readonly number[]) => ({ name, type: type as ElementType, shape: of });
      const w = Tensor.fromBytes('w', type, shape, encodeNumbers(type, weights));
      // ONNX Runtime computes little in these types on a CPU: the weight itself is what comes out.
      const code = { float16: 10, float64: 11, bfloat16: 16 }[type];
      const nodes: Node[] = [
        node('Cast', ['x'], ['typed'], { to: code }),
        node('MatMul', ['typed', 'w'], ['z']),
        node('Cast', ['z'], ['y'], { to: 1 }),
      ];
      const before = matMul({ nodes, initializers: [w], values: [typed('z', [2, 40])] });
      const { model: after } = await compress(before, [{ quantize: {} }]);
      expect(operators(after).slice(0, 2)).toEqual(['DequantizeLinear', 'Cast']);
      const weightAlone = (of: Model): Model => ({
        ...of,
        graph: {
          ...of.graph,
          nodes: [
            ...of.graph.nodes.filter(({ outputs: [made] }) => !['typed', 'z', 'y'].includes(made!)),
            node('Cast', ['w'], ['y'], { to: 1 }),
          ],
          outputs: [input('y', shape)],
          values: [],
        },
      });
      expect(
        largestDifference(await outputs(weightAlone(before)), await outputs(weightAlone(after))),
      ).toBeLessThan(0.005);
      if (type !== 'bfloat16') {
        expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
      }
    },
  );

  it('keeps tensors that would not get smaller, and those with values that are no numbers', async () => {
    const nodes = [
      node('MatMul', ['x', 'tiny'], ['t']),
      node('MatMul', ['t', 'odd'], ['o']),
      node('MatMul', ['o', 'w'], ['y']),
    ];
    const initializers = [
      floats('tiny', [24, 2], normals(48, 2)),
      floats(
        'odd',
        [4, 600],
        normals(2400, 3).map((value, i) => (i === 70 ? NaN : value)),
      ),
      floats('w', [600, 40], normals(24_000, 4)),
    ];
    const { model: after, notes } = await compress(matMul({ nodes, initializers }), [{ quantize: {} }]);
    expect(notes.map(({ code, values }) => [code, values['tensor']])).toEqual([
      ['NOT_QUANTIZED', 'tiny'],
      ['NOT_QUANTIZED', 'odd'],
      ['ACTIVATIONS_ROUNDED', undefined],
    ]);
    expect(notes[0]!.values['reason']).toMatch(/192 bytes are so few/);
    expect(notes[1]!.values['reason']).toMatch(/NaN or infinite/);
    expect(after.graph.initializers.slice(0, 2)).toEqual(initializers.slice(0, 2));
  });

  it('raises the opset as far as the granularity needs', async () => {
    for (const [granularity, needed] of [
      ['tensor', 10],
      ['channel', 13],
    ] as const) {
      const before = matMul({}, 8);
      const { model: after, notes } = await compress(before, [{ quantize: { granularity } }]);
      expect(after.opsets.get('')).toBe(needed);
      expect(notes).toEqual([{ code: 'OPSET_RAISED', values: { from: 8, to: needed } }, rounded]);
      expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
    }
  });

  it.each(['tensor', 'channel'] as const)(
    'dequantizes by %s with the operator of ONNX Runtime where the opset cannot be raised',
    async (granularity) => {
      const scaled = node('Affine', ['z'], ['y'], { alpha: { kind: 'float', value: 2 } });
      const before = matMul({ nodes: [node('MatMul', ['x', 'w'], ['z']), scaled] }, 9);
      const { model: after, notes } = await compress(before, [
        { quantize: { granularity, scheme: 'asymmetric' } },
      ]);
      expect(notes).toEqual([
        { code: 'CONTRIB_QUANTIZE', values: { opset: 9, operators: 'Affine' } },
        rounded,
      ]);
      expect(after.opsets.get('')).toBe(9);
      expect(after.opsets.get('com.microsoft')).toBe(1);
      expect(operators(after)[0]).toBe('com.microsoft:DequantizeLinear');
      expect(largestDifference(await outputs(before), await outputs(after))).toBeLessThan(0.03);
    },
  );
});
