// A small network that recognises the built-in glyphs, made in seconds without gradients: filters are patches of
// training images, the last layer is solved in closed form. It gives the demo and the first steps in the editor a
// model whose accuracy is real.
// Source of the filters: A. Coates and A. Ng, "Learning Feature Representations with K-Means", 2012, section 4.
import { seedOf, uniform } from '../../shared/base/random';
import { classCount, indicesFrom, type DataSet } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import type { Graph, Model, Node } from '../ir/graph';
import { float32Tensor } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import type { Runtime, RuntimeTensor } from '../runtime/runtime';
import { ridge, type Moments } from '../training/ridge';

const filters = 24;
const kernel = 5;
const pool = 4;
const batchSize = 250;

/**
 * Conv(5×5) → Relu → MaxPool(4) → Flatten → Gemm over images [N, 1, S, S], with S a multiple of 4.
 * @param data labelled images; `seed` chooses the patches.
 */
export async function makeSampleNetwork(
  data: DataSet,
  runtime: Runtime,
  options: { readonly seed: number; readonly signal: AbortSignal },
): Promise<Model> {
  const [, size = 0] = data.inputs[0]!.shape;
  const classes = classCount(data) ?? 0;
  const features = filters * (size / pool) ** 2;
  const patches = await patchFilters(data, options.seed);
  const moments = await featureMoments(featureModel(size, patches), data, features, runtime, options.signal);
  const { weights, bias } = ridge(moments, 0.03);
  return modelOf({
    name: 'glyphs',
    nodes: [
      ...featureNodes(),
      node('Gemm', 'classify', ['features', 'classify.weight', 'classify.bias'], 'scores'),
    ],
    inputs: [{ name: 'image', type: 'float32', shape: ['batch', 1, size, size] }],
    outputs: [{ name: 'scores', type: 'float32', shape: ['batch', classes] }],
    initializers: [
      ...patches,
      float32Tensor('classify.weight', [features, classes], weights),
      float32Tensor('classify.bias', [classes], bias),
    ],
    values: [],
  });
}

function modelOf(graph: Graph): Model {
  const opsets = new Map([['', 17]]);
  return { format: 'onnx', graph, functions: [], opsets, irVersion: 8, producer: 'counterweight', notes: [] };
}

function featureNodes(): Node[] {
  const pads = { name: 'pads', kind: 'ints', value: Array<number>(4).fill(Math.floor(kernel / 2)) } as const;
  const window = { name: 'kernel_shape', kind: 'ints', value: [pool, pool] } as const;
  const strides = { name: 'strides', kind: 'ints', value: [pool, pool] } as const;
  return [
    { ...node('Conv', 'filter', ['image', 'filter.weight', 'filter.bias'], 'filtered'), attributes: [pads] },
    node('Relu', 'rectify', ['filtered'], 'rectified'),
    { ...node('MaxPool', 'pool', ['rectified'], 'pooled'), attributes: [window, strides] },
    node('Flatten', 'flatten', ['pooled'], 'features'),
  ];
}

function node(operator: string, name: string, inputs: readonly string[], output: string): Node {
  return { name, domain: '', operator, inputs, outputs: [output], attributes: [] };
}

/** The features of a batch and their sums with one-hot targets: x, xᵀx, xᵀy. */
function featureModel(size: number, patches: readonly Tensor[]): Model {
  const axes = Tensor.fromBytes('axes', 'int64', [1], new Uint8Array(8));
  const transposed = { name: 'transA', kind: 'int', value: 1 } as const;
  const keep = { name: 'keepdims', kind: 'int', value: 0 } as const;
  return modelOf({
    name: 'features',
    nodes: [
      ...featureNodes(),
      { ...node('Gemm', 'xx', ['features', 'features'], 'sumXX'), attributes: [transposed] },
      { ...node('Gemm', 'xy', ['features', 'targets'], 'sumXY'), attributes: [transposed] },
      { ...node('ReduceSum', 'x', ['features', 'axes'], 'sumX'), attributes: [keep] },
    ],
    inputs: [
      { name: 'image', type: 'float32', shape: ['batch', 1, size, size] },
      { name: 'targets', type: 'float32', shape: ['batch', 'classes'] },
    ],
    outputs: ['sumXX', 'sumXY', 'sumX'].map((name) => ({ name, type: 'float32' as const })),
    initializers: [...patches, axes],
    values: [],
  });
}

async function featureMoments(
  model: Model,
  data: DataSet,
  features: number,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Moments> {
  const outputs = classCount(data) ?? 0;
  const moments: Moments = {
    count: data.count,
    features,
    outputs,
    xx: new Float64Array(features * features),
    xy: new Float64Array(features * outputs),
    x: new Float64Array(features),
    y: new Float64Array(outputs),
  };
  const session = await runtime.load(modelToBytes(model));
  try {
    for (let start = 0; start < data.count; start += batchSize) {
      signal.throwIfAborted();
      const batch = await data.rows(indicesFrom(start, Math.min(start + batchSize, data.count)));
      const { count, labels } = batch;
      const inputs = batch.inputs[0] ?? new Float32Array();
      const targets = new Float32Array(count * outputs);
      labels?.forEach((label, i) => {
        targets[i * outputs + label] = 1;
        moments.y[label]! += 1;
      });
      const sums = await session.run({
        image: { type: 'float32', shape: [count, ...data.inputs[0]!.shape], data: inputs },
        targets: { type: 'float32', shape: [count, outputs], data: targets },
      });
      add(moments.xx, sums['sumXX']);
      add(moments.xy, sums['sumXY']);
      add(moments.x, sums['sumX']);
    }
  } finally {
    await session.dispose();
  }
  return moments;
}

function add(total: Float64Array, part: RuntimeTensor | undefined): void {
  const values = part?.data as Float32Array;
  for (let i = 0; i < total.length; i++) total[i]! += values[i] ?? 0;
}

/** Random patches of training images, each with mean 0 and norm 1, and a small negative bias that ignores noise. */
async function patchFilters(data: DataSet, seed: number): Promise<readonly Tensor[]> {
  const [, size = 0] = data.inputs[0]!.shape;
  const next = uniform(seedOf(seed, 0));
  const weights = new Float32Array(filters * kernel * kernel);
  for (let filter = 0; filter < filters; filter++) {
    const patch = weights.subarray(filter * kernel * kernel, (filter + 1) * kernel * kernel);
    // A patch of the blank ground has no structure; the next one is tried.
    for (let variance = 0; variance < 0.1;) {
      const batch = await data.rows([Math.floor(next() * data.count)]);
      const inputs = batch.inputs[0] ?? new Float32Array();
      const [top, left] = [Math.floor(next() * (size - kernel)), Math.floor(next() * (size - kernel))];
      for (let i = 0; i < patch.length; i++) {
        patch[i] = inputs[(top + Math.floor(i / kernel)) * size + left + (i % kernel)] ?? 0;
      }
      variance = normalize(patch);
    }
  }
  return [
    float32Tensor('filter.weight', [filters, 1, kernel, kernel], weights),
    float32Tensor('filter.bias', [filters], new Float32Array(filters).fill(-0.3)),
  ];
}

/** Brings a patch to mean 0 and norm 1; returns the variance that it had. */
function normalize(patch: Float32Array): number {
  const mean = patch.reduce((sum, value) => sum + value, 0) / patch.length;
  const norm = Math.sqrt(patch.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  for (let i = 0; i < patch.length; i++) patch[i] = ((patch[i] ?? 0) - mean) / (norm || 1);
  return norm ** 2 / patch.length;
}
