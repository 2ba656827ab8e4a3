// What `compare` prints for people, and the part of it that `compress` prints too.
import {
  formatBytes,
  formatDecibels,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../shared/base/numbers';
import type {
  AccuracyView,
  ComparisonView,
  LayerChangeView,
  OutputChangeView,
} from '../../shared/contracts/viewModels';
import { noteLines } from './notes';
import { table, type Column } from './table';

export function comparisonText(comparison: ComparisonView, columns: number): string {
  return `${comparisonLines(comparison, columns).join('\n')}\n`;
}

export function comparisonLines(comparison: ComparisonView, columns: number): readonly string[] {
  const sections = [
    comparison.layers.length === 0 ? [] : table(layerLayout, comparison.layers, columns),
    comparison.outputs.length === 0
      ? []
      : [`Outputs, on ${comparison.comparedOn}:`, ...table(outputLayout, comparison.outputs, columns)],
    comparison.accuracy ? accuracyLines(comparison.accuracy) : [],
    noteLines(comparison.notes),
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, i) => (i === 0 ? section : ['', ...section]));
}

const layerLayout: readonly Column<LayerChangeView>[] = [
  { title: 'Layer', kind: 'text', cell: ({ name }) => name },
  { title: 'Operator', kind: 'text', cell: ({ operator }) => operator },
  { title: 'Parameters', kind: 'figure', cell: ({ parameters }) => formatInteger(parameters) },
  {
    title: 'Type',
    kind: 'text',
    cell: ({ typeBefore, typeAfter }) => changed(typeBefore, typeAfter),
  },
  {
    title: 'Size',
    kind: 'figure',
    cell: ({ bytesBefore, bytesAfter }) => changed(formatBytes(bytesBefore), formatBytes(bytesAfter)),
  },
  {
    title: 'Zeros',
    kind: 'figure',
    cell: ({ sparsityBefore, sparsityAfter }) =>
      changed(formatPercent(sparsityBefore), formatPercent(sparsityAfter)),
  },
  { title: 'MSE', kind: 'figure', cell: ({ mse }) => formatValue(mse) },
  { title: 'SQNR', kind: 'figure', cell: ({ sqnrDb }) => formatDecibels(sqnrDb) },
  { title: 'Max error', kind: 'figure', cell: ({ maxError }) => formatValue(maxError) },
  { title: 'Cosine', kind: 'figure', cell: ({ cosine }) => cosine.toFixed(4) },
];

const outputLayout: readonly Column<OutputChangeView>[] = [
  { title: 'Output', kind: 'text', cell: ({ name }) => name },
  { title: 'MSE', kind: 'figure', cell: ({ mse }) => formatValue(mse) },
  { title: 'SQNR', kind: 'figure', cell: ({ sqnrDb }) => formatDecibels(sqnrDb) },
  { title: 'Max error', kind: 'figure', cell: ({ maxError }) => formatValue(maxError) },
  { title: 'KL', kind: 'figure', cell: ({ kl }) => (kl === undefined ? '' : formatValue(kl)) },
  {
    title: 'Same class',
    kind: 'figure',
    cell: ({ agreement }) => (agreement === undefined ? '' : formatPercent(agreement)),
  },
];

function accuracyLines({ before, after }: { before: AccuracyView; after: AccuracyView }): readonly string[] {
  return [
    `Accuracy: ${changed(formatPercent(before.accuracy, 2), formatPercent(after.accuracy, 2))}` +
      ` on ${formatInteger(after.samples)} samples, loss ${changed(formatValue(before.loss), formatValue(after.loss))}`,
  ];
}

function changed(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`;
}
