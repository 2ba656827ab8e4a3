// Gradients of the loss by every weight, summed over samples: what tells how much the loss depends on a weight. They are
// those of training, from the same graph of a step, in which sums take the place of an optimizer.
import { CounterweightError } from '../../shared/base/errors';
import { seedOf } from '../../shared/base/random';
import type { DataSet } from '../data/dataSet';
import { shuffledIndices } from '../data/shuffle';
import type { Model } from '../ir/graph';
import { pauseFor } from '../ir/pacing';
import type { Tensor } from '../ir/tensor';
import { storedTensors } from '../ir/traversal';
import { expressions } from '../operators/expressions';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { batchesOf, batchSizes } from './batches';
import { optimizerOf, type Optimizer } from './optimizers';
import { sessionCache } from './sessionCache';
import { stepGraph } from './stepGraph';
import { stepSession } from './stepSession';
import { trainingPlan, type TrainingPlan } from './trainingPlan';
import { trainSchema, type TrainOptions } from './trainOptions';
import { initialVectors } from './vectors';

export interface GradientTask {
  readonly model: Model;
  /** Of the model's file, for messages. */
  readonly path: string;
  /** What the gradients are taken on, with targets. */
  readonly data: DataSet;
  /** How many of its samples, drawn by chance; all where there are fewer. */
  readonly samples: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** One number for each element of a trained tensor, by the model's own tensors; frozen ones have none. */
export type PerWeight = ReadonlyMap<Tensor, Float32Array>;

/**
 * The gradient of the mean loss, g = Σ ∂L_n/∂w / N, of the network as it is written (normalization by running
 * statistics, no dropout). Throws DATA_INVALID, NOT_TRAINABLE, RUNTIME_REFUSED, and the signal's reason.
 */
export async function meanGradients(task: GradientTask): Promise<PerWeight> {
  const run = await accumulate(task, { optimizer: gradientSum, batch: sumBatch, asWritten: true });
  return run.perWeight('sum', 1 / run.samples);
}

/**
 * The diagonal of the empirical Fisher information: the mean over samples of the squared gradient of each sample's own
 * loss, Σ (∂L_n/∂w)² / N. One sample is run at a time. Throws what `meanGradients` throws.
 */
export async function meanSquaredGradients(task: GradientTask): Promise<PerWeight> {
  const run = await accumulate(task, { optimizer: squareSum, batch: 1, asWritten: true });
  return run.perWeight('sum', 1 / run.samples);
}

/** How a trial of training goes that movement is summed in. */
export type TrialOptions = Pick<TrainOptions, 'batch' | 'optimizer' | 'learningRate' | 'momentum'>;

/**
 * −Σ_t w_t·g_t over the steps t of one pass of training on the samples, in which zeros stay zero: positive for weights
 * that training moves away from zero. The trained weights are not kept. (Sanh, Wolf, Rush: Movement pruning; NeurIPS
 * 2020, equation 6.) Throws what `meanGradients` throws.
 */
export async function movementSums(task: GradientTask, trial: TrialOptions): Promise<PerWeight> {
  const run = await accumulate(task, {
    optimizer: movementOf(optimizerOf({ ...defaults, ...trial })),
    batch: trial.batch,
    asWritten: false,
    learningRate: trial.learningRate,
  });
  return run.perWeight('movement', 1);
}

const sumBatch = 64;
const defaults = trainSchema.parse({});

const gradientSum = sumOf((gradient) => gradient);
const squareSum = sumOf((gradient, build) => expressions(build).multiply(gradient, gradient));

/** In place of an optimizer: leaves the weights alone and adds up what is made of the gradient of each step. */
function sumOf(term: (gradient: string, build: Parameters<typeof expressions>[0]) => string): Optimizer {
  return {
    slots: ['sum'],
    // A step's loss is the mean of its samples, and the sums are over samples.
    scalars: (samples) => ({ samples }),
    update: ({ build, parameters, gradient, slots, scalar }) => {
      const e = expressions(build);
      const added = e.multiply(term(gradient, build), scalar('samples'));
      return {
        parameters: build.node('Identity', [parameters]),
        slots: { sum: e.add(slots['sum']!, added) },
      };
    },
  };
}

/** The optimizer, which also sums −w·g of the weights before each of its steps. */
function movementOf(optimizer: Optimizer): Optimizer {
  return {
    slots: [...optimizer.slots, 'movement'],
    scalars: optimizer.scalars,
    update: (terms, decays) => {
      const e = expressions(terms.build);
      const updated = optimizer.update(terms, decays);
      const moved = e.multiply(terms.parameters, terms.gradient);
      return {
        parameters: updated.parameters,
        slots: { ...updated.slots, movement: e.subtract(terms.slots['movement']!, moved) },
      };
    },
  };
}

interface Accumulation {
  readonly optimizer: Optimizer;
  readonly batch: number;
  /** Whether the network works as its file says; else as it does while it is trained, and zeros stay zero. */
  readonly asWritten: boolean;
  /** Of an optimizer that makes steps; for sums, each step is fed its number of samples. */
  readonly learningRate?: number;
}

interface Accumulated {
  readonly samples: number;
  readonly perWeight: (slot: string, factor: number) => PerWeight;
}

async function accumulate(task: GradientTask, how: Accumulation): Promise<Accumulated> {
  const { model, path, data, seed, signal, progress } = task;
  const { targets } = data;
  if (!targets || data.count === 0) {
    const problem = targets ? 'it has no samples' : 'it has neither labels nor values to predict';
    throw new CounterweightError('DATA_INVALID', { data: data.name, problem });
  }
  const options = { ...defaults, batch: how.batch };
  const { inputs, name } = data;
  const keepZeros = !how.asWritten;
  const planned = await trainingPlan({
    model,
    path,
    inputs,
    targets,
    data: name,
    options,
    keepZeros,
    signal,
  });
  const plan = how.asWritten ? { ...planned, live: new Set<never>() } : planned;
  const { optimizer } = how;
  let [now, next] = [initialVectors(plan, optimizer.slots), initialVectors(plan, optimizer.slots)];
  const keep = keepZeros ? now.parameters.map((value) => Number(value !== 0)) : undefined;
  const runtime = await onnxRuntime();
  const sessions = sessionCache(async (batch) => {
    const mask = keepZeros ? 'gradients' : 'none';
    const { forms } = plan;
    const graph = await stepGraph({ plan, batch, targets, options, optimizer, mask, forms, signal });
    return stepSession(graph, plan, runtime, keep);
  });
  const samples = Math.min(task.samples, data.count);
  const order = shuffledIndices(data.count, seed).subarray(0, samples);
  const sizes = batchSizes(samples, Math.min(how.batch, plan.batch));
  const pause = pauseFor(signal);
  let done = 0;
  let step = 0;
  try {
    for await (const batch of batchesOf(data, order, sizes, (read) => read)) {
      await pause();
      const session = await sessions.of(plan.isBatchFixed ? plan.batch : batch.count);
      const scalars = optimizer.scalars(how.learningRate ?? batch.count, ++step);
      await session.run({ batch, scalars, seed: seedOf(seed, step) }, now, next);
      [now, next] = [next, now];
      done += batch.count;
      progress(done / samples);
    }
  } finally {
    await sessions.dispose();
  }
  const { slots } = now;
  return { samples, perWeight: (slot, factor) => perWeightOf(model, plan, slots[slot]!, factor) };
}

function perWeightOf(model: Model, plan: TrainingPlan, vector: Float32Array, factor: number): PerWeight {
  const stored = storedTensors(model.graph);
  const parts = plan.layout.parameters.map(({ value, tensor, start, elements }) => {
    const part = vector.slice(start, start + elements);
    return [stored.get(value) ?? tensor, part.map((number) => number * factor)] as const;
  });
  return new Map(parts);
}
