// The signs that the verdict is made from: each a question about the run that the measures answer with yes or no.
// Where a question cannot be answered, the answer is undefined, and no rule builds on it.
import type { MeasureView } from '../../../shared/contracts/viewModels';
import { differs, type CurveMeasures, type Standing } from './curveMeasures';
import type { Baseline, DiagnosisFacts } from './diagnosisFacts';
import * as limits from './diagnosisLimits';

export interface Signs {
  /** Losses are no numbers, grew beyond the start, fell back to guessing, or stay above it. */
  readonly divergence?: Divergence;
  readonly overlap?: { readonly share: number; readonly leaks: boolean };
  /** Of accuracy, or of the explained loss where there are no classes, from training to validation. */
  readonly degradation?: Degradation;
  /** Validation loss over training loss, where there is no baseline to hold them against. */
  readonly lossRatio?: number;
  /** The validation loss turned around while the training loss went on falling. */
  readonly turned: boolean;
  /** Validation is better by more points of accuracy than samples explain. */
  readonly better?: number;
  /** Where the network stands on its own training samples. */
  readonly training?: TrainingSkill;
  readonly falling: boolean;
}

export type Divergence =
  | { readonly kind: 'notFinite'; readonly epoch: number; readonly layer?: string }
  | { readonly kind: 'exploded'; readonly loss: number; readonly start: number }
  | { readonly kind: 'collapsed'; readonly loss: number; readonly best: number; readonly epoch: number }
  | { readonly kind: 'aboveBaseline'; readonly loss: number; readonly baseline: number };

export interface Degradation {
  readonly train: number;
  readonly validation: number;
  /** Relative decline from train to validation. */
  readonly decline: number;
  /** Above the limit. */
  readonly large: boolean;
  /** More than what the numbers of samples explain; of explained losses always. */
  readonly certain: boolean;
  readonly of: 'accuracy' | 'explained';
}

export interface TrainingSkill {
  /** Of what lies between guessing and no error: 0 guesses, 1 makes no error. */
  readonly skill: number;
  readonly poor: boolean;
  /** Part of the skill that is gone on validation samples. */
  readonly lost: number;
}

export function signsOf(facts: DiagnosisFacts, measures: CurveMeasures): Signs {
  const { standing, baseline, best, trend } = measures;
  const divergence = divergenceOf(facts, measures);
  const degradation = standing && degradationOf(standing, baseline);
  const training = standing && baseline && trainingSkill(standing, baseline);
  const better = standing && betterBy(standing);
  const overlap = facts.overlap && overlapOf(facts.overlap);
  return {
    ...(divergence && { divergence }),
    ...(overlap && { overlap }),
    ...(degradation && { degradation }),
    ...(standing && !baseline && { lossRatio: standing.validation.loss / standing.train.loss }),
    turned:
      best !== undefined &&
      best.since >= limits.turnEpochs &&
      best.rise > limits.riseLimit &&
      best.riseInLoss >= limits.materialRise * (baseline?.loss ?? 0) &&
      best.trainFell,
    ...(better !== undefined && { better }),
    ...(training && { training }),
    falling: trend !== undefined && trend.train < limits.fallingSlope,
  };
}

function divergenceOf(facts: DiagnosisFacts, measures: CurveMeasures): Divergence | undefined {
  const { epochs, start, baseline, notFinite, trend } = measures;
  if (facts.divergence) return { kind: 'notFinite', ...facts.divergence };
  if (notFinite !== undefined) return { kind: 'notFinite', epoch: notFinite };
  const last = epochs.at(-1);
  if (!last || start === undefined || epochs.length < limits.leastEpochs) return undefined;
  const loss = last.trainLoss;
  const reference = Math.max(start, baseline?.loss ?? 0);
  if (loss > limits.explosion * reference) return { kind: 'exploded', loss, start: reference };
  const lowest = epochs.reduce((least, epoch) => (epoch.trainLoss < least.trainLoss ? epoch : least));
  if (loss >= limits.collapse * reference && loss > limits.collapsedFrom * lowest.trainLoss) {
    return { kind: 'collapsed', loss, best: lowest.trainLoss, epoch: lowest.epoch };
  }
  if (
    baseline &&
    loss > limits.aboveBaseline * baseline.loss &&
    !(trend && trend.train < limits.fallingSlope)
  ) {
    return { kind: 'aboveBaseline', loss, baseline: baseline.loss };
  }
  return undefined;
}

function overlapOf({
  shared,
  validation,
}: NonNullable<DiagnosisFacts['overlap']>): NonNullable<Signs['overlap']> {
  const share = validation === 0 ? 0 : shared / validation;
  return { share, leaks: share >= limits.sharedLimit };
}

function degradationOf(
  { train, validation }: Standing,
  baseline: Baseline | undefined,
): Degradation | undefined {
  if (train.accuracy !== undefined && validation.accuracy !== undefined) {
    const of = { train: train.accuracy, validation: validation.accuracy, of: 'accuracy' } as const;
    return judged(of, differs(train, validation));
  }
  if (!baseline || !(baseline.loss > 0)) return undefined;
  const of = { train: explained(train, baseline), validation: explained(validation, baseline) };
  // Nothing was learned that could be lost.
  return of.train <= 0 ? undefined : judged({ ...of, of: 'explained' }, true);
}

function judged(of: Pick<Degradation, 'train' | 'validation' | 'of'>, certain: boolean): Degradation {
  const decline = of.train === 0 ? 0 : (of.train - of.validation) / of.train;
  return { ...of, decline, large: decline > limits.degradationLimit, certain };
}

function trainingSkill({ train, validation }: Standing, baseline: Baseline): TrainingSkill | undefined {
  const [onTrain, onValidation] = [aboveGuessing(train, baseline), aboveGuessing(validation, baseline)];
  const byAccuracy = onTrain !== undefined && onValidation !== undefined;
  if (!byAccuracy && !(baseline.loss > 0)) return undefined;
  const skill = byAccuracy ? onTrain : explained(train, baseline);
  const carried = byAccuracy ? onValidation : explained(validation, baseline);
  return {
    skill,
    poor: skill < (byAccuracy ? limits.skillLimit : limits.lossSkillLimit),
    lost: skill <= 0 ? 0 : (skill - carried) / skill,
  };
}

/** Of the accuracy that guessing does not reach, the part that is reached; negative below guessing. */
function aboveGuessing({ accuracy }: MeasureView, { accuracy: guessing }: Baseline): number | undefined {
  if (accuracy === undefined || guessing === undefined || guessing >= 1) return undefined;
  return (accuracy - guessing) / (1 - guessing);
}

/** The part of the loss of guessing that is gone; for mse R². */
function explained({ loss }: MeasureView, baseline: Baseline): number {
  return 1 - loss / baseline.loss;
}

function betterBy({ train, validation }: Standing): number | undefined {
  if (train.accuracy === undefined || validation.accuracy === undefined) return undefined;
  const points = validation.accuracy - train.accuracy;
  return points > limits.betterLimit && differs(train, validation) ? points : undefined;
}
