// One epoch in words, for the line under a chart, and all of them as tables.
import * as l10n from '@vscode/l10n';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { CurvesView, EpochView } from '../../src/shared/contracts/viewModels';
import type { Table } from '../charts/csv';
import { formatPoints } from '../layers/changeFormats';

/** What a chart draws of an epoch. */
export type Measure = 'loss' | 'accuracy';

/** "Epoch 12: train 0.0312, validation 0.0874, gap 0.0562, learning rate 0.001". */
export function epochText(epoch: EpochView, measure: Measure): string {
  const { train, validation, gap } = figures(epoch, measure);
  return epoch.epoch === 0 || measure === 'accuracy'
    ? l10n.t('Epoch {0}: train {1}, validation {2}, gap {3}', epoch.epoch, train, validation, gap)
    : l10n.t(
        'Epoch {0}: train {1}, validation {2}, gap {3}, learning rate {4}',
        epoch.epoch,
        train,
        validation,
        gap,
        formatValue(epoch.learningRate),
      );
}

/** For reading: rounded as in the line under the chart. */
export function epochTable({ history }: CurvesView, measure: Measure): Table {
  return {
    columns: [
      l10n.t('Epoch'),
      l10n.t('Train'),
      l10n.t('Validation'),
      l10n.t('Gap'),
      l10n.t('Learning rate'),
      l10n.t('Seconds'),
    ],
    rows: history.map((epoch) => {
      const { train, validation, gap } = figures(epoch, measure);
      return [
        epoch.epoch,
        train,
        validation,
        gap,
        formatValue(epoch.learningRate),
        Number(epoch.seconds.toPrecision(3)),
      ];
    }),
  };
}

/** For copying: every figure of every epoch, as it was measured. What is no number is empty. */
export function epochCsv({ history }: CurvesView): Table {
  const keys = [
    'epoch',
    'trainLoss',
    'validationLoss',
    'trainAccuracy',
    'validationAccuracy',
    'learningRate',
    'seconds',
  ] as const;
  const known = keys.filter((key) => history.some((epoch) => epoch[key] !== undefined));
  return { columns: known, rows: history.map((epoch) => known.map((key) => epoch[key] ?? '')) };
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
