// Formulations of gradients that ONNX Runtime computes wrongly, or that are wrong themselves, without any error.
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { inferShapes } from '../../../src/core/analysis/shapes';
import { freshNames } from '../../../src/core/ir/freshNames';
import { GraphBuilder } from '../../../src/core/ir/graphBuilder';
import type { Model, Node } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { differentiate } from '../../../src/core/training/differentiate';
import { Tensor } from '../../../src/core/ir/tensor';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import { normals } from '../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../support/build';
import { randomBatch, trainerFor, values } from './support/trainNetwork';

const pool = node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], strides: [2, 2] });
const tied = [3, 3, 1, 0, 3, 2, 0, 1];
const sent = [10, 20];

describe('a maximum pool over tied values', () => {
  it('gives the gradient to several of them through a mask', async () => {
    const repeat = node('ConvTranspose', ['g', 'ones'], ['spread'], { strides: [2, 2] });
    const spreadMaxima = node('ConvTranspose', ['y', 'ones'], ['maxima'], { strides: [2, 2] });
    const ones = node('Expand', ['one', 'size'], ['ones']);
    const mask = node('Equal', ['x', 'maxima'], ['equal']);
    const cast = node('Cast', ['equal'], ['mask'], { to: 1 });
    const masked = node('Mul', ['spread', 'mask'], ['dx']);
    const nodes = [pool, ...constants(), ones, repeat, spreadMaxima, mask, cast, masked];
    expect(await run(withInputs(nodes, 'dx'))).toEqual([10, 10, 20, 0, 10, 0, 0, 20]);
  });

  it('gives the gradient to the first of them by the rule', async () => {
    const forward = withInputs([pool], 'y');
    const { nodes, tensors, gradient } = await differentiated(forward, 'y', 'x');
    const whole = withInputs([pool, ...nodes], gradient);
    const initializers = [...whole.graph.initializers, ...tensors];
    expect(await run({ ...whole, graph: { ...whole.graph, initializers } })).toEqual([
      10, 0, 20, 0, 0, 0, 0, 0,
    ]);
  });
});

describe('rows of a table that are read many times', () => {
  // Whole numbers: sums of them are exact in any order, so that a lost one shows.
  const [rows, width, reads] = [40, 64, 4096];
  const table = node('Gather', ['x', 'ids'], ['y']);
  const ids = Int32Array.from({ length: reads }, (_, i) => (i * 7919) % rows);
  const sends = Float32Array.from({ length: reads * width }, (_, i) => (i % 5) - 2);
  const sums = new Float32Array(rows * width);
  for (const [read, row] of ids.entries())
    for (let i = 0; i < width; i++) sums[row * width + i]! += sends[read * width + i]!;

  it('get all their gradients in every run, on several threads', async () => {
    const inputs = [input('x', [rows, width]), { name: 'ids', type: 'int32' as const, shape: [reads] }];
    const forward = model(graph({ nodes: [table], inputs, outputs: [{ name: 'y', type: 'float32' }] }), 17);
    const { nodes, tensors, gradient } = await differentiated(forward, 'y', 'x');
    // ScatterND, which is faster, loses sums where several threads add to one place; how often is luck.
    expect(nodes.map(({ operator }) => operator)).toContain('ScatterElements');
    expect(nodes.map(({ operator }) => operator)).not.toContain('ScatterND');
    const whole = graph({
      nodes: [table, ...nodes],
      inputs: [...inputs, input('g', [reads, width])],
      outputs: [{ name: gradient, type: 'float32' }],
      initializers: tensors,
    });
    const session = await (await onnxRuntime()).load(modelToBytes(model(whole, 17)));
    const feeds = {
      x: { type: 'float32', shape: [rows, width], data: new Float32Array(rows * width) },
      ids: { type: 'int32', shape: [reads], data: ids },
      g: { type: 'float32', shape: [reads, width], data: sends },
    } as const;
    for (let run = 0; run < 40; run++) {
      const found = (await session.run(feeds))[gradient]!.data as Float32Array;
      expect(Buffer.compare(Buffer.from(found.buffer), Buffer.from(sums.buffer))).toBe(0);
    }
    await session.dispose();
  });
});

