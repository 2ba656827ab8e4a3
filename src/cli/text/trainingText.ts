// What `train` prints for people: the curves as a table, the verdict and why, and what became of the model.
import { formatInteger, formatPercent, formatValue } from '../../shared/base/numbers';
import type {
  EpochView,
  GeneralizationView,
  MeasureView,
  ReportView,
  TrainingView,
} from '../../shared/contracts/viewModels';
import { verdictLines } from './diagnosisText';
import { lossNames } from './evaluationText';
import { noteLines } from './notes';
import { table, type Column } from './table';
import { pageBeside } from './pageBeside';

export function trainingText(report: ReportView, reportPath: string, columns: number): string {
  const training = report.training ?? [];
  return [
    `Wrote ${report.compressed.path}`,
    `  and ${reportPath}, in ${report.seconds.toFixed(1)} s`,
    `  To look at: ${pageBeside(reportPath)}`,
    '',
    ...training.flatMap((each) => [...curveLines(each, columns), '', ...verdictLines(each.diagnosis), '']),
    ...(report.generalization ? [...measureLines(report.generalization, columns), ''] : []),
    ...noteLines(report.notes),
    '',
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

/** Like `validation loss 0.1234, 97.5%`, for the progress line. */
export function epochText({ validationLoss, validationAccuracy }: EpochView): string {
  const loss = `validation loss ${lossText(validationLoss)}`;
  return validationAccuracy === undefined ? loss : `${loss}, ${formatPercent(validationAccuracy)}`;
}

function curveLines(training: TrainingView, columns: number): readonly string[] {
  const { history, bestEpoch, ended, loss, samples, parameters, frozen } = training;
  const withAccuracy = history.some(({ validationAccuracy }) => validationAccuracy !== undefined);
  const layout: readonly Column<EpochView>[] = [
    { title: 'Epoch', kind: 'figure', cell: ({ epoch }) => String(epoch) },
    { title: 'Train loss', kind: 'figure', cell: ({ trainLoss }) => lossText(trainLoss) },
    { title: 'Validation loss', kind: 'figure', cell: ({ validationLoss }) => lossText(validationLoss) },
    ...(withAccuracy ? accuracyColumns : []),
    { title: 'Learning rate', kind: 'figure', cell: ({ learningRate }) => formatValue(learningRate) },
    { title: 'Seconds', kind: 'figure', cell: ({ seconds }) => seconds.toFixed(1) },
    { title: '', kind: 'text', cell: ({ epoch }) => (epoch === bestEpoch ? 'best' : '') },
  ];
  const on = `${formatInteger(parameters)} parameters on ${formatInteger(samples.train)} samples`;
  return [
    `Trained ${on}, validated on ${formatInteger(samples.validation)} (${lossNames[loss]})`,
    '',
    ...table(layout, history, columns),
    ...(ended === 'earlyStopping' ? ['', 'Stopped early: the validation loss no longer fell.'] : []),
    ...frozen.map(({ layer, reason }) => `Not trained: ${layer} (${reason})`),
  ];
}

const accuracyColumns: readonly Column<EpochView>[] = [
  { title: 'Accuracy', kind: 'figure', cell: ({ trainAccuracy }) => accuracyText(trainAccuracy) },
  {
    title: 'Validation',
    kind: 'figure',
    cell: ({ validationAccuracy }) => accuracyText(validationAccuracy),
  },
];

interface Part {
  readonly title: string;
  readonly before: MeasureView;
  readonly after: MeasureView;
}

function measureLines(
  { before, after }: { readonly before: GeneralizationView; readonly after: GeneralizationView },
  columns: number,
): readonly string[] {
  const parts: readonly Part[] = [
    { title: 'Train', before: before.train, after: after.train },
    { title: 'Validation', before: before.validation, after: after.validation },
    ...(before.test && after.test ? [{ title: 'Test', before: before.test, after: after.test }] : []),
  ];
  const layout: readonly Column<Part>[] = [
    { title: '', kind: 'text', cell: ({ title }) => title },
    { title: 'Samples', kind: 'figure', cell: (part) => formatInteger(part.after.samples) },
    { title: 'Loss before', kind: 'figure', cell: (part) => formatValue(part.before.loss) },
    { title: 'Loss after', kind: 'figure', cell: (part) => formatValue(part.after.loss) },
    ...(after.validation.accuracy === undefined ? [] : measuredAccuracies),
  ];
  return table(layout, parts, columns);
}

const measuredAccuracies: readonly Column<Part>[] = [
  { title: 'Accuracy before', kind: 'figure', cell: ({ before }) => accuracyText(before.accuracy) },
  { title: 'Accuracy after', kind: 'figure', cell: ({ after }) => accuracyText(after.accuracy) },
];

function lossText(loss: number | null): string {
  return loss === null ? 'no number' : formatValue(loss);
}

function accuracyText(accuracy: number | undefined): string {
  return accuracy === undefined ? '' : formatPercent(accuracy, 2);
}
