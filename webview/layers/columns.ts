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
import type { LayerChangeView } from '../../src/shared/contracts/layerChange';
import type { LayerView } from '../../src/shared/contracts/viewModels';
import { shapeText } from '../detail/shapeText';
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
      key: 'type',
      label: l10n.t('Type'),
      numeric: false,
      value: (layer) => layer.typeAfter,
      cell: (layer) => change(layer.typeBefore ?? '–', layer.typeAfter ?? '–'),
      exact: (layer) => l10n.t('{0} before, {1} after', layer.typeBefore ?? '–', layer.typeAfter ?? '–'),
    },
    {
      key: 'shape',
      label: l10n.t('Shape'),
      numeric: false,
      value: (layer) => shapesOf(layer).join(' '),
      cell: (layer) => change(...shapesOf(layer)),
      exact: shapesExplained,
    },
    {
      ...figure<LayerChangeView>(
        'sparsity',
        l10n.t('Sparsity'),
        (layer) => layer.sparsityAfter,
        (sparsity) => formatPercent(sparsity),
      ),
      cell: (layer) => change(formatSparsity(layer.sparsityBefore), formatSparsity(layer.sparsityAfter)),
      exact: (layer) =>
        l10n.t(
          '{0} before, {1} after',
          layer.sparsityBefore === null ? '–' : formatPercent(layer.sparsityBefore, 3),
          layer.sparsityAfter === null ? '–' : formatPercent(layer.sparsityAfter, 3),
        ),
    },
    {
      ...figure<LayerChangeView>('bytes', l10n.t('Size'), (layer) => layer.bytesAfter, formatBytes),
      cell: (layer) => change(formatBytes(layer.bytesBefore), formatBytes(layer.bytesAfter)),
      exact: sizesExplained,
    },
    figure('mse', l10n.t('MSE'), (layer) => layer.mse ?? null, formatValue),
    {
      key: 'sqnr',
      label: l10n.t('SQNR'),
      numeric: true,
      // An error of exactly zero has no finite ratio: it sorts as the best there is.
      value: ({ sqnrDb }) => (sqnrDb === undefined ? null : (sqnrDb ?? Number.POSITIVE_INFINITY)),
      cell: ({ sqnrDb }) => (sqnrDb === undefined ? '–' : formatDecibels(sqnrDb)),
    },
    figure('maxError', l10n.t('Max error'), (layer) => layer.maxError ?? null, formatValue),
  ];
}

function shapesOf({ change: kind, shapeBefore, shapeAfter, parts = [] }: LayerChangeView): [string, string] {
  const [before, after] = [shapeBefore, shapeAfter].map((shape) => (shape ? shapeText(shape) : '–'));
  if (kind === 'added') return [l10n.t('added'), after ?? '–'];
  if (kind === 'removed') return [before ?? '–', l10n.t('removed')];
  return [before ?? '–', parts.length > 1 ? l10n.t('{0} layers', parts.length) : (after ?? '–')];
}

/** The layers that replaced one, where that is what happened. */
function shapesExplained(layer: LayerChangeView): string {
  const [before, after] = shapesOf(layer);
  const explained = l10n.t('{0} before, {1} after', before, after);
  const parts = (layer.parts ?? []).map(
    ({ name, operator, shape }) => `${name}: ${operator} ${shapeText(shape)}`,
  );
  return [explained, ...parts].join('\n');
}

/** The exact bytes, and those in other forms where the run has measured them. */
function sizesExplained(layer: LayerChangeView): string {
  return [
    ...sizeLine(l10n.t('Stored'), layer.bytesBefore, layer.bytesAfter),
    ...sizeLine(l10n.t('gzip'), layer.gzipBytesBefore, layer.gzipBytesAfter),
    ...sizeLine(l10n.t('Zeros left out'), layer.sparseBytesBefore, layer.sparseBytesAfter),
    ...sizeLine(l10n.t('Entropy bound'), layer.entropyBytesBefore, layer.entropyBytesAfter),
  ].join('\n');
}

function sizeLine(label: string, before: number | undefined, after: number | undefined): string[] {
  if (before === undefined || after === undefined) return [];
  return [l10n.t('{0}: {1} bytes before, {2} after', label, formatInteger(before), formatInteger(after))];
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
