// What `search` prints for people: the trials as a table, the winner and what it costs and reaches.
import { formatInteger, formatPercent, formatShortPercent, formatValue } from '../../shared/base/numbers';
import { budgetText, costOf, costText, type BudgetMeasure } from '../../shared/base/searchBudget';
import type { SearchReportView, TrialView } from '../../shared/contracts/searchViews';
import type { MeasureView } from '../../shared/contracts/viewModels';
import { noteLines } from './notes';
import { table, type Column } from './table';

export function searchText(report: SearchReportView, columns: number): string {
  const { search, winner, seconds, notes } = report;
  const { budget, trials } = search;
  const best = trials.find(({ trial }) => trial === winner.trial)!;
  const { train, validation, test } = winner.generalization;
  const parts: readonly Part[] = [
    { title: 'Train', measure: train },
    { title: 'Validation', measure: validation },
    ...(test ? [{ title: 'Test', measure: test }] : []),
  ];
  const cost = costOf(budget, winner.costs);
  return [
    `Wrote ${winner.path}`,
    `  and the report beside it, in ${seconds.toFixed(1)} s`,
    '',
    ...table(layout(budget.measure, winner.trial, trials), trials, columns),
    '',
    `Winner: trial ${best.trial}, ${best.architecture}, width ${best.width}, depth ${best.depth}, input ${best.input.join('x')}`,
    `Budget: ${budgetText(budget)}; it takes ${costText(budget.measure, cost)} (${formatPercent(cost / budget.limit)})`,
    '',
    ...table(measured(parts), parts, columns),
    '',
    ...noteLines(notes),
  ]
    .join('\n')
    .replace(/\n*$/, '\n');
}

function layout(
  measure: BudgetMeasure,
  winner: number,
  trials: readonly TrialView[],
): readonly Column<TrialView>[] {
  const withAccuracy = trials.some(({ validation }) => validation?.accuracy !== undefined);
  return [
    { title: 'Trial', kind: 'figure', cell: ({ trial }) => String(trial) },
    { title: 'Architecture', kind: 'text', cell: ({ architecture }) => architecture },
    { title: 'Width', kind: 'figure', cell: ({ width }) => String(width) },
    { title: 'Depth', kind: 'figure', cell: ({ depth }) => String(depth) },
    { title: 'Input', kind: 'text', cell: ({ input }) => input.join('x') },
    { title: 'Parameters', kind: 'figure', cell: ({ costs }) => formatInteger(costs.parameters) },
    { title: 'MACs', kind: 'figure', cell: ({ costs }) => costText('macs', costs.macs) },
    { title: 'Bytes', kind: 'figure', cell: ({ costs }) => costText('bytes', costs.bytes) },
    ...(measure === 'latency' ? [latency] : []),
    { title: 'Epochs', kind: 'figure', cell: ({ epochs }) => String(epochs) },
    { title: 'Validation loss', kind: 'figure', cell: ({ validation }) => lossText(validation) },
    ...(withAccuracy ? [accuracy] : []),
    { title: '', kind: 'text', cell: ({ trial }) => (trial === winner ? 'winner' : '') },
  ];
}

const latency: Column<TrialView> = {
  title: 'Latency',
  kind: 'figure',
  cell: ({ costs }) => costText('latency', costs.latencyMs ?? Number.NaN),
};

const accuracy: Column<TrialView> = {
  title: 'Accuracy',
  kind: 'figure',
  cell: ({ validation }) => accuracyText(validation),
};

interface Part {
  readonly title: string;
  readonly measure: MeasureView;
}

function measured(parts: readonly Part[]): readonly Column<Part>[] {
  const withAccuracy = parts.some(({ measure }) => measure.accuracy !== undefined);
  return [
    { title: '', kind: 'text', cell: ({ title }) => title },
    { title: 'Samples', kind: 'figure', cell: ({ measure }) => formatInteger(measure.samples) },
    { title: 'Loss', kind: 'figure', cell: ({ measure }) => formatValue(measure.loss) },
    ...(withAccuracy ? [measuredAccuracy] : []),
  ];
}

const measuredAccuracy: Column<Part> = {
  title: 'Accuracy',
  kind: 'figure',
  cell: ({ measure }) => accuracyText(measure),
};

function accuracyText(measure: MeasureView | null): string {
  return measure?.accuracy === undefined ? '' : formatShortPercent(measure.accuracy, 2);
}

function lossText(measure: MeasureView | null): string {
  return measure ? formatValue(measure.loss) : 'diverged';
}
