// Sentences about what is known beside the curves: samples, parameters, runs on parts of the data, pruning, spectra.
import { note } from '../../../shared/base/messages';
import { formatInteger, formatShortPercent, formatValue } from '../../../shared/base/numbers';
import type {
  EvidenceView,
  GeneralizationView,
  LearningPointView,
  SpectrumView,
} from '../../../shared/contracts/viewModels';
import { says } from './curveEvidence';
import type { CompressionResponse, DiagnosisFacts } from './diagnosisFacts';
import * as limits from './diagnosisLimits';

export function measuredEvidence(facts: DiagnosisFacts): readonly EvidenceView[] {
  const { overlap, learningCurve, compression, spectrum } = facts;
  return [
    ...(overlap && overlap.validation > 0 ? [overlapEvidence(overlap)] : []),
    ...parameterEvidence(facts),
    ...(learningCurve ? learningEvidence(learningCurve) : []),
    ...(compression ? [compressionEvidence(compression)] : []),
    ...(spectrum ? spectrumEvidence(spectrum) : []),
  ];
}

function overlapEvidence({ shared, validation }: NonNullable<DiagnosisFacts['overlap']>): EvidenceView {
  const values = {
    shared: formatInteger(shared),
    validation: formatInteger(validation),
    share: formatShortPercent(shared / validation, 2),
  };
  if (shared === 0) return says(null, note('SAMPLES_APART', { validation: values.validation }));
  return says(shared / validation >= limits.sharedLimit ? 'leaking' : null, note('SAMPLES_SHARED', values));
}

function parameterEvidence({ parameters, samples }: DiagnosisFacts): readonly EvidenceView[] {
  if (parameters === 0 || samples.train === 0) return [];
  const ratio = parameters / samples.train;
  const values = {
    parameters: formatInteger(parameters),
    samples: formatInteger(samples.train),
    ratio: formatValue(ratio),
  };
  if (ratio >= limits.manyParameters) return [says('overfit', note('PARAMETERS_MANY', values))];
  if (ratio <= limits.fewParameters) return [says('underfit', note('PARAMETERS_FEW', values))];
  return [says(null, note('PARAMETERS_PER_SAMPLE', values))];
}

/** What the last doubling of the samples did. */
export interface DataEffect {
  readonly from: LearningPointView;
  readonly to: LearningPointView;
  /** Relative fall of the validation loss. */
  readonly fall: number;
  readonly helps: boolean;
}

export function dataEffect(points: readonly LearningPointView[]): DataEffect | undefined {
  const [from, to] = points.slice(-2);
  if (!from || !to || !(from.validation.loss > 0)) return undefined;
  const fall = 1 - to.validation.loss / from.validation.loss;
  return { from, to, fall, helps: fall > limits.dataEffect };
}

function learningEvidence(points: readonly LearningPointView[]): readonly EvidenceView[] {
  const effect = dataEffect(points);
  if (!effect) return [];
  const { from, to, helps } = effect;
  const values = {
    from: formatInteger(from.samples),
    to: formatInteger(to.samples),
    before: formatValue(from.validation.loss),
    after: formatValue(to.validation.loss),
    gapBefore: formatValue(gapOf(from)),
    gapAfter: formatValue(gapOf(to)),
  };
  return [helps ? says('overfit', note('DATA_HELPS', values)) : says(null, note('DATA_HELPS_NOT', values))];
}

/** Whether pruning closes the gap without harm to validation. */
export function pruningHelps({ before, after }: CompressionResponse): boolean {
  return (
    gapOf(before) > limits.materialGap * before.validation.loss &&
    gapOf(after) < (1 - limits.gapEffect) * gapOf(before) &&
    after.validation.loss <= (1 + limits.riseLimit) * before.validation.loss
  );
}

export function gapOf({ train, validation }: GeneralizationView): number {
  return validation.loss - train.loss;
}

function compressionEvidence(response: CompressionResponse): EvidenceView {
  const { sparsity, before, after } = response;
  const values = {
    sparsity: formatShortPercent(sparsity),
    gapBefore: formatValue(gapOf(before)),
    gapAfter: formatValue(gapOf(after)),
    before: formatValue(before.validation.loss),
    after: formatValue(after.validation.loss),
  };
  return pruningHelps(response)
    ? says('overfit', note('PRUNING_HELPS', values))
    : says(null, note('PRUNING_HELPS_NOT', values));
}

/** Layers that stand out are named; those that were not fitted are counted, by reason. */
function spectrumEvidence(spectrum: readonly SpectrumView[]): readonly EvidenceView[] {
  const fitted = spectrum.filter(
    (layer): layer is SpectrumView & { exponent: number } => layer.exponent !== null,
  );
  const low = fitted.filter(({ exponent }) => exponent < limits.overTrainedExponent);
  const high = fitted.filter(({ exponent }) => exponent > limits.underTrainedExponent);
  const named = (layers: typeof fitted) => ({
    layers: layers.map(({ layer, exponent }) => `${layer} (${exponent.toFixed(1)})`).join(', '),
  });
  const typical = fitted.length - low.length - high.length;
  const reasons = new Map<string, number>();
  for (const { exponent, reason } of spectrum) {
    if (exponent === null) reasons.set(reason ?? '', (reasons.get(reason ?? '') ?? 0) + 1);
  }
  return [
    ...(low.length > 0 ? [says('overfit', note('SPECTRUM_OVERTRAINED', named(low)))] : []),
    ...(high.length > 0 ? [says('underfit', note('SPECTRUM_UNDERTRAINED', named(high)))] : []),
    ...(typical > 0 ? [says(null, note('SPECTRUM_TYPICAL', { count: typical, layers: fitted.length }))] : []),
    ...[...reasons].map(([reason, count]) => says(null, note('SPECTRUM_SKIPPED', { count, reason }))),
  ];
}
