// The training of AdaRound: steps on rows drawn from those that are known of a layer, in one graph of ONNX Runtime.
import { uniform } from '../../../../shared/base/random';
import { modelToBytes } from '../../../formats/modelBytes';
import { elementsOf } from '../../../ir/elements';
import { pauseFor } from '../../../ir/pacing';
import { onnxRuntime } from '../../../runtime/onnxRuntime';
import type { RuntimeTensor } from '../../../runtime/runtime';
import { shouldSpin, waitingSettings } from '../../../training/waitingThreads';
import type { LayerRows } from './layerRows';
import type { LayerTail } from './layerTail';
import { names, roundingOptimizer, stepGraph, stretch, type LayerShape } from './roundingGraph';

export interface RoundingProblem {
  readonly shape: LayerShape;
  readonly tail: LayerTail;
  /** What comes into the layer. */
  readonly inputs: LayerRows;
  /** What its outputs should be: [groups, rows, outputs]. */
  readonly targets: Float32Array;
  readonly weights: Weights;
}

/** All are [groups, features, outputs]. */
interface Weights {
  readonly given: Float32Array;
  /** The value of the grid at or below each weight. */
  readonly lower: Float32Array;
  /** The next one; the same where there is none, or where the weight is to stay. */
  readonly upper: Float32Array;
  readonly nearest: Float32Array;
}

export interface TrainingControl {
  readonly seed: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** Steps of each layer, or of as many of its outputs as are trained at once. */
const steps = 1000;
const rowsOfStep = 128;
const learningRate = 0.05;
/** The part of the steps before the regularization begins (§4). */
const warmUp = 0.2;
/** β falls from the first to the last by half a cosine: at first only what is undecided anyway is driven to an end. */
const sharpness = { first: 20, last: 2 };
/**
 * λ, where the loss of every output is 1 with weights rounded to nearest and the regularization is the mean over its
 * weights. The paper has the loss as it comes, whose size is another in each layer.
 */
const pressure = 3;

/** V after all steps: the weights whose V is not negative go up. Throws the reason of an aborted signal. */
export async function trainRoundings(
  problem: RoundingProblem,
  errorsOfNearest: Float64Array,
  { seed, signal, progress }: TrainingControl,
): Promise<Float32Array> {
  const { shape, tail, inputs, weights } = problem;
  const { lower } = weights;
  const batch = Math.min(rowsOfStep, inputs.rows);
  const step = weights.upper.map((value, i) => value - lower[i]!);
  const importance = Float32Array.from(errorsOfNearest, (error) => (error > 0 ? inputs.rows / error : 0));
  const model = await stepGraph({ shape, tail, batch, lower, step, importance });
  const config = waitingSettings(await shouldSpin());
  const session = await (await onnxRuntime()).load(modelToBytes(model), { config });
  const { slots, scalars } = roundingOptimizer;
  const full = [shape.groups, shape.features, shape.outputs];
  const vectors = (): FloatTensor[] => [names.roundings, ...slots].map(() => floats(full));
  let [now, next] = [vectors(), vectors()];
  now[0]!.data.set(firstRoundings(weights, step));
  const draw = rowDrawer(problem, batch, seed);
  const pause = pauseFor(signal);
  try {
    for (let i = 0; i < steps; i++) {
      await pause();
      const part = i / steps;
      progress(part);
      const given = {
        [names.sharpness]: sharpnessAt(part),
        [names.pressure]: part < warmUp ? 0 : pressure / shape.features,
        ...renamed(scalars(learningRate, i + 1), names.scalar),
      };
      const feeds = {
        ...draw(),
        ...named([names.roundings, ...slots.map(names.slot)], now),
        ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name, scalar(value)])),
      };
      const into = named([names.newRoundings, ...slots.map(names.newSlot)], next);
      await session.run(feeds, Object.keys(into), into);
      [now, next] = [next, now];
    }
    return now[0]!.data;
  } finally {
    await session.dispose();
  }
}

/** Fills the same arrays anew at every call, with rows drawn by chance and what the outputs should be for them. */
function rowDrawer(
  { shape, inputs, targets }: RoundingProblem,
  batch: number,
  seed: number,
): () => Readonly<Record<string, RuntimeTensor>> {
  const { groups, features, outputs } = shape;
  const rows = floats([groups, batch, features]);
  const wanted = floats([groups, batch, outputs]);
  const next = uniform(seed);
  return () => {
    for (let at = 0; at < batch; at++) {
      const row = Math.floor(next() * inputs.rows);
      for (const [group, all] of inputs.groups.entries()) {
        rows.data.set(all.subarray(row * features, (row + 1) * features), (group * batch + at) * features);
        const first = (group * inputs.rows + row) * outputs;
        wanted.data.set(targets.subarray(first, first + outputs), (group * batch + at) * outputs);
      }
    }
    return { [names.rows]: rows, [names.targets]: wanted };
  };
}

/** V for which h(V) is where each weight is between its neighbours: the training begins with the given weights. */
function firstRoundings({ given, lower }: Weights, step: Float32Array): Float32Array {
  const { gamma, zeta } = stretch;
  return given.map((weight, i) => {
    if (step[i] === 0) return 0;
    const part = Math.max(0, Math.min(1, (weight - lower[i]!) / step[i]!));
    return -Math.log((zeta - gamma) / (part - gamma) - 1);
  });
}

function sharpnessAt(part: number): number {
  const passed = Math.max(0, (part - warmUp) / (1 - warmUp));
  const { first, last } = sharpness;
  return last + ((first - last) * (1 + Math.cos(Math.PI * passed))) / 2;
}

interface FloatTensor extends RuntimeTensor {
  readonly data: Float32Array;
}

function floats(shape: readonly number[]): FloatTensor {
  return { type: 'float32', shape, data: new Float32Array(elementsOf(shape)) };
}

function scalar(value: number): FloatTensor {
  return { type: 'float32', shape: [], data: Float32Array.of(value) };
}

function named(all: readonly string[], tensors: readonly FloatTensor[]): Record<string, FloatTensor> {
  return Object.fromEntries(all.map((name, i) => [name, tensors[i]!]));
}

function renamed(
  values: Readonly<Record<string, number>>,
  rename: (name: string) => string,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));
}
