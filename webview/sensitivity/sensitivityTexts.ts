// The words of a measured sensitivity.
import * as l10n from '@vscode/l10n';
import { formatInteger } from '../../src/shared/base/numbers';
import {
  sensitivityMeasures,
  sensitivityText,
  settingText,
  type SensitivityMeasure,
} from '../../src/shared/base/sensitivityFigures';
import type {
  LayerSensitivityView,
  SensitivityPointView,
  SensitivityReportView,
} from '../../src/shared/contracts/sensitivityViews';
import type { Table } from '../charts/csv';

export function measureLabel(measure: SensitivityMeasure): string {
  const labels: Record<SensitivityMeasure, string> = {
    accuracy: l10n.t('Accuracy'),
    kl: l10n.t('KL divergence'),
    loss: l10n.t('Loss'),
    mse: l10n.t('Change of the outputs'),
  };
  return labels[measure];
}

/** The measures that the report has, what says most first. */
export function measuresOf({ layers }: SensitivityReportView): readonly SensitivityMeasure[] {
  return sensitivityMeasures(layers.flatMap(({ points }) => points));
}

/** What was done to each layer, like "weights pruned, one layer at a time". */
export function wayText({ step, granularity, criterion }: SensitivityReportView): string {
  const way =
    step === 'quantize'
      ? l10n.t('one layer quantized at a time')
      : granularity === 'channel'
        ? l10n.t('channels of one layer removed at a time')
        : l10n.t('one layer pruned at a time');
  return criterion === undefined ? way : l10n.t('{0}, by {1}', way, criterion);
}

/** All layers of a row by name. */
export function namesOf({ name, coupled = [] }: LayerSensitivityView): readonly string[] {
  return [name, ...coupled];
}

/** Like "fc1 at 90%: Accuracy 31.7% (now 98.9%) · KL divergence 0.12". */
export function pointText(
  report: SensitivityReportView,
  layer: LayerSensitivityView,
  point: SensitivityPointView,
): string {
  const { baseline, step } = report;
  const figures = measuresOf(report).map((measure) => {
    const text = `${measureLabel(measure)} ${sensitivityText(measure, point[measure])}`;
    if (measure !== 'accuracy' && measure !== 'loss') return text;
    return l10n.t('{0} (now {1})', text, sensitivityText(measure, baseline[measure]));
  });
  const where = l10n.t('{0} at {1}', namesOf(layer).join(', '), settingText(step, point.setting));
  return `${where}: ${figures.join(' · ')}`;
}

/** Layers by settings, for reading. */
export function measureTable(
  { step, settings, layers }: SensitivityReportView,
  measure: SensitivityMeasure,
  locked: readonly string[],
): Table {
  return {
    columns: [
      l10n.t('Layer'),
      l10n.t('Locked'),
      l10n.t('Weights'),
      ...settings.map((setting) => settingText(step, setting)),
    ],
    rows: layers.map((layer) => [
      namesOf(layer).join(', '),
      isLocked(layer, locked) ? l10n.t('yes') : l10n.t('no'),
      formatInteger(layer.parameters),
      ...layer.points.map((point) => sensitivityText(measure, point[measure])),
    ]),
  };
}

/** Every figure of every point, exact. */
export function pointTable({ layers }: SensitivityReportView): Table {
  const measures = ['loss', 'accuracy', 'kl', 'mse'] as const;
  return {
    columns: ['layer', 'operator', 'weights', 'setting', ...measures],
    rows: layers.flatMap((layer) =>
      layer.points.map((point) => [
        namesOf(layer).join(' '),
        layer.operator,
        layer.parameters,
        point.setting,
        ...measures.map((measure) => point[measure] ?? ''),
      ]),
    ),
  };
}

/** Layers that share their channels are held by any one of them. */
export function isLocked(layer: LayerSensitivityView, locked: readonly string[]): boolean {
  return namesOf(layer).some((name) => locked.includes(name));
}
