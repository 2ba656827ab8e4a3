// Sentences about a run's curves and measures, each with its numbers and the verdict that it speaks for.
import { assertNever } from '../../../shared/base/assertNever';
import { note, type Note } from '../../../shared/base/messages';
import { formatInteger, formatShortPercent, formatValue } from '../../../shared/base/numbers';
import type { EvidenceView, Verdict } from '../../../shared/contracts/viewModels';
import type { CurveMeasures } from './curveMeasures';
import type { DiagnosisFacts } from './diagnosisFacts';
import * as limits from './diagnosisLimits';
import type { Degradation, Divergence, Signs } from './signs';

export function says(speaksFor: Verdict | null, sentence: Note): EvidenceView {
  return { note: sentence, speaksFor };
}

export function curveEvidence(
  facts: DiagnosisFacts,
  measures: CurveMeasures,
  signs: Signs,
): readonly EvidenceView[] {
  return [
    ...(signs.divergence ? [divergenceEvidence(signs.divergence, facts)] : []),
    ...fewEpochsEvidence(facts, measures),
    ...trainingEvidence(measures, signs),
    ...(signs.degradation ? [degradationEvidence(signs.degradation, signs, facts)] : []),
    ...gapEvidence(measures, signs),
    ...bestEvidence(measures, signs),
    ...trendEvidence(measures, signs),
    ...(signs.better === undefined ? [] : [betterEvidence(signs.better, facts)]),
  ];
}

/** What the absence of overfitting speaks for: a network that has learned nothing does not overfit either. */
function closeness({ divergence, training }: Signs): Verdict | null {
  if (divergence) return null;
  return training?.poor ? 'underfit' : 'balanced';
}

function divergenceEvidence(divergence: Divergence, { classes }: DiagnosisFacts): EvidenceView {
  switch (divergence.kind) {
    case 'notFinite': {
      const { epoch, layer } = divergence;
      const sentence =
        layer === undefined ? note('LOSS_NOT_FINITE', { epoch }) : note('LAYER_GREW', { epoch, layer });
      return says('diverged', sentence);
    }
    case 'exploded': {
      const { loss, start } = divergence;
      return says('diverged', note('LOSS_EXPLODED', { loss: formatValue(loss), start: formatValue(start) }));
    }
    case 'collapsed': {
      const { loss, best, epoch } = divergence;
      return says(
        'diverged',
        note('LOSS_COLLAPSED', { loss: formatValue(loss), best: formatValue(best), epoch }),
      );
    }
    case 'aboveBaseline': {
      const values = { loss: formatValue(divergence.loss), baseline: formatValue(divergence.baseline) };
      return says(
        'diverged',
        classes === undefined ? note('LOSS_ABOVE_MEAN', values) : note('LOSS_ABOVE_GUESSING', values),
      );
    }
    default:
      return assertNever(divergence);
  }
}

function fewEpochsEvidence(
  { generalization, history }: DiagnosisFacts,
  { epochs, notFinite }: CurveMeasures,
): readonly EvidenceView[] {
  if (epochs.length >= limits.leastEpochs || notFinite !== undefined || generalization) return [];
  if (epochs.length === 0 && history.length === 0) return [says('undecided', note('NOTHING_MEASURED', {}))];
  return [says('undecided', note('EPOCHS_FEW', { epochs: epochs.length, needed: limits.leastEpochs }))];
}

function degradationEvidence(
  degradation: Degradation,
  signs: Signs,
  { samples }: DiagnosisFacts,
): EvidenceView {
  const { decline, large, certain, of } = degradation;
  const values = {
    train: formatShortPercent(degradation.train),
    validation: formatShortPercent(degradation.validation),
    decline: formatShortPercent(Math.max(0, decline)),
    limit: formatShortPercent(limits.degradationLimit),
  };
  if (large && !certain) {
    return says(null, note('DECLINE_UNCERTAIN', { ...values, samples: formatInteger(samples.validation) }));
  }
  if (of === 'accuracy') {
    return large
      ? says('overfit', note('DECLINE_LARGE', values))
      : says(closeness(signs), note('DECLINE_SMALL', values));
  }
  return large
    ? says('overfit', note('EXPLAINED_DECLINE_LARGE', values))
    : says(closeness(signs), note('EXPLAINED_DECLINE_SMALL', values));
}

