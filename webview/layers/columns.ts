// The columns of the layer tables: what each shows and sorts by.
import * as l10n from '@vscode/l10n';
import {
  formatBytes,
  formatCount,
  formatDecibels,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../src/shared/base/numbers';
import type { LayerChangeView, LayerView } from '../../src/shared/contracts/viewModels';
import { element, type Child } from '../dom';
import { bar } from './bar';
import { formatSparsity } from './changeFormats';
import type { SortValue } from './sortRows';

export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  readonly numeric: boolean;
  readonly value: (row: Row) => SortValue;
  readonly cell: (row: Row) => Child;
  /** The exact figure, where the cell shows a rounded one. */
  readonly exact?: (row: Row) => string;
}

export function modelColumns(): readonly Column<LayerView>[] {
  return [
    text('name', l10n.t('Layer'), (layer) => layer.name),
    text('operator', l10n.t('Operator'), (layer) => layer.operator),
    {
      ...figure<LayerView>('parameters', l10n.t('Parameters'), (layer) => layer.parameters, formatCount),
      exact: (layer) => formatInteger(layer.parameters),
    },
    {
      ...figure<LayerView>('bytes', l10n.t('Size'), (layer) => layer.bytes, formatBytes),
      exact: (layer) => l10n.t('{0} bytes', formatInteger(layer.bytes)),
    },
    {
      ...figure<LayerView>('macs', l10n.t('MACs'), (layer) => layer.macs, formatCount),
      exact: (layer) => (layer.macs === null ? l10n.t('unknown') : formatInteger(layer.macs)),
    },
    {
      key: 'sparsity',
      label: l10n.t('Sparsity'),
      numeric: true,
      value: (layer) => layer.sparsity,
      cell: (layer) => barred(formatSparsity(layer.sparsity), bar(layer.sparsity ?? 0, 'neutral')),
    },
  ];
}

export function changeColumns(): readonly Column<LayerChangeView>[] {
  return [
    text('name', l10n.t('Layer'), (layer) => layer.name),
    {
      ...text<LayerChangeView>('type', l10n.t('Type'), (layer) => layer.typeAfter),
      cell: (layer) => change(layer.typeBefore, layer.typeAfter),
      exact: (layer) => l10n.t('{0} before, {1} after', layer.typeBefore, layer.typeAfter),
    },
    {
      ...figure<LayerChangeView>(
        'sparsity',
        l10n.t('Sparsity'),
        (layer) => layer.sparsityAfter,
        (sparsity) => formatPercent(sparsity),
      ),
      cell: (layer) => change(formatPercent(layer.sparsityBefore), formatPercent(layer.sparsityAfter)),
      exact: (layer) =>
        l10n.t(
          '{0} before, {1} after',
          formatPercent(layer.sparsityBefore, 3),
          formatPercent(layer.sparsityAfter, 3),
        ),
    },
    {
      ...figure<LayerChangeView>('bytes', l10n.t('Size'), (layer) => layer.bytesAfter, formatBytes),
      cell: (layer) => change(formatBytes(layer.bytesBefore), formatBytes(layer.bytesAfter)),
      exact: (layer) =>
        l10n.t(
          '{0} bytes before, {1} after',
          formatInteger(layer.bytesBefore),
          formatInteger(layer.bytesAfter),
        ),
    },
    figure('mse', l10n.t('MSE'), (layer) => layer.mse, formatValue),
    {
      key: 'sqnr',
      label: l10n.t('SQNR'),
      numeric: true,
      // An error of exactly zero has no finite ratio: it sorts as the best there is.
      value: (layer) => layer.sqnrDb ?? Number.POSITIVE_INFINITY,
      cell: (layer) => formatDecibels(layer.sqnrDb),
    },
    figure('maxError', l10n.t('Max error'), (layer) => layer.maxError, formatValue),
  ];
}

function text<Row>(key: string, label: string, value: (row: Row) => string): Column<Row> {
  return { key, label, numeric: false, value, cell: value, exact: value };
}

function figure<Row>(
  key: string,
  label: string,
  value: (row: Row) => number | null,
  format: (value: number) => string,
): Column<Row> {
  return {
    key,
    label,
    numeric: true,
    value,
    cell: (row) => {
      const known = value(row);
      return known === null ? '–' : format(known);
    },
  };
}

/** "float32 → int8"; just the one where both read the same. Where there is little room, what was goes. */
function change(before: string, after: string): Child {
  if (before === after) return after;
  return element('span', {}, element('span', { class: 'was', text: `${before} → ` }), after);
}

function barred(figure: string, beside: HTMLElement): HTMLElement {
  return element('span', { class: 'barred' }, beside, element('span', { text: figure }));
}
