// Runs a network over the samples of a data set and finds the output that is its prediction: what an evaluation and the
// comparison of variants go through.
import { CounterweightError } from '../../shared/base/errors';
import type { Batch, DataSet } from '../data/dataSet';
import { isFloat } from '../ir/elementType';
import type { Numbers } from '../ir/numbers';
import { pauseFor } from '../ir/pacing';
import type { RuntimeTensor, Session } from '../runtime/runtime';
import { dataInputs } from './dataInputs';
import { evenlySpread } from './evenlySpread';
import { runtimeNumbers } from './runtimeNumbers';

export interface PredictionOptions {
  /** At most as many samples, spread evenly over the data. */
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress?: ((fraction: number) => void) | undefined;
}

/** One run of the network. */
export interface PredictionRun {
  readonly batch: Batch;
  /** Row-major by sample; what follows the batch's samples repeats the last one. */
  readonly outputs: Numbers;
  /** Elements of each sample. */
  readonly perSample: number;
}

/**
 * The runs over the samples, in their order. The prediction is the first output of floating-point numbers that has a
 * place for the targets, or where there are no targets the first one that has something for each sample. Throws
 * DATA_INVALID where samples do not fit the network, RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function* predictionRuns(
  session: Session,
  data: DataSet,
  { limit, signal, progress }: PredictionOptions,
): AsyncGenerator<PredictionRun> {
  const pause = pauseFor(signal);
  const inputs = dataInputs(data, session.inputs);
  const indices = evenlySpread(data.count, limit ?? data.count);
  let outputs = session.outputs.filter(({ type }) => type && isFloat(type)).map(({ name }) => name);
  let found: Prediction | undefined;
  for (let start = 0; start < indices.length; start += inputs.samplesPerRun) {
    progress?.(start / indices.length);
    await pause();
    const batch = await data.rows(indices.subarray(start, start + inputs.samplesPerRun));
    checkLabels(batch, data);
    const { feeds } = inputs.place(batch);
    await pause();
    const results = await session.run(feeds, outputs);
    const rows = [batch.count, inputs.samplesPerRun];
    found ??= prediction(results, outputs, rows, data);
    outputs = [found.name];
    yield { batch, outputs: runtimeNumbers(results[found.name]!)!, perSample: found.perSample };
  }
  progress?.(1);
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
  data: Pick<DataSet, 'name' | 'targets'>,
): Prediction {
  const { targets } = data;
  const found = names.map((name): Prediction => ({ name, perSample: perSample(results[name]!, rows) }));
  if (!targets) {
    return (
      found.find((each) => each.perSample > 0) ??
      fail(data, 'no output of the model is floating-point numbers for each sample')
    );
  }
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

function checkLabels({ labels }: Batch, data: DataSet): void {
  const { targets } = data;
  if (targets?.kind !== 'classes' || !labels) return;
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
