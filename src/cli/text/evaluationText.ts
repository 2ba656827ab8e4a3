// What `evaluate` prints for people.
import { formatInteger, formatPercent, formatValue } from '../../shared/base/numbers';
import type { EvaluationView } from '../../shared/contracts/evaluationView';
import type { LossKind } from '../../shared/contracts/viewModels';
import { table, type Column } from './table';

export const lossNames: Readonly<Record<LossKind, string>> = {
  crossEntropy: 'cross-entropy',
  binaryCrossEntropy: 'binary cross-entropy',
  mse: 'mean squared error',
  mae: 'mean absolute error',
  huber: 'Huber',
};

/** Classes up to which their confusions are printed; the JSON has more. */
const mostPrinted = 20;

export function evaluationText(evaluation: EvaluationView, columns: number): string {
  const { path, data, samples, latency } = evaluation;
  const threads = `${latency.threads} ${latency.threads === 1 ? 'thread' : 'threads'}`;
  return [
    `${path} on ${formatInteger(samples)} samples of ${data}`,
    '',
    ...measureLines(evaluation),
    `Time of one run: ${formatValue(latency.medianMs)} ms, 95% within ${formatValue(latency.p95Ms)} ms (batch ${latency.batch}, ${threads})`,
    ...confusionLines(evaluation, columns),
    '',
  ].join('\n');
}

function measureLines({ loss, lossKind, accuracy, top5, regression }: EvaluationView): string[] {
  const lines = [`Loss: ${formatValue(loss)} (${lossNames[lossKind]})`];
  if (accuracy !== undefined) lines.push(`Accuracy: ${formatPercent(accuracy, 2)}`);
  if (top5 !== undefined) lines.push(`Among the first five: ${formatPercent(top5, 2)}`);
  if (regression) {
    const { mae, rmse, r2 } = regression;
    lines.push(
      `Mean absolute error: ${formatValue(mae)}, root of the mean squared error: ${formatValue(rmse)}, R²: ${formatValue(r2)}`,
    );
  }
  return lines;
}

function confusionLines({ confusion, classNames }: EvaluationView, columns: number): readonly string[] {
  if (!confusion || confusion.length > mostPrinted) return [];
  const nameOf = (index: number): string => classNames?.[index] ?? String(index);
  const layout: readonly Column<number>[] = [
    { title: 'True class', kind: 'text', cell: nameOf },
    ...confusion.map((_, predicted): Column<number> => ({
      title: nameOf(predicted),
      kind: 'figure',
      cell: (actual) => formatInteger(confusion[actual]?.[predicted] ?? 0),
    })),
  ];
  return ['', 'Samples by predicted class:', ...table(layout, [...confusion.keys()], columns)];
}
