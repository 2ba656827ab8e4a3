// Multiply-accumulates against published tables and against counts by hand.
import { describe, expect, it } from 'vitest';
import { countMacs } from '../../../src/core/analysis/macs';
import { inferShapes } from '../../../src/core/analysis/shapes';
import { openModel } from '../../../src/core/formats/openModel';
import type { Attribute, Graph, Model, Node } from '../../../src/core/ir/graph';
import { layersOf } from '../../../src/core/operators/layers';
import { floats, graph, input, int64s, model, node } from '../../support/build';
import { mobileNetV2, squeezeNet } from '../../support/publishedNetworks';
import { hasShared, sharedFile } from '../../support/sharedFiles';

describe('published networks, as torchvision lists them', () => {
  it.each([
    ['SqueezeNet 1.0', squeezeNet('1.0'), 0.82e9, 1_248_424],
    ['SqueezeNet 1.1', squeezeNet('1.1'), 0.35e9, 1_235_496],
    ['MobileNetV2', mobileNetV2(), 0.3e9, undefined],
  ])('%s has the published work and size', async (_, network, macs, parameters) => {
    const { total, notes } = await count(network);
    expect(Math.abs(total - macs) / macs).toBeLessThan(0.01);
    expect(notes).toEqual([]);
    if (parameters !== undefined) expect(parametersOf(network)).toBe(parameters);
  });
});

describe.runIf(hasShared)('real files, counted by hand', () => {
  it('LeNet-like: two convolutions and two linear layers', async () => {
    // 24² · 10 · 5², 8² · 20 · 10 · 5², 320 · 50, 50 · 10.
    expect(await macsOfFile('ort_cnn_mnist_pytorch.onnx')).toBe(144_000 + 320_000 + 16_000 + 500);
  });

  it('CNTK’s MNIST network: padded convolutions', async () => {
    // 28² · 8 · 5², 14² · 16 · 8 · 5², 256 · 10.
    expect(await macsOfFile('cntk_mnist-8.onnx')).toBe(156_800 + 627_200 + 2_560);
  });

  it('a fully connected network: as many as it has weights', async () => {
    expect(await macsOfFile('mnistfc_256x2.onnx')).toBe(784 * 256 + 256 * 256 + 256 * 10);
  });

  it('super resolution: four convolutions at 224×224', async () => {
    const perPixel = 64 * 25 + 64 * 64 * 9 + 32 * 64 * 9 + 9 * 32 * 9;
    expect(await macsOfFile('super_resolution_10.onnx')).toBe(224 * 224 * perPixel);
  });

  it('SqueezeNet 1.1 at 227×227 with ten classes as a linear layer', async () => {
    const fires =
      fire(56, 64, 16, 64) +
      fire(56, 128, 16, 64) +
      fire(28, 128, 32, 128) +
      fire(28, 256, 32, 128) +
      fire(14, 256, 48, 192) +
      fire(14, 384, 48, 192) +
      fire(14, 384, 64, 256) +
      fire(14, 512, 64, 256);
    expect(await macsOfFile('ort_squeezenet_tensor_input.onnx')).toBe(113 * 113 * 64 * 27 + fires + 512 * 10);
  });

  it('LSTMs: both matrices once per step', async () => {
    // 257 → 128 → 128 and a linear layer back to 257, one frame.
    expect(await macsOfFile('dtln_model_1.onnx')).toBe(512 * (257 + 128) + 512 * (128 + 128) + 128 * 257);
  });

  it('of two branches with a model each, the larger one', async () => {
    const file = openModel(sharedFile('models/onnx/silero_vad.onnx'));
    const counted = await count(file);
    const branches = file.graph.nodes.find(({ operator }) => operator === 'If')!;
    const labels = layersOf(file).filter(({ label }) => label.startsWith(branches.name));
    const sums = ['then_branch', 'else_branch'].map((branch) =>
      labels
        .filter(({ label }) => label.startsWith(`${branches.name}/${branch}/`))
        .reduce((total, layer) => total + (counted.of(layer.node) ?? 0), 0),
    );
    expect(Math.min(...sums)).toBeGreaterThan(0);
    expect(counted.total).toBe(Math.max(...sums));
    expect(counted.notes).toEqual([{ code: 'MACS_ALTERNATIVES', values: { count: 1 } }]);
  });
});

