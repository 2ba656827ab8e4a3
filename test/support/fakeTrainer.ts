// A trainer that needs no runtime: linear regression by hand, with momentum, in float32. It keeps the promises that
// the training loop relies on, and tells what it was asked to do.
import type { Batch, DataSet } from '../../src/core/data/dataSet';
import type { Model } from '../../src/core/ir/graph';
import type { Measures } from '../../src/core/training/runParts';
import type { Trainer, TrainerState } from '../../src/core/training/trainer';
import { trainSchema } from '../../src/core/training/trainOptions';
import type { TrainContext, TrainTask } from '../../src/core/training/trainTask';
import { normals, uniform } from '../../src/shared/base/random';
import { floats, graph, input, model, node } from './build';

export interface StepCall {
  readonly learningRate: number;
  readonly seed: number;
  readonly batch: Batch;
}

export interface FakeTrainer extends Trainer {
  readonly calls: readonly StepCall[];
  readonly weights: Float32Array;
}

const width = 3;

/** Samples of y = x · [1, −2, 3] with noise, all in memory. */
export function linearData(name: string, count: number, seed: number): DataSet {
  const inputs = normals(count * width, seed);
  const noise = normals(count, seed + 1);
  const values = noise.map((value, i) => {
    const [a = 0, b = 0, c = 0] = inputs.subarray(i * width, (i + 1) * width);
    return a - 2 * b + 3 * c + 0.1 * value;
  });
  return {
    name,
    count,
    inputs: [{ shape: [width] }],
    targets: { kind: 'values', shape: [1] },
    rows: async (indices) => ({
      count: indices.length,
      inputs: [
        Float32Array.from({ length: indices.length * width }, (_, i) => {
          return inputs[indices[Math.floor(i / width)]! * width + (i % width)]!;
        }),
      ],
      values: Float32Array.from(indices, (index) => values[index]!),
    }),
  };
}

export function linearModel(weights: ArrayLike<number> = [0, 0, 0]): Model {
  return model(
    graph({
      inputs: [input('x', ['batch', width])],
      outputs: [input('y', ['batch', 1])],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'dense')],
      initializers: [floats('w', [width, 1], weights)],
    }),
  );
}

export function linearTask(
  options: Readonly<Record<string, unknown>> = {},
  rest: Partial<TrainTask> = {},
): TrainTask {
  return {
    model: linearModel(),
    path: 'linear.onnx',
    data: { train: linearData('train', 50, 1), validation: linearData('validation', 20, 2) },
    options: trainSchema.parse({ epochs: 4, batch: 16, optimizer: 'sgd', learningRate: 0.05, ...options }),
    seed: 1,
    keepZeros: false,
    step: 0,
    ...rest,
  };
}

/** A context that collects what it is told. */
export function collectingContext(overrides: Partial<TrainContext> = {}) {
  const curves: Parameters<TrainContext['curves']>[0][] = [];
  const progress: { readonly fraction: number; readonly detail: string | undefined }[] = [];
  const context: TrainContext = {
    signal: new AbortController().signal,
    progress: (fraction, detail) => progress.push({ fraction, detail }),
    curves: (view) => curves.push(view),
    gate: () => Promise.resolve(),
    ...overrides,
  };
  return { context, curves, progress };
}

/** Each step's gradient is scaled by a number drawn from its seed, so that seeds matter as they do for dropout. */
export function fakeTrainer(batch: number): FakeTrainer {
  const weights = new Float32Array(width);
  const momentum = new Float32Array(width);
  const calls: StepCall[] = [];
  let steps = 0;
  return {
    loss: 'mse',
    scores: 'logits',
    batch,
    notes: [],
    parameters: width,
    frozen: [],
    calls,
    weights,
    step: (batch, { learningRate, seed }) => {
      calls.push({ learningRate, seed, batch });
      const gradient = new Float64Array(width);
      let loss = 0;
      for (let i = 0; i < batch.count; i++) {
        const error = errorOf(weights, batch, i);
        loss += error * error;
        for (let j = 0; j < width; j++) gradient[j]! += 2 * error * batch.inputs[0]![i * width + j]!;
      }
      const scale = (0.5 + uniform(seed)()) / batch.count;
      for (let j = 0; j < width; j++) {
        momentum[j] = 0.9 * momentum[j]! + gradient[j]! * scale;
        weights[j]! -= learningRate * momentum[j]!;
      }
      steps++;
      return Promise.resolve({ loss: loss / batch.count, gradientNorm: Math.hypot(...gradient) });
    },
    state: (): TrainerState => ({ steps, vectors: { weights: weights.slice(), momentum: momentum.slice() } }),
    restore: (state) => {
      steps = state.steps;
      weights.set(state.vectors['weights']!);
      momentum.set(state.vectors['momentum']!);
    },
    model: (state) => linearModel(state?.vectors['weights'] ?? weights),
    running: () => linearModel(weights),
    ownNumbers: () => undefined,
    notFinite: () => (weights.every(Number.isFinite) ? undefined : 'dense'),
    dispose: () => Promise.resolve(),
  };
}

/** The mean squared errors of a trainer's weights on all samples. */
export async function measureLinear({ weights }: FakeTrainer, { data }: TrainTask): Promise<Measures> {
  const measured = async (set: DataSet) => {
    const batch = await set.rows(Array.from({ length: set.count }, (_, i) => i));
    let loss = 0;
    for (let i = 0; i < batch.count; i++) loss += errorOf(weights, batch, i) ** 2;
    return { loss: loss / batch.count, samples: batch.count };
  };
  return { train: await measured(data.train), validation: await measured(data.validation) };
}

function errorOf(weights: Float32Array, batch: Batch, sample: number): number {
  let predicted = 0;
  for (let j = 0; j < width; j++) predicted += weights[j]! * batch.inputs[0]![sample * width + j]!;
  return predicted - batch.values![sample]!;
}
