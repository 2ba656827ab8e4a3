// What compression did to the generalization gap, said with the standard error that sampling leaves: a gap is measured on
// so many samples, and a difference that is smaller than its error is none.
import { note, type Note } from '../../../shared/base/messages';
import { formatPercent, formatValue } from '../../../shared/base/numbers';
import type { GeneralizationView, MeasureView } from '../../../shared/contracts/viewModels';
import { accuracyVariance } from './curveMeasures';

type Parts = Pick<GeneralizationView, 'train' | 'validation'>;

/**
 * Sentences about the gap and about validation. Of accuracies the gap is training − validation, in points. Their
 * standard errors are those of independent samples: both networks were measured on the same ones, so that the
 * differences are surer than that, never less sure. `what` is what was done, like "pruning 90% and fine-tuning".
 */
export function gapEffect(before: Parts, after: Parts, what: string): readonly Note[] {
  const [gapBefore, gapAfter] = [accuracyGap(before), accuracyGap(after)];
  if (gapBefore === undefined || gapAfter === undefined) return [lossEffect(before, after, what)];
  return [
    gapSentence(gapBefore, gapAfter, standardError([...parts(before), ...parts(after)]), what),
    validationSentence(before.validation, after.validation),
  ];
}

function gapSentence(before: number, after: number, error: number, what: string): Note {
  const values = {
    what: capitalized(what),
    before: points(before),
    after: points(after),
    difference: points(Math.abs(after - before)),
    error: points(error),
  };
  if (Math.abs(after - before) < error) return note('GAP_UNCERTAIN', values);
  return after < before ? note('GAP_NARROWED', values) : note('GAP_WIDENED', values);
}

function validationSentence(before: MeasureView, after: MeasureView): Note {
  const difference = (after.accuracy ?? 0) - (before.accuracy ?? 0);
  const error = standardError([before, after]);
  const values = {
    before: formatPercent(before.accuracy ?? 0),
    after: formatPercent(after.accuracy ?? 0),
    difference: points(Math.abs(difference)),
    error: points(error),
  };
  if (Math.abs(difference) < error) return note('ACCURACY_UNCERTAIN', values);
  return difference > 0 ? note('ACCURACY_ROSE', values) : note('ACCURACY_FELL', values);
}

function lossEffect(before: Parts, after: Parts, what: string): Note {
  return note('LOSS_GAP_CHANGED', {
    what: capitalized(what),
    before: formatValue(before.validation.loss - before.train.loss),
    after: formatValue(after.validation.loss - after.train.loss),
    lossBefore: formatValue(before.validation.loss),
    lossAfter: formatValue(after.validation.loss),
  });
}

/** Undefined where nothing is classified. */
function accuracyGap({ train, validation }: Parts): number | undefined {
  if (train.accuracy === undefined || validation.accuracy === undefined) return undefined;
  return train.accuracy - validation.accuracy;
}

function parts({ train, validation }: Parts): readonly MeasureView[] {
  return [train, validation];
}

/** Of a sum or difference of these accuracies. */
function standardError(measures: readonly MeasureView[]): number {
  return Math.sqrt(measures.reduce((sum, measure) => sum + accuracyVariance(measure), 0));
}

function points(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
