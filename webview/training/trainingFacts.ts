// What is said of a training run beside its curves: how far it is, what it minimizes, on what.
import * as l10n from '@vscode/l10n';
import { formatCount, formatInteger, formatValue } from '../../src/shared/base/numbers';
import type { Journey } from '../../src/shared/contracts/journey';
import type { CurvesView, LossKind, TrainingView } from '../../src/shared/contracts/viewModels';
import { formatDuration } from '../durations';
import type { Fact } from '../facts';
import { phaseText } from './phaseTexts';
import { remainingSeconds } from './remainingTime';

/**
 * Of a run that goes on, with epochs as its curves count them; a paused one does not say how long its step still takes.
 */
export function runningFacts(curves: CurvesView, journey: Journey, paused: boolean): readonly Fact[] {
  const left = paused ? undefined : remainingSeconds(curves);
  const { points, phases, epochs, bestEpoch } = journey;
  const phase = phases.at(-1);
  return [
    [l10n.t('Epoch'), l10n.t('{0} of {1}', points.at(-1)?.epoch ?? 0, epochs)],
    ...(phase && phases.length > 1 ? [[l10n.t('Phase'), phaseText(phase)] as const] : []),
    ...bestFact({ bestEpoch }),
    ...(left === undefined || left === 0
      ? []
      : [[l10n.t('Time left'), l10n.t('at most {0}', formatDuration(left))] as const]),
    ...setting(curves),
  ];
}

export function finishedFacts(training: TrainingView): readonly Fact[] {
  const last = training.history.at(-1)?.epoch ?? 0;
  const epochs = l10n.t('{0} of {1}', last, training.epochs);
  return [
    [
      l10n.t('Epochs'),
      training.ended === 'earlyStopping' ? l10n.t('{0}, stopped early', epochs) : formatInteger(last),
    ],
    ...bestFact(training),
    [l10n.t('Time'), formatDuration(training.seconds)],
    ...setting(training),
  ];
}

/** Of a run that did not come to its end, or whose end is not known. */
export function curvesFacts(curves: CurvesView): readonly Fact[] {
  const last = curves.history.at(-1)?.epoch ?? 0;
  return [
    [l10n.t('Epochs'), l10n.t('{0} of {1}', last, curves.epochs)],
    ...bestFact(curves),
    ...setting(curves),
  ];
}

function bestFact({ bestEpoch }: Pick<CurvesView, 'bestEpoch'>): readonly Fact[] {
  return bestEpoch === null ? [] : [[l10n.t('Best epoch'), formatInteger(bestEpoch)]];
}

function setting(curves: CurvesView): readonly Fact[] {
  const { train, validation } = curves.samples;
  return [
    [l10n.t('Loss'), lossName(curves.loss)],
    ...rateFact(curves),
    [l10n.t('Samples'), l10n.t('{0} train, {1} validation', formatInteger(train), formatInteger(validation))],
    [l10n.t('Trained parameters'), formatCount(curves.parameters)],
  ];
}

/** The first rate and the last, where they differ. */
function rateFact({ history }: CurvesView): readonly Fact[] {
  const rates = history.filter(({ epoch }) => epoch > 0).map(({ learningRate }) => learningRate);
  const [first, last] = [rates[0], rates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const text = first === last ? formatValue(first) : `${formatValue(first)} → ${formatValue(last)}`;
  return [[l10n.t('Learning rate'), text]];
}

function lossName(loss: LossKind): string {
  const names: Record<LossKind, string> = {
    crossEntropy: l10n.t('cross-entropy'),
    binaryCrossEntropy: l10n.t('binary cross-entropy'),
    mse: l10n.t('mean squared error'),
    mae: l10n.t('mean absolute error'),
    huber: l10n.t('Huber'),
  };
  return names[loss];
}
