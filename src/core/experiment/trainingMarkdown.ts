// What a report says in Markdown of its training steps: curves as a table, the verdict and why, what was not trained.
import { fillTemplate, noteTemplates, type Note } from '../../shared/base/messages';
import { formatPercent, formatValue } from '../../shared/base/numbers';
import type {
  DiagnosisView,
  GeneralizationView,
  MeasureView,
  ReportView,
  TrainingView,
} from '../../shared/contracts/viewModels';
import { escaped, markdownTable, type Table } from './markdownTable';

/** Loss and accuracy of both files on training, validation and test samples, and the gap between the former two. */
export function generalizationTable({ before, after }: NonNullable<ReportView['generalization']>): Table {
  const parts = [
    ['Train', before.train, after.train],
    ['Validation', before.validation, after.validation],
    ...(before.test && after.test ? ([['Test', before.test, after.test]] as const) : []),
  ] as const;
  return {
    head: ['', 'Original', 'Result'],
    rows: [
      ...parts.map(([part, a, b]) => row(`${part} loss`, a, b, ({ loss }) => formatValue(loss))),
      ['Gap of the loss', formatValue(lossGap(before)), formatValue(lossGap(after))],
      ...(after.train.accuracy === undefined
        ? []
        : parts.map(([part, a, b]) => row(`${part} accuracy`, a, b, accuracyOf))),
    ],
  };
}

/** Heading, verdict, curves and what was frozen. */
export function trainingSections(training: TrainingView): string[] {
  const { step, history, bestEpoch, ended, frozen, samples, parameters } = training;
  const last = history.at(-1)?.epoch ?? 0;
  const end = ended === 'earlyStopping' ? 'ended by early stopping' : 'all epochs';
  return [
    `## Training (step ${step + 1})`,
    `${parameters} parameters on ${samples.train} samples, validated on ${samples.validation}; ${last} epochs (${end}), best epoch ${bestEpoch ?? '–'}.`,
    diagnosisText(training.diagnosis),
    markdownTable(curvesTable(training)),
    ...(frozen.length === 0
      ? []
      : [`Not trained:\n\n${list(frozen.map(({ layer, reason }) => `${layer}: ${reason}`))}`]),
  ];
}

/** Verdict, evidence and advice. */
function diagnosisText({ verdict, evidence, advice }: DiagnosisView): string {
  const parts = [`Verdict: **${verdict}**.`, list(evidence.map(({ note }) => sentence(note)))];
  if (advice.length > 0) parts.push('What to try:', list(advice.map(({ note }) => sentence(note))));
  return parts.join('\n\n');
}

/** A row for each epoch. */
export function curvesTable({ history }: TrainingView): Table {
  const accuracies = history.some(({ validationAccuracy }) => validationAccuracy !== undefined);
  const head = ['Epoch', 'Train loss', 'Validation loss'];
  return {
    head: [...head, ...(accuracies ? ['Train accuracy', 'Validation accuracy'] : []), 'Learning rate'],
    rows: history.map((epoch) => [
      String(epoch.epoch),
      formatValue(epoch.trainLoss ?? NaN),
      formatValue(epoch.validationLoss ?? NaN),
      ...(accuracies ? [percent(epoch.trainAccuracy), percent(epoch.validationAccuracy)] : []),
      formatValue(epoch.learningRate),
    ]),
  };
}

function row(
  label: string,
  before: MeasureView,
  after: MeasureView,
  format: (measure: MeasureView) => string,
): string[] {
  return [`${label} (${after.samples} samples)`, format(before), format(after)];
}

function lossGap({ train, validation }: GeneralizationView): number {
  return validation.loss - train.loss;
}

function accuracyOf({ accuracy }: MeasureView): string {
  return percent(accuracy);
}

function percent(fraction: number | undefined): string {
  return fraction === undefined ? '–' : formatPercent(fraction, 2);
}

function sentence({ code, values }: Note): string {
  return fillTemplate(noteTemplates[code], values);
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${escaped(line)}`).join('\n');
}
