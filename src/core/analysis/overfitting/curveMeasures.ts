// What the rules of the diagnosis look at, computed once from the facts: where the run stands, where it was best, and
// how its curves went lately.
import type { EpochView, MeasureView } from '../../../shared/contracts/viewModels';
import { evenBaseline } from './baseline';
import type { Baseline, DiagnosisFacts } from './diagnosisFacts';
import { leastEpochs, smoothedEpochs, standardErrors, trendEpochs } from './diagnosisLimits';

/** An epoch whose losses are numbers. */
export type FiniteEpoch = EpochView & { readonly trainLoss: number; readonly validationLoss: number };

export interface Standing {
  readonly train: MeasureView;
  readonly validation: MeasureView;
}

export interface CurveMeasures {
  /** Epochs of training, without epoch 0. */
  readonly epochs: readonly FiniteEpoch[];
  /** The first epoch whose loss is no number. */
  readonly notFinite?: number;
  /** Training loss of epoch 0, or of the first epoch there is. */
  readonly start?: number;
  readonly baseline?: Baseline;
  /** The last epoch; the measured file where there are too few epochs or none. */
  readonly standing?: Standing;
  readonly best?: BestEpoch;
  readonly trend?: Trend;
}

export interface BestEpoch {
  readonly epoch: number;
  readonly validationLoss: number;
  readonly validationAccuracy?: number;
  /** Epochs after it. */
  readonly since: number;
  /** Relative rise of the smoothed validation loss over its lowest value. */
  readonly rise: number;
  /** The same as a difference of losses. */
  readonly riseInLoss: number;
  /** The smoothed training loss fell since the smoothed validation loss was lowest. */
  readonly trainFell: boolean;
}

/** Least-squares slopes over the last epochs, per epoch. */
export interface Trend {
  readonly epochs: number;
  /** Of the training loss, relative to its mean. */
  readonly train: number;
  readonly validation: number;
  /** Of validation − train loss. */
  readonly gap: number;
  /** The same relative to the mean validation loss. */
  readonly relativeGap: number;
}

export function curveMeasures(facts: DiagnosisFacts): CurveMeasures {
  const { history, generalization } = facts;
  const firstBad = history.findIndex(
    ({ trainLoss, validationLoss }) => !isNumber(trainLoss) || !isNumber(validationLoss),
  );
  const finite = (firstBad < 0 ? history : history.slice(0, firstBad)) as readonly FiniteEpoch[];
  const epochs = finite.filter(({ epoch }) => epoch > 0);
  const baseline =
    facts.baseline ?? (facts.classes === undefined ? undefined : evenBaseline(facts.loss, facts.classes));
  const last = epochs.at(-1);
  const isRun = epochs.length >= leastEpochs || !generalization;
  const standing = last && isRun ? standingOf(last, facts) : generalization;
  return {
    epochs,
    ...(firstBad >= 0 && { notFinite: history[firstBad]!.epoch }),
    ...(finite[0] && { start: finite[0].trainLoss }),
    ...(baseline && { baseline }),
    ...(standing && { standing }),
    ...(last && { best: bestOf(epochs) }),
    ...(epochs.length > 1 && { trend: trendOf(epochs) }),
  };
}

/** Whether two accuracies differ by more than their samples explain. */
export function differs(a: MeasureView, b: MeasureView): boolean {
  const difference = Math.abs((a.accuracy ?? 0) - (b.accuracy ?? 0));
  return difference > standardErrors * Math.sqrt(accuracyVariance(a) + accuracyVariance(b));
}

/** Of an accuracy as an estimate. One right and one wrong sample are added: a share of 0 or 1 is not certain either. */
export function accuracyVariance({ accuracy = 0, samples }: MeasureView): number {
  const share = (accuracy * samples + 1) / (samples + 2);
  return (share * (1 - share)) / samples;
}

function isNumber(loss: number | null): loss is number {
  return loss !== null && Number.isFinite(loss);
}

function standingOf(last: FiniteEpoch, { samples }: DiagnosisFacts): Standing {
  return {
    train: measureOf(last.trainLoss, last.trainAccuracy, samples.train),
    validation: measureOf(last.validationLoss, last.validationAccuracy, samples.validation),
  };
}

function measureOf(loss: number, accuracy: number | undefined, samples: number): MeasureView {
  return { loss, ...(accuracy !== undefined && { accuracy }), samples };
}

function bestOf(epochs: readonly FiniteEpoch[]): BestEpoch {
  const best = lowest(epochs, ({ validationLoss }) => validationLoss);
  const smooth = smoothed(epochs);
  const turn = lowest(smooth, ({ validation }) => validation);
  const now = smooth.at(-1)!;
  const riseInLoss = now.validation - turn.validation;
  return {
    epoch: best.epoch,
    validationLoss: best.validationLoss,
    ...(best.validationAccuracy !== undefined && { validationAccuracy: best.validationAccuracy }),
    since: epochs.length - 1 - epochs.indexOf(best),
    rise: riseInLoss === 0 ? 0 : riseInLoss / turn.validation,
    riseInLoss,
    trainFell: now.train < turn.train,
  };
}

/** Means of the epoch and those just before it; of short runs, which such means would flatten, the epochs themselves. */
function smoothed(epochs: readonly FiniteEpoch[]): { train: number; validation: number }[] {
  const width = epochs.length < 2 * smoothedEpochs ? 1 : smoothedEpochs;
  return epochs.slice(width - 1).map((_, i) => {
    const window = epochs.slice(i, i + width);
    return {
      train: mean(window.map(({ trainLoss }) => trainLoss)),
      validation: mean(window.map(({ validationLoss }) => validationLoss)),
    };
  });
}

function trendOf(epochs: readonly FiniteEpoch[]): Trend {
  const window = epochs.slice(-trendEpochs);
  const train = window.map(({ trainLoss }) => trainLoss);
  const validation = window.map(({ validationLoss }) => validationLoss);
  const gap = slope(validation.map((loss, i) => loss - train[i]!));
  return {
    epochs: window.length,
    train: relative(slope(train), mean(train)),
    validation: relative(slope(validation), mean(validation)),
    gap,
    relativeGap: relative(gap, mean(validation)),
  };
}

function slope(values: readonly number[]): number {
  const center = (values.length - 1) / 2;
  let products = 0;
  let squares = 0;
  for (const [i, value] of values.entries()) {
    products += (i - center) * value;
    squares += (i - center) ** 2;
  }
  return products / squares;
}

function relative(change: number, to: number): number {
  return change === 0 ? 0 : change / to;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The first of the lowest. */
function lowest<T>(items: readonly T[], of: (item: T) => number): T {
  return items.reduce((least, item) => (of(item) < of(least) ? item : least));
}
