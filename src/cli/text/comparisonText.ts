// What `compare` prints for people, and the part of it that `compress` prints too.
import { formatDecibels, formatInteger, formatPercent, formatValue } from '../../shared/base/numbers';
import type { LayerChangeView } from '../../shared/contracts/layerChange';
import type { AccuracyView, ComparisonView, OutputChangeView } from '../../shared/contracts/viewModels';
import { changeText, layerRows, type LayerRow } from '../../core/experiment/report/layerRows';
import { noteLines } from './notes';
import { table, type Column } from './table';

export function comparisonText(comparison: ComparisonView, columns: number): string {
  return `${comparisonLines(comparison, columns).join('\n')}\n`;
}

export function comparisonLines(comparison: ComparisonView, columns: number): readonly string[] {
  const sections = [
    layerLines(comparison.layers, columns),
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

const shapeColumn: Column<LayerRow> = { title: 'Shape', kind: 'text', cell: ({ shape }) => shape };

const layerLayout: readonly Column<LayerRow>[] = [
  { title: 'Layer', kind: 'text', cell: ({ name, isPart }) => (isPart ? `  ${name}` : name) },
  { title: 'Operator', kind: 'text', cell: ({ operator }) => operator },
  { title: 'Parameters', kind: 'figure', cell: ({ parameters }) => parameters },
  { title: 'Type', kind: 'text', cell: ({ type }) => type },
  { title: 'Size', kind: 'figure', cell: ({ bytes }) => bytes },
  { title: 'Zeros', kind: 'figure', cell: ({ zeros }) => zeros },
  { title: 'MSE', kind: 'figure', cell: ({ mse }) => mse },
  { title: 'SQNR', kind: 'figure', cell: ({ sqnr }) => sqnr },
  { title: 'Max error', kind: 'figure', cell: ({ maxError }) => maxError },
  { title: 'Cosine', kind: 'figure', cell: ({ cosine }) => cosine },
];

/** Shapes are worth their room where some have changed. */
function layerLines(layers: readonly LayerChangeView[], columns: number): readonly string[] {
  if (layers.length === 0) return [];
  const layout = layers.some(({ change }) => change !== undefined)
    ? layerLayout.toSpliced(2, 0, shapeColumn)
    : layerLayout;
  return table(layout, layerRows(layers), columns);
}

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
    `Accuracy: ${changeText(formatPercent(before.accuracy, 2), formatPercent(after.accuracy, 2))}` +
      ` on ${formatInteger(after.samples)} samples, loss ${changeText(formatValue(before.loss), formatValue(after.loss))}`,
  ];
}