describe('a layer of stored integers in front of a trained one', () => {
  const [count, features, hidden, outputs] = [8, 64, 32, 4];
  const [scale, rate] = [0.01, 0.01];
  const batch = randomBatch(count, [features], values(outputs), 1);
  const integers = Int8Array.from({ length: features * hidden }, (_, i) => ((i * 37) % 251) - 125);
  const weights = normals(hidden * outputs, 2);
  const network = model(
    graph({
      nodes: [
        node('DequantizeLinear', ['q', 'scale', 'zero'], ['v'], { axis: 1 }),
        node('MatMul', ['x', 'v'], ['h'], {}, 'stored'),
        node('MatMul', ['h', 'w'], ['y'], {}, 'trained'),
      ],
      inputs: [input('x', ['n', features])],
      outputs: [{ name: 'y', type: 'float32' }],
      initializers: [
        floats('w', [hidden, outputs], weights),
        Tensor.fromBytes('q', 'int8', [features, hidden], new Uint8Array(integers.buffer)),
        floats('scale', [hidden], new Float32Array(hidden).fill(scale)),
        Tensor.fromBytes('zero', 'int8', [hidden], new Uint8Array(hidden)),
      ],
    }),
    17,
  );

  // y = x·V·W in float64; the mean of (y − t)² and its derivative by W.
  const x = batch.inputs[0]!;
  const h = product(
    x,
    Float64Array.from(integers, (value) => value * scale),
    features,
  );
  const distance = product(h, weights, hidden).map((y, i) => y - batch.values![i]!);
  const loss = distance.reduce((sum, d) => sum + d * d, 0) / distance.length;
  const dy = distance.map((d) => (2 * d) / distance.length);
  const dw = product(transposed(h, count), dy, count);

  it('is computed with rounded inputs where its quantization is fused', async () => {
    const session = await (await onnxRuntime()).load(modelToBytes(network));
    const { y } = await session.run({ x: { type: 'float32', shape: [count, features], data: x } });
    await session.dispose();
    const errors = (y!.data as Float32Array).map((value, i) => value - batch.values![i]! - distance[i]!);
    expect(Math.max(...errors.map(Math.abs))).toBeGreaterThan(1e-2);
  });

  it('is computed as it is written while training', async () => {
    const trainer = await trainerFor({
      model: network,
      sample: [features],
      targets: values(outputs),
      options: { batch: count, optimizer: 'sgd', momentum: 0 },
    });
    expect(trainer.frozen).toEqual([{ layer: 'stored', reason: 'its weights are stored as integers' }]);
    const result = await trainer.step(batch, { learningRate: rate, seed: 1 });
    expect(result.loss / loss).toBeCloseTo(1, 5);
    const trained = tensorNumbers(trainer.model().graph.initializers[0]!);
    trained.forEach((w, i) => expect(w).toBeCloseTo(weights[i]! - rate * dw[i]!, 4));
    await trainer.dispose();
  });
});

/** A matrix product in float64; `inner` is the size that both have. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner];
  return Float64Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < inner; k++)
      sum += a[Math.floor(i / columns) * inner + k]! * b[k * columns + (i % columns)]!;
    return sum;
  });
}

function transposed(matrix: ArrayLike<number>, rows: number): Float64Array {
  const columns = matrix.length / rows;
  return Float64Array.from(matrix, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** The nodes that make the gradient of a value from that of an output, "g". */
async function differentiated(forward: Model, output: string, value: string) {
  const shapes = await inferShapes(forward);
  const build = new GraphBuilder({ fresh: freshNames(forward), opset: 17, type: 'float32' });
  const { gradients } = differentiate({
    nodes: forward.graph.nodes,
    contextOf: (of) => shapes.context(of)!,
    build,
    seeds: new Map([[output, 'g']]),
    wanted: new Set([value]),
  });
  return { nodes: build.nodes, tensors: build.tensors, gradient: gradients.get(value)! };
}

function constants(): readonly Node[] {
  return [
    node('Constant', [], ['one'], { value_float: { kind: 'float', value: 1 } }),
    node('Constant', [], ['size'], { value_ints: [1, 1, 2, 2] }),
  ];
}

function withInputs(nodes: readonly Node[], output: string): Model {
  const inputs = [input('x', [1, 1, 2, 4]), input('g', [1, 1, 1, 2])];
  return model(graph({ nodes, inputs, outputs: [{ name: output, type: 'float32' }] }), 17);
}

async function run(tested: Model): Promise<number[]> {
  const runtime = await onnxRuntime();
  const session = await runtime.load(modelToBytes(tested), { threads: 1 });
  try {
    const feeds = {
      x: { type: 'float32', shape: [1, 1, 2, 4], data: Float32Array.from(tied) },
      g: { type: 'float32', shape: [1, 1, 1, 2], data: Float32Array.from(sent) },
    } as const;
    const [result] = Object.values(await session.run(feeds));
    return [...(result!.data as Float32Array)];
  } finally {
    await session.dispose();
  }
}
