// The step "prune" on small models: what competes with what, what stays, what is said.
import { describe, expect, it } from 'vitest';
import type { Graph, Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { allNodes, constantTensor, graphsWithin, storedTensors } from '../../../../src/core/ir/traversal';
import { normals } from '../../../../src/shared/base/random';
import { compress } from '../../../support/applyStep';
import { floats, graph, input, model, node } from '../../../support/build';
import { inputsFor } from '../../../support/runModels';

const zeros = (tensor: Tensor): number => tensorNumbers(tensor).filter((value) => value === 0).length;

function tensorsOf(of: Model): Map<string, Tensor> {
  return new Map([...graphsWithin(of.graph)].flatMap((inner) => [...storedTensors(inner)]));
}

/** Two layers, the weights of the second one ten times as large, with biases and a normalization. */
const twoLayers = model(
  graph({
    nodes: [
      node('Conv', ['x', 'w1', 'b1'], ['c'], {}, 'conv'),
      node('BatchNormalization', ['c', 's', 'o', 'm', 'v'], ['n']),
      node('Flatten', ['n'], ['f']),
      node('Gemm', ['f', 'w2', 'b2'], ['y'], {}, 'fc'),
    ],
    inputs: [input('x', [1, 2, 5, 5])],
    outputs: [input('y', [1, 30])],
    initializers: [
      floats('w1', [4, 2, 3, 3], normals(72, 1)),
      floats('b1', [4], [1e-9, 2e-9, 0.5, 1]),
      ...['s', 'o', 'm', 'v'].map((name) => floats(name, [4], [1e-9, 1, 2, 3])),
      floats(
        'w2',
        [36, 30],
        normals(1080, 2).map((value) => 10 * value),
      ),
      floats('b2', [30], normals(30, 3)),
    ],
  }),
);

/** A branch with a matrix of its own. */
const branch = (name: string): Graph =>
  graph({
    name,
    nodes: [node('MatMul', ['x', `w_${name}`], [`r_${name}`])],
    inputs: [],
    outputs: [{ name: `r_${name}`, type: 'float32' }],
    initializers: [floats(`w_${name}`, [8, 8], normals(64, name.length))],
  });

describe('pruning a model', () => {
  it('lets the weights of the whole model compete by default', async () => {
    const { model: after, notes } = await compress(twoLayers, [{ prune: { sparsity: 0.3 } }]);
    const tensors = tensorsOf(after);
    const pruned = [zeros(tensors.get('w1')!), zeros(tensors.get('w2')!)];
    expect(pruned[0]! + pruned[1]!).toBe(Math.round(0.3 * 1152));
    expect(pruned[0]).toBeGreaterThan(60);
    expect(notes).toEqual([]);
  });

  it('prunes every layer by itself where that is asked', async () => {
    const { model: after } = await compress(twoLayers, [{ prune: { sparsity: 0.3, scope: 'layer' } }]);
    const tensors = tensorsOf(after);
    expect(zeros(tensors.get('w1')!)).toBe(Math.round(0.3 * 72));
    expect(zeros(tensors.get('w2')!)).toBe(Math.round(0.3 * 1080));
  });

  it('leaves biases, normalization and the given model alone', async () => {
    const contents = twoLayers.graph.initializers.map((tensor) => tensor.bytes().slice());
    const { model: after } = await compress(twoLayers, [{ prune: { sparsity: 0.95 } }]);
    for (const name of ['b1', 's', 'o', 'm', 'v', 'b2']) {
      expect(tensorsOf(after).get(name)).toBe(tensorsOf(twoLayers).get(name));
    }
    expect(twoLayers.graph.initializers.map((tensor) => tensor.bytes())).toEqual(contents);
    expect(after.graph.nodes).toEqual(twoLayers.graph.nodes);
    expect(await inputsFor(after, 1)).toBeDefined();
  });

  it('prunes Constant nodes, subgraphs and shared tensors, each once', async () => {
    const nodes = [
      node('Constant', [], ['k'], { value: { kind: 'tensor', value: floats('', [8, 8], normals(64, 11)) } }),
      node('MatMul', ['x', 'k'], ['a']),
      node('MatMul', ['a', 'w'], ['b']),
      node('MatMul', ['b', 'w'], ['c']),
      node('ReduceSum', ['c'], ['sum'], { keepdims: 0 }),
      node('Greater', ['sum', 'zero'], ['positive']),
      node('If', ['positive'], ['d'], {
        then_branch: { kind: 'graph', value: branch('then') },
        else_branch: { kind: 'graph', value: branch('otherwise') },
      }),
      node('Add', ['c', 'd'], ['y']),
    ];
    const before = model(
      graph({
        nodes,
        inputs: [input('x', [1, 8])],
        outputs: [input('y', [1, 8])],
        initializers: [floats('w', [8, 8], normals(64, 5)), floats('zero', [], [0])],
      }),
    );
    const { model: after } = await compress(before, [{ prune: { sparsity: 0.75 } }]);
    const tensors = tensorsOf(after);
    const pruned = ['k', 'w', 'w_then', 'w_otherwise'].map((name) => zeros(tensors.get(name)!));
    expect(pruned.reduce((a, b) => a + b)).toBe(192);
    expect(pruned.every((count) => count > 30)).toBe(true);
    expect([...allNodes(after)].find((made) => constantTensor(made))?.outputs).toEqual(['k']);
    expect(await inputsFor(after, 1)).toBeDefined();
  });

  it('prunes what is quantized already, to the zero points, as it prunes the real values', async () => {
    const quantized = (await compress(twoLayers, [{ quantize: { scheme: 'asymmetric' } }])).model;
    const { model: after } = await compress(quantized, [{ prune: { sparsity: 0.6, scope: 'layer' } }]);
    const tensors = tensorsOf(after);
    const zeroPoints = tensorNumbers(tensors.get('w2_zero_point')!);
    const stored = tensorNumbers(tensors.get('w2_quantized')!);
    expect(zeroPoints.some((value) => value !== 0)).toBe(true);
    expect(stored.filter((value, i) => value === zeroPoints[i % 30])).toHaveLength(Math.round(0.6 * 1080));

    const scales = tensorNumbers(tensors.get('w2_scale')!);
    const original = tensorNumbers(tensorsOf(quantized).get('w2_quantized')!);
    const magnitudes = original.map((value, i) => Math.abs(value - zeroPoints[i % 30]!) * scales[i % 30]!);
    const isPruned = (_: number, i: number): boolean => stored[i] === zeroPoints[i % 30];
    const largestPruned = Math.max(...magnitudes.filter(isPruned));
    const smallestKept = Math.min(...magnitudes.filter((m, i) => !isPruned(m, i)));
    expect(largestPruned).toBeLessThanOrEqual(smallestKept);
    expect(stored.filter((value, i) => !isPruned(value, i) && value !== original[i])).toHaveLength(0);
    expect(await inputsFor(after, 1)).toBeDefined();
  });

  it('says what it does not prune, and why', async () => {
    const nodes = [
      node('MatMulInteger', ['q', 'w8'], ['i']),
      node('Cast', ['i'], ['f'], { to: 1 }),
      node('MatMul', ['f', 'w'], ['y']),
    ];

    const before = model(
      graph({
        nodes,
        inputs: [{ name: 'q', type: 'uint8', shape: [1, 8] }],
        outputs: [input('y', [1, 8])],
        initializers: [
          Tensor.fromBytes('w8', 'int8', [8, 8], new Uint8Array(64).fill(3)),
          floats('w', [8, 8], normals(64, 2)),
        ],
      }),
    );
    const { notes } = await compress(before, [{ prune: { sparsity: 0.5 } }]);
    expect(notes).toEqual([
      { code: 'NOT_PRUNED', values: { tensor: 'w8', reason: 'its int8 elements are used as integers' } },
    ]);
  });

  it('prunes constants of functions, which cannot become int8 there', async () => {
    const call = { ...node('Dense', ['x'], ['h']), domain: 'local' };
    const value = floats('', [32, 32], normals(1024, 1));
    const body = [
      node('Constant', [], ['k'], { value: { kind: 'tensor', value } }),
      node('MatMul', ['a', 'k'], ['b']),
    ];
    const before: Model = {
      ...model(
        graph({
          nodes: [call, node('MatMul', ['h', 'w'], ['y'])],
          inputs: [input('x', [1, 32])],
          outputs: [input('y', [1, 32])],
          initializers: [floats('w', [32, 32], normals(1024, 2))],
        }),
      ),
      functions: [{ domain: 'local', name: 'Dense', nodes: body }],
    };
    const steps = [{ prune: { sparsity: 0.5, scope: 'layer' } }, { quantize: {} }];
    const { model: after, notes } = await compress(before, steps);
    const constant = after.functions[0]!.nodes[0]!;
    expect(zeros(constantTensor(constant)!)).toBe(512);
    expect(constantTensor(body[0]!)).toBe(value);
    expect(notes).toContainEqual({
      code: 'NOT_QUANTIZED',
      values: { tensor: 'k', reason: 'it is a constant of a function' },
    });
    expect(after.graph.nodes[0]!.operator).toBe('DequantizeLinear');
  });
});
