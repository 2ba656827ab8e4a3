// One epoch in words, for the line under a chart, and all of them as tables.
import * as l10n from '@vscode/l10n';
import { formatPercent, formatShortPercent, formatValue } from '../../src/shared/base/numbers';
import type { Journey, JourneyPhase, JourneyPoint } from '../../src/shared/contracts/journey';
import type { EpochView } from '../../src/shared/contracts/viewModels';
import type { Table } from '../charts/csv';
import { formatPoints } from '../layers/changeFormats';
import { doneText, phaseText, trainingText } from './phaseTexts';

/** What a chart draws of an epoch. */
export type Measure = 'loss' | 'accuracy';

/**
 * "Epoch 12: train 0.0312, validation 0.0874, gap 0.0562, learning rate 0.001"; with the phase, where there are several,
 * and the sparsity, where something is pruned.
 */
export function epochText(point: JourneyPoint, { phases, isPruned }: Journey, measure: Measure): string {
  const { train, validation, gap } = figures(point, measure);
  const name = phases.length > 1 ? stateText(point, phases[point.phase]) : '';
  const parts = [
    name === ''
      ? l10n.t('Epoch {0}: train {1}, validation {2}, gap {3}', point.epoch, train, validation, gap)
      : l10n.t(
          'Epoch {0}, {1}: train {2}, validation {3}, gap {4}',
          point.epoch,
          name,
          train,
          validation,
          gap,
        ),
    ...(point.isStart || measure === 'accuracy'
      ? []
      : [l10n.t('learning rate {0}', formatValue(point.learningRate))]),
    ...(isPruned ? [l10n.t('sparsity {0}', formatShortPercent(point.sparsity))] : []),
  ];
  return parts.join(', ');
}

/** For reading: rounded as in the line under the chart. */
export function epochTable({ points, phases, isPruned }: Journey, measure: Measure): Table {
  const several = phases.length > 1;
  return {
    columns: [
      l10n.t('Epoch'),
      ...(several ? [l10n.t('Phase')] : []),
      l10n.t('Train'),
      l10n.t('Validation'),
      l10n.t('Gap'),
      ...(isPruned ? [l10n.t('Sparsity')] : []),
      l10n.t('Learning rate'),
      l10n.t('Seconds'),
    ],
    rows: points.map((point) => {
      const { train, validation, gap } = figures(point, measure);
      return [
        point.epoch,
        ...(several ? [stateText(point, phases[point.phase])] : []),
        train,
        validation,
        gap,
        ...(isPruned ? [formatShortPercent(point.sparsity)] : []),
        formatValue(point.learningRate),
        Number(point.seconds.toPrecision(3)),
      ];
    }),
  };
}

const measures = [
  'trainLoss',
  'validationLoss',
  'trainAccuracy',
  'validationAccuracy',
  'learningRate',
  'seconds',
] as const;

/** For copying: every figure of every epoch, as it was measured. What is no number is empty. */
export function epochCsv({ points, phases, isPruned }: Journey): Table {
  const several = phases.length > 1;
  const known = measures.filter((key) => points.some((point) => point[key] !== undefined));
  return {
    columns: [
      'epoch',
      ...(several ? ['step', 'phase', 'trained'] : []),
      ...known,
      ...(isPruned ? ['sparsity'] : []),
    ],
    rows: points.map((point) => {
      const phase = phases[point.phase];
      return [
        point.epoch,
        ...(several && phase ? [phase.step + 1, phaseText(phase), point.isStart ? 'no' : 'yes'] : []),
        ...known.map((key) => point[key] ?? ''),
        ...(isPruned ? [point.sparsity] : []),
      ];
    }),
  };
}

/** What is going on in an epoch, or what was done to the network that a phase begins with. */
function stateText({ isStart }: JourneyPoint, phase: JourneyPhase | undefined): string {
  if (!phase) return '';
  const done = doneText(phase);
  return isStart && done !== '' ? done : trainingText(phase);
}

/** Validation minus train; null where one of them is no number. */
export function gapOf(
  train: number | null | undefined,
  validation: number | null | undefined,
): number | null {
  return typeof train === 'number' && typeof validation === 'number' ? validation - train : null;
}

function figures(
  epoch: EpochView,
  measure: Measure,
): { readonly train: string; readonly validation: string; readonly gap: string } {
  const [train, validation] =
    measure === 'loss'
      ? [epoch.trainLoss, epoch.validationLoss]
      : [epoch.trainAccuracy, epoch.validationAccuracy];
  const written = measure === 'loss' ? formatValue : (fraction: number) => formatPercent(fraction);
  const text = (value: number | null | undefined): string =>
    typeof value === 'number' ? written(value) : '–';
  const gap = gapOf(train, validation);
  const gapText = measure === 'accuracy' && gap !== null ? formatPoints(0, gap) : text(gap);
  return { train: text(train), validation: text(validation), gap: gapText };
}