describe('operators', () => {
  it.each<[string, Node, readonly number[], readonly (readonly number[])[], number]>([
    [
      'grouped convolution',
      node('Conv', ['x', 'w0'], ['y'], { group: 2 }),
      [2, 4, 5, 5],
      [[6, 2, 3, 3]],
      2 * 6 * 9 * 18,
    ],
    [
      'transposed convolution',
      node('ConvTranspose', ['x', 'w0'], ['y'], { strides: [2, 2] }),
      [1, 3, 4, 4],
      [[3, 5, 2, 2]],
      48 * 20,
    ],
    ['stacked matrix product', node('MatMul', ['x', 'w0'], ['y']), [7, 2, 3], [[3, 4]], 7 * 2 * 4 * 3],
    [
      'transposed factors',
      node('Gemm', ['x', 'w0'], ['y'], { transA: 1, transB: 1 }),
      [3, 2],
      [[4, 3]],
      2 * 4 * 3,
    ],
    [
      'GRU',
      node('GRU', ['x', 'w0', 'w1'], ['y'], { hidden_size: 5 }),
      [7, 2, 3],
      [
        [1, 15, 3],
        [1, 15, 5],
      ],
      7 * 2 * 15 * 8,
    ],
    [
      'index notation',
      node('Einsum', ['x', 'w0'], ['y'], { equation: 'bij,jk->bik' }),
      [2, 3, 4],
      [[4, 5]],
      2 * 3 * 4 * 5,
    ],
    [
      'self-attention',
      microsoft('Attention', ['x', 'w0', 'w1'], { num_heads: 2 }),
      [2, 5, 6],
      [[6, 18], [18]],
      2 * 5 * 6 * 18 + 2 * (2 * 5 * 5 * 6),
    ],
    ['pooling', node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2] }), [1, 3, 8, 8], [], 0],
    ['normalization', node('InstanceNormalization', ['x', 'w0', 'w1'], ['y']), [1, 3, 8, 8], [[3], [3]], 0],
    ['addition', node('Add', ['x', 'w0'], ['y']), [2, 3], [[3]], 0],
  ])('%s', async (_, operator, x, stored, macs) => {
    expect((await count(single(operator, x, stored))).total).toBe(macs);
  });
});

describe('graphs inside nodes', () => {
  it('takes the branch whose condition is stored', async () => {
    const stored = branching({ initializers: [int64s('c', [], [1])] });
    const { total, notes } = await count(stored);
    expect(total).toBe(2 * 3 * 4);
    expect(notes).toEqual([]);
  });

  it('takes the larger branch where the condition is not known', async () => {
    const open = branching({ inputs: [{ name: 'c', type: 'bool', shape: [] }] });
    const { total, notes } = await count(open);
    expect(total).toBe(2 * 3 * 7);
    expect(notes.map(({ code }) => code)).toEqual(['MACS_ALTERNATIVES']);
  });

  it('counts a loop as often as it runs', async () => {
    const stored = looping({ initializers: [int64s('m', [], [5])] });
    const { total, notes } = await count(stored);
    expect(total).toBe(5 * 2 * 3 * 3);
    expect(notes).toEqual([]);
    const table = await inferShapes(stored);
    expect(table.shape(stored.graph, 'last')).toEqual([2, 3]);
    expect(table.shape(stored.graph, 'all')).toEqual([5, 2, 3]);
  });

  it('counts a loop once where the number of rounds is not known, and says so', async () => {
    const open = looping({ inputs: [{ name: 'm', type: 'int64', shape: [] }] });
    const { total, notes } = await count(open);
    expect(total).toBe(2 * 3 * 3);
    expect(notes).toEqual([{ code: 'MACS_ONCE', values: { operators: 'Loop' } }]);
  });

  it('counts a scan once per step', async () => {
    const body = graph({
      nodes: [node('MatMul', ['slice', 'w'], ['out']), node('Identity', ['state'], ['kept'])],
      inputs: [
        { name: 'state', type: 'float32' },
        { name: 'slice', type: 'float32' },
      ],
      outputs: [
        { name: 'kept', type: 'float32' },
        { name: 'out', type: 'float32' },
      ],
      initializers: [floats('w', [3, 4], new Float32Array(12))],
    });
    const scanning = model(
      graph({
        nodes: [withGraphs(node('Scan', ['s', 'x'], ['end', 'y'], { num_scan_inputs: 1 }), { body })],
        inputs: [input('s', [2]), input('x', [6, 2, 3])],
        outputs: [
          { name: 'end', type: 'float32' },
          { name: 'y', type: 'float32' },
        ],
      }),
    );
    expect((await count(scanning)).total).toBe(6 * 2 * 3 * 4);
    expect((await inferShapes(scanning)).shape(scanning.graph, 'y')).toEqual([6, 2, 4]);
  });
});

