// How good a network is on a data set: its loss, and how often or how closely it is right. Each epoch of a training
// run is measured with it, and every file that a report speaks of.
import { CounterweightError } from '../../shared/base/errors';
import type { LossKind, MeasureView } from '../../shared/contracts/viewModels';
import type { DataSet, Targets } from '../data/dataSet';
import type { Session } from '../runtime/runtime';
import type { ClassMeasures } from './classMeasures';
import type { ScoreKind } from './classScores';
import { predictionRuns } from './predictionRuns';
import { predictionSums, type PredictionSums } from './predictionSums';
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
  const labelled = { ...data, targets: targetsOf(data) };
  let sums: PredictionSums | undefined;
  let samples = 0;
  for await (const { batch, outputs, perSample } of predictionRuns(session, data, options)) {
    sums ??= predictionSums(labelled, perSample, options);
    sums.add(outputs, batch);
    samples += batch.count;
  }
  if (!sums) return fail(data, 'it has no samples');
  return { ...sums.measures(), samples };
}

/** What the samples have to predict. Throws DATA_INVALID where they have nothing. */
export function targetsOf(data: DataSet): Targets {
  return data.targets ?? fail(data, 'it has neither labels nor values to predict, so there is no loss');
}

function fail(data: Pick<DataSet, 'name'>, problem: string): never {
  throw new CounterweightError('DATA_INVALID', { data: data.name, problem });
}