function gapEvidence({ standing, trend }: CurveMeasures, { lossRatio }: Signs): readonly EvidenceView[] {
  if (!standing) return [];
  const values = {
    train: formatValue(standing.train.loss),
    validation: formatValue(standing.validation.loss),
    gap: formatValue(standing.validation.loss - standing.train.loss),
  };
  const isWide = lossRatio !== undefined && lossRatio > limits.lossRatioLimit;
  const level = says(isWide ? 'overfit' : null, note('LOSS_GAP', values));
  if (!trend || trend.epochs < limits.leastEpochs) return [level];
  const change = { change: formatValue(Math.abs(trend.gap)), epochs: trend.epochs };
  if (trend.relativeGap > limits.gapSlope) return [level, says('overfit', note('GAP_GROWS', change))];
  if (trend.relativeGap < -limits.gapSlope) return [level, says(null, note('GAP_SHRINKS', change))];
  return [level, says(null, note('GAP_STEADY', { epochs: trend.epochs }))];
}

function bestEvidence({ best, epochs, baseline }: CurveMeasures, signs: Signs): readonly EvidenceView[] {
  if (!best || epochs.length < limits.leastEpochs) return [];
  const values = {
    // From a loss of exactly zero every rise is endless.
    rise: Number.isFinite(best.rise) ? formatShortPercent(best.rise) : '∞',
    best: formatValue(best.validationLoss),
    epoch: best.epoch,
    limit: formatShortPercent(limits.riseLimit),
  };
  const since = { since: best.since, epoch: best.epoch };
  const isImmaterial = best.riseInLoss < limits.materialRise * (baseline?.loss ?? 0);
  const rise = signs.turned
    ? says('overfit', note('VALIDATION_ROSE', values))
    : best.rise <= limits.riseLimit || isImmaterial
      ? says(closeness(signs), note('VALIDATION_NEAR_BEST', values))
      : says(null, note('VALIDATION_ABOVE_BEST', values));
  const isStale = signs.turned && best.since >= limits.staleEpochs;
  return [
    rise,
    ...(best.since > 0 ? [says(isStale ? 'overfit' : null, note('EPOCHS_SINCE_BEST', since))] : []),
    ...accuracyDecline(epochs),
  ];
}

/** Of the validation accuracy from its highest value, where it is more than the usual limit. */
function accuracyDecline(epochs: CurveMeasures['epochs']): readonly EvidenceView[] {
  const highest = epochs.reduce((best, epoch) =>
    (epoch.validationAccuracy ?? 0) > (best.validationAccuracy ?? 0) ? epoch : best,
  );
  const last = epochs.at(-1)?.validationAccuracy;
  const best = highest.validationAccuracy;
  if (best === undefined || last === undefined || best - last <= limits.riseLimit * best) return [];
  const values = {
    accuracy: formatShortPercent(last),
    best: formatShortPercent(best),
    epoch: highest.epoch,
  };
  return [says('overfit', note('ACCURACY_DECLINED', values))];
}

function trainingEvidence(
  { standing, baseline }: CurveMeasures,
  { training }: Signs,
): readonly EvidenceView[] {
  if (!standing || !baseline || !training) return [];
  const speaksFor = training.poor ? 'underfit' : 'balanced';
  const { loss, accuracy } = standing.train;
  const loses = { loss: formatValue(loss), baseline: formatValue(baseline.loss) };
  if (accuracy === undefined || baseline.accuracy === undefined) {
    return [says(speaksFor, note('LOSS_AGAINST_MEAN', loses))];
  }
  const reaches = { accuracy: formatShortPercent(accuracy), guessing: formatShortPercent(baseline.accuracy) };
  return [
    says(speaksFor, note(training.poor ? 'TRAINING_POOR' : 'TRAINING_GOOD', reaches)),
    says(null, note('LOSS_AGAINST_GUESSING', loses)),
  ];
}

function trendEvidence({ trend, baseline }: CurveMeasures, signs: Signs): readonly EvidenceView[] {
  if (!trend || trend.epochs < limits.leastEpochs || signs.divergence) return [];
  if (!signs.falling) return [says(null, note('LOSS_FLAT', { epochs: trend.epochs }))];
  const values = { change: formatShortPercent(-trend.train), epochs: trend.epochs };
  const speaksFor = signs.training?.poor || !baseline ? 'underfit' : null;
  return [says(speaksFor, note('LOSS_FALLING', values))];
}

/** Where no sample is shared, the validation samples are easier: their labels may be cleaner. */
function betterEvidence(points: number, { overlap }: DiagnosisFacts): EvidenceView {
  return says(
    overlap?.shared === 0 ? null : 'leaking',
    note('VALIDATION_BETTER', { points: (100 * points).toFixed(1) }),
  );
}
