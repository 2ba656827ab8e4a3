// A learning curve as lines and as a table: what a network makes of a part of the samples, against how many they are.
import * as l10n from '@vscode/l10n';
import { formatInteger, formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { LearningPointView, MeasureView } from '../../src/shared/contracts/viewModels';
import type { LineFigureContent } from '../charts/lineFigure';
import type { LineSeries } from '../charts/lineContent';
import { formatPoints } from '../layers/changeFormats';
import type { Measure } from '../training/epochTexts';

/** `points` by rising number of samples, at least one. */
export function learningCurveContent(
  points: readonly LearningPointView[],
  measure: Measure,
): LineFigureContent {
  const value = ({ loss, accuracy }: MeasureView): number | null =>
    measure === 'loss' ? loss : (accuracy ?? null);
  const written = measure === 'loss' ? formatValue : (fraction: number) => formatPercent(fraction);
  const text = (number: number | null): string => (number === null ? '–' : written(number));
  const rows = points.map(({ samples, train, validation }) => {
    const [a, b] = [value(train), value(validation)];
    const gap = a === null || b === null ? null : b - a;
    return {
      samples,
      train: text(a),
      validation: text(b),
      gap: measure === 'accuracy' && gap !== null ? formatPoints(0, gap) : text(gap),
    };
  });
  const line = (role: LineSeries['role']): LineSeries => ({
    role,
    label: role === 'train' ? l10n.t('Train') : l10n.t('Validation'),
    points: points.map((point) => ({ x: point.samples, y: value(point[role]) })),
  });
  const readout = (index: number): string => {
    const row = rows[index];
    return row
      ? l10n.t(
          '{0} samples: train {1}, validation {2}, gap {3}',
          formatInteger(row.samples),
          row.train,
          row.validation,
          row.gap,
        )
      : '';
  };
  return {
    lines: { series: [line('train'), line('validation')], marks: [], range: rangeOf(points) },
    readout,
    idle: readout(points.length - 1),
    table: {
      columns: [l10n.t('Samples'), l10n.t('Train'), l10n.t('Validation'), l10n.t('Gap')],
      rows: rows.map(({ samples, train, validation, gap }) => [samples, train, validation, gap]),
    },
    csv: {
      columns: ['samples', 'trainLoss', 'validationLoss', 'trainAccuracy', 'validationAccuracy'],
      rows: points.map(({ samples, train, validation }) => [
        samples,
        train.loss,
        validation.loss,
        train.accuracy ?? '',
        validation.accuracy ?? '',
      ]),
    },
  };
}

/** From the least samples to the most; a single point stands in the middle. */
function rangeOf(points: readonly LearningPointView[]): { readonly min: number; readonly max: number } {
  const [min, max] = [points[0]?.samples ?? 1, points.at(-1)?.samples ?? 1];
  return min < max ? { min, max } : { min: min / 2, max: 2 * max };
}
