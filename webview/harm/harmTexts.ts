// The words of a ranking of layers by harm.
import * as l10n from '@vscode/l10n';
import { formatDecibels, formatValue } from '../../src/shared/base/numbers';
import type { Table } from '../charts/csv';
import type { HarmMeasure, HarmRow } from './harmRows';

export function harmLabel(measure: HarmMeasure): string {
  const labels: Record<HarmMeasure, string> = {
    sqnr: l10n.t('SQNR'),
    mse: l10n.t('MSE'),
    maxError: l10n.t('Max error'),
    kl: l10n.t('KL alone'),
  };
  return labels[measure];
}

/** What the measure tells. */
export function harmExplained(measure: HarmMeasure): string {
  const texts: Record<HarmMeasure, string> = {
    sqnr: l10n.t('Signal-to-noise ratio of the weights; bars are the error beside the weights.'),
    mse: l10n.t('Mean squared error of the weights.'),
    maxError: l10n.t('The largest error of a weight.'),
    kl: l10n.t('Divergence of the outputs with this layer alone quantized, as it was measured.'),
  };
  return texts[measure];
}

export function harmText(measure: HarmMeasure, value: number | null): string {
  if (measure === 'sqnr') return formatDecibels(value);
  return value === null ? '–' : formatValue(value);
}

export function typesText({ layer }: HarmRow): string {
  const { typeBefore, typeAfter } = layer;
  return typeBefore === typeAfter ? (typeAfter ?? '–') : `${typeBefore ?? '–'} → ${typeAfter ?? '–'}`;
}

/** For reading. */
export function harmTable(rows: readonly HarmRow[], measure: HarmMeasure): Table {
  return {
    columns: [l10n.t('Rank'), l10n.t('Layer'), l10n.t('Type'), harmLabel(measure)],
    rows: rows.map((row, index) => [index + 1, row.layer.name, typesText(row), harmText(measure, row.value)]),
  };
}

/** Every measure of every layer, exact. */
export function harmCsv(
  measures: readonly HarmMeasure[],
  rowsBy: (measure: HarmMeasure) => readonly HarmRow[],
): Table {
  const first = rowsBy(measures[0] ?? 'sqnr');
  const values = measures.map(
    (measure) => new Map(rowsBy(measure).map(({ layer, value }) => [layer.name, value])),
  );
  return {
    columns: ['layer', 'operator', 'typeBefore', 'typeAfter', ...measures],
    rows: first.map(({ layer }) => [
      layer.name,
      layer.operator,
      layer.typeBefore ?? '',
      layer.typeAfter ?? '',
      ...values.map((known, index) => known.get(layer.name) ?? (measures[index] === 'sqnr' ? 'inf' : '')),
    ]),
  };
}
