// How good a network is on a data set: its loss, and how often or how closely it is right. Each epoch of a training
// run is measured with it, and every file that a report speaks of.
import { CounterweightError } from '../../shared/base/errors';
import type { LossKind, MeasureView } from '../../shared/contracts/viewModels';
import type { Batch, DataSet, Targets } from '../data/dataSet';
import { isFloat } from '../ir/elementType';
import { pauseFor } from '../ir/pacing';
import type { RuntimeTensor, Session } from '../runtime/runtime';
import type { ClassMeasures } from './classMeasures';
import type { ScoreKind } from './classScores';
import { dataInputs } from './dataInputs';
import type { LabelledData } from './losses';
import { predictionSums, type PredictionSums } from './predictionSums';
import { runtimeNumbers } from './runtimeNumbers';
import type { ValueMeasures } from './valueMeasures';

export interface EvaluateOptions {
  /** Cross-entropy of classes and mse of values where not given; see `resolveLoss`. */
  readonly loss?: LossKind | 'auto';
  /**
   * What the outputs are, where the loss asks for probabilities. Where not given, outputs that are distributions (for
   * binary cross-entropy: that all lie within 0 and 1) are taken for probabilities.
   */
  readonly scores?: ScoreKind;
  /** At most as many samples, spread evenly over the data. */
  readonly limit?: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

export interface Evaluation extends MeasureView, Omit<ClassMeasures, 'accuracy'> {
  readonly lossKind: LossKind;
  /** Where values are to be predicted. */
  readonly regression?: ValueMeasures;
}

/**
 * Runs the network on the samples and compares its prediction with their targets. The prediction is the first output
 * of floating-point numbers that has a place for them. Throws DATA_INVALID where samples have no targets or do not fit
 * the network, RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function evaluate(
  session: Session,
  data: DataSet,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const targets = targetsOf(data);
  const pause = pauseFor(options.signal);
  const inputs = dataInputs(data, session.inputs);
  const indices = spread(data.count, options.limit);
  let outputs = session.outputs.filter(({ type }) => type && isFloat(type)).map(({ name }) => name);
  let sums: PredictionSums | undefined;
  for (let start = 0; start < indices.length; start += inputs.samplesPerRun) {
    options.progress?.(start / indices.length);
    await pause();
    const batch = await data.rows(indices.subarray(start, start + inputs.samplesPerRun));
    checkLabels(batch, targets, data);
    const { feeds } = inputs.place(batch);
    await pause();
    const results = await session.run(feeds, outputs);
    const rows = [batch.count, inputs.samplesPerRun];
    if (!sums) {
      const { name, perSample } = prediction(results, outputs, rows, { ...data, targets });
      outputs = [name];
      sums = predictionSums({ ...data, targets }, perSample, options);
    }
    sums.add(runtimeNumbers(results[outputs[0]!]!)!, batch);
  }
  options.progress?.(1);
  if (!sums) return fail(data, 'it has no samples');
  return { ...sums.measures(), samples: indices.length };
}

function targetsOf(data: DataSet): Targets {
  return data.targets ?? fail(data, 'it has neither labels nor values to predict, so there is no loss');
}

/** All indices, or as many as the limit allows at equal distances: data is often sorted by class. */
function spread(count: number, limit = count): Int32Array {
  const taken = Math.min(count, limit);
  return Int32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
}

interface Prediction {
  readonly name: string;
  /** Elements for each sample. */
  readonly perSample: number;
}

/**
 * The output that the targets belong to. Of values it has as many elements as they; of classes it has one for each,
 * or one for two of them, all on one axis: the scores of anchors or time steps have another.
 */
function prediction(
  results: Readonly<Record<string, RuntimeTensor>>,
  names: readonly string[],
  rows: readonly number[],
  data: LabelledData,
): Prediction {
  const { targets } = data;
  const found = names.map((name): Prediction => ({ name, perSample: perSample(results[name]!, rows) }));
  if (targets.kind === 'values') {
    const wanted = targets.shape.reduce((product, dimension) => product * dimension, 1);
    const fitting = found.find((each) => each.perSample === wanted);
    if (fitting) return fitting;
    const outputs = found.map((each) => describe(results[each.name]!)).join(' and ');
    return fail(
      data,
      `it has ${wanted} values to predict for each sample, but the model gives ${outputs || 'none'}`,
    );
  }
  const scores = found.filter((each) => isVector(results[each.name]!, rows));
  const fitting = scores.find(
    (each) => each.perSample >= targets.count || (each.perSample === 1 && targets.count === 2),
  );
  if (fitting) return fitting;
  const most = scores.toSorted((a, b) => b.perSample - a.perSample)[0];
  return most
    ? fail(
        data,
        `the model has ${most.perSample} outputs for each sample, but labels go up to ${targets.count - 1}`,
      )
    : fail(data, 'it has classes, but no output of the model is scores of classes');
}

/** Elements for each of the rows that were run: the samples, or those of a filled-up batch. 0 if there is no such axis. */
function perSample({ shape }: RuntimeTensor, rows: readonly number[]): number {
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (rows.includes(shape[0] ?? 1)) return elements / (shape[0] ?? 1);
  return rows.includes(1) ? elements : 0;
}

function isVector({ shape }: RuntimeTensor, rows: readonly number[]): boolean {
  const axes = rows.includes(shape[0] ?? 1) ? shape.slice(1) : shape;
  return axes.filter((dimension) => dimension !== 1).length <= 1;
}

function checkLabels({ labels }: Batch, targets: Targets, data: DataSet): void {
  if (targets.kind !== 'classes' || !labels) return;
  for (const label of labels) {
    if (label >= 0 && label < targets.count) continue;
    fail(data, `a sample has label ${label}, but there are ${targets.count} classes, from 0 on`);
  }
}

function describe({ shape }: RuntimeTensor): string {
  return `[${shape.join(', ')}]`;
}

function fail(data: Pick<DataSet, 'name'>, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data: data.name, problem });
}
