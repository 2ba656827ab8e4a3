// What a network reaches that does not look at its input: the zero point of every measure of what was learned.
import type { LossKind } from '../../../shared/contracts/viewModels';
import { indicesFrom, type DataSet, type Targets } from '../../data/dataSet';
import { pauseFor } from '../../ir/pacing';
import type { Baseline } from './diagnosisFacts';

/** Samples that are read, and target values that are kept of them. */
const mostSamples = 2000;
const mostValues = 1 << 22;
const leastSamples = 50;
const rowsAtOnce = 250;

/**
 * The best constant prediction, from all labels where they are known without reading samples, else from the targets of
 * up to 2000 samples. For classes: the entropy of their frequencies, and the share of the most frequent one; for values:
 * the spread around their mean, element by element (for mae, which asks for it, around the median). Undefined where
 * the samples have no targets.
 */
export async function measureBaseline(
  data: DataSet,
  loss: LossKind,
  signal: AbortSignal,
): Promise<Baseline | undefined> {
  const { targets, count } = data;
  if (!targets || count === 0) return undefined;
  if (targets.kind === 'classes' && data.labels) {
    return baselineOfClasses(loss, frequenciesOf(data.labels, targets.count));
  }
  const indices = spread(count, samplesOf(targets));
  const pause = pauseFor(signal);
  const read = new Int32Array(indices.length);
  const columns: number[][] = [];
  for (let start = 0; start < indices.length; start += rowsAtOnce) {
    await pause();
    const { count: rows, labels, values } = await data.rows(indices.subarray(start, start + rowsAtOnce));
    if (labels) read.set(labels, start);
    if (!values) continue;
    const elements = values.length / rows;
    for (let i = 0; i < values.length; i++) (columns[i % elements] ??= []).push(values[i]!);
  }
  if (targets.kind === 'classes') return baselineOfClasses(loss, frequenciesOf(read, targets.count));
  return columns.length === 0
    ? undefined
    : { loss: mean(columns.map((column) => constantLoss(loss, column))) };
}

/** The same for `count` classes that are equally frequent: a cross-entropy of ln(count). */
export function evenBaseline(loss: LossKind, count: number): Baseline {
  return baselineOfClasses(loss, Array<number>(count).fill(1 / count));
}

/**
 * Classes as targets of other losses than cross-entropy are a 1 among zeros; with two classes and one output a single
 * 0 or 1, for which the mean over the elements is the same.
 */
function baselineOfClasses(loss: LossKind, frequencies: readonly number[]): Baseline {
  const perClass = (of: (p: number) => number): number => mean(frequencies.map(of));
  const losses: Readonly<Record<LossKind, () => number>> = {
    crossEntropy: () => frequencies.reduce((sum, p) => sum + surprise(p), 0),
    binaryCrossEntropy: () => perClass((p) => surprise(p) + surprise(1 - p)),
    mse: () => perClass((p) => p * (1 - p)),
    mae: () => perClass((p) => Math.min(p, 1 - p)),
    huber: () => perClass((p) => (p * (1 - p)) / 2),
  };
  return { loss: losses[loss](), accuracy: Math.max(...frequencies) };
}

function frequenciesOf(labels: Int32Array, classes: number): readonly number[] {
  const frequencies = Array<number>(classes).fill(0);
  for (const label of labels) frequencies[label]! += 1 / labels.length;
  return frequencies;
}

function constantLoss(loss: LossKind, values: readonly number[]): number {
  const center = mean(values);
  const losses: Readonly<Record<LossKind, () => number>> = {
    mse: () => mean(values.map((value) => (value - center) ** 2)),
    mae: () => {
      const median = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
      return mean(values.map((value) => Math.abs(value - median)));
    },
    huber: () =>
      mean(
        values.map((value) => {
          const distance = Math.abs(value - center);
          return distance <= 1 ? distance ** 2 / 2 : distance - 0.5;
        }),
      ),
    // Targets of the two cross-entropies are probabilities.
    binaryCrossEntropy: () => surprise(center) + surprise(1 - center),
    crossEntropy: () => surprise(center),
  };
  return losses[loss]();
}

/** −p · ln p. */
function surprise(p: number): number {
  return p <= 0 ? 0 : -p * Math.log(p);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function samplesOf(targets: Targets): number {
  if (targets.kind === 'classes') return mostSamples;
  const elements = targets.shape.reduce((product, dimension) => product * dimension, 1);
  return Math.min(mostSamples, Math.max(leastSamples, Math.floor(mostValues / elements)));
}

function spread(count: number, most: number): Int32Array {
  const taken = Math.min(count, most);
  return taken === count
    ? indicesFrom(0, count)
    : Int32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}