describe('what is not known', () => {
  it('is said with its operators, and is not counted', async () => {
    const foreign: Node = { ...node('Mystery', ['x'], ['h']), domain: 'com.example' };
    const product = node('MatMul', ['h', 'w0'], ['y']);
    const { total, notes } = await count(single(product, [2, 3], [[3, 4]], [foreign]));
    expect(total).toBe(0);
    expect(notes).toEqual([{ code: 'MACS_UNKNOWN', values: { count: 2, operators: 'MatMul, Mystery' } }]);
  });
});

function single(
  operator: Node,
  x: readonly number[],
  stored: readonly (readonly number[])[],
  before: readonly Node[] = [],
): Model {
  return model(
    graph({
      nodes: [...before, operator],
      inputs: [input('x', x)],
      outputs: operator.outputs.map((name) => ({ name, type: 'float32' })),
      initializers: stored.map((shape, i) =>
        floats(`w${i}`, shape, new Float32Array(shape.reduce((product, size) => product * size, 1))),
      ),
    }),
  );
}

function microsoft(
  operator: string,
  inputs: readonly string[],
  attributes: Parameters<typeof node>[3],
): Node {
  return { ...node(operator, inputs, ['y'], attributes), domain: 'com.microsoft' };
}

function withGraphs(outer: Node, graphs: Readonly<Record<string, Graph>>): Node {
  const added = Object.entries(graphs).map(([name, value]): Attribute => ({ name, kind: 'graph', value }));
  return { ...outer, attributes: [...outer.attributes, ...added] };
}

async function count(of: Model) {
  return countMacs(of, await inferShapes(of));
}

async function macsOfFile(name: string): Promise<number> {
  return (await count(openModel(sharedFile(`models/onnx/${name}`)))).total;
}

function parametersOf(of: Model): number {
  return layersOf(of)
    .flatMap(({ tensors }) => tensors)
    .reduce((total, { parameters }) => total + parameters, 0);
}

/** A fire module: one convolution of 1×1 that squeezes, two of 1×1 and 3×3 that expand. */
function fire(size: number, inputs: number, squeeze: number, expand: number): number {
  return size * size * (inputs * squeeze + squeeze * expand + 9 * squeeze * expand);
}

function product(prefix: string, columns: number): Graph {
  return graph({
    nodes: [node('MatMul', ['x', `${prefix}w`], [`${prefix}y`], {}, 'product')],
    inputs: [],
    outputs: [{ name: `${prefix}y`, type: 'float32' }],
    initializers: [floats(`${prefix}w`, [3, columns], new Float32Array(3 * columns))],
  });
}

function looping(trips: Partial<Graph>): Model {
  const body = graph({
    nodes: [
      node('MatMul', ['state', 'square'], ['next']),
      node('Identity', ['going'], ['still']),
      node('Identity', ['next'], ['step']),
    ],
    inputs: [
      { name: 'i', type: 'int64', shape: [] },
      { name: 'going', type: 'bool', shape: [] },
      { name: 'state', type: 'float32' },
    ],
    outputs: [
      { name: 'still', type: 'bool' },
      { name: 'next', type: 'float32' },
      { name: 'step', type: 'float32' },
    ],
    initializers: [floats('square', [3, 3], new Float32Array(9))],
  });
  return model(
    graph({
      nodes: [withGraphs(node('Loop', ['m', '', 'x'], ['last', 'all']), { body })],
      inputs: [input('x', [2, 3]), ...(trips.inputs ?? [])],
      outputs: [
        { name: 'last', type: 'float32' },
        { name: 'all', type: 'float32' },
      ],
      initializers: trips.initializers ?? [],
    }),
  );
}

function branching(condition: Partial<Graph>): Model {
  return model(
    graph({
      nodes: [
        withGraphs(node('If', ['c'], ['y']), {
          then_branch: product('t', 4),
          else_branch: product('e', 7),
        }),
      ],
      outputs: [{ name: 'y', type: 'float32' }],
      inputs: [input('x', [2, 3]), ...(condition.inputs ?? [])],
      initializers: condition.initializers ?? [],
    }),
  );
}
