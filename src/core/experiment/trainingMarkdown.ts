// What a report says in Markdown of its training steps: curves as a table, the verdict and why, what was not trained.
import { fillTemplate, noteTemplates, type Note } from '../../shared/base/messages';
import { formatPercent, formatValue } from '../../shared/base/numbers';
import type {
  DiagnosisView,
  GeneralizationView,
  MeasureView,
  RunGeneralizationView,
  TrainingView,
} from '../../shared/contracts/viewModels';
import { escaped, markdownTable, type Table } from './markdownTable';

/** Loss and accuracy of each network on training, validation and test samples, the gap between the former two, and the verdict. */
export function generalizationTable({ before, trained, after }: RunGeneralizationView): Table {
  const networks = [before, ...(trained ? [trained] : []), after];
  const { train, validation, test } = after;
  const parts = [
    ['Train', train, (one: GeneralizationView) => one.train],
    ['Validation', validation, (one: GeneralizationView) => one.validation],
    ...(test ? ([['Test', test, (one: GeneralizationView) => one.test]] as const) : []),
  ] as const;
  const rows = (measure: string, format: (measured: MeasureView) => string): string[][] =>
    parts.map(([part, { samples }, of]) => [
      `${part} ${measure} (${samples} samples)`,
      ...networks.map((one) => {
        const measured = of(one);
        return measured ? format(measured) : '–';
      }),
    ]);
  return {
    head: ['', 'Original', ...(trained ? ['Trained'] : []), 'Result'],
    rows: [
      ...rows('loss', ({ loss }) => formatValue(loss)),
      ['Gap of the loss', ...networks.map((one) => formatValue(lossGap(one)))],
      ...(train.accuracy === undefined
        ? []
        : [...rows('accuracy', accuracyOf), ['Gap of the accuracy, points', ...networks.map(accuracyGap)]]),
      ...(after.judgement
        ? [['Verdict', ...networks.map(({ judgement }) => judgement?.verdict ?? '–')]]
        : []),
    ],
  };
}

/** The table, what compression did to the gap, and what each verdict rests on. */
export function generalizationSection(generalization: RunGeneralizationView): string {
  const { before, trained, after, effect = [] } = generalization;
  const networks = [
    ['the original', before],
    ['the trained network', trained],
    ['the result', after],
  ] as const;
  return [
    '## Generalization',
    ...(effect.length > 0 ? [effect.map(sentence).map(escaped).join(' ')] : []),
    markdownTable(generalizationTable(generalization)),
    ...networks.flatMap(([name, network]) =>
      network?.judgement
        ? [
            `Verdict on ${name}: **${network.judgement.verdict}**.`,
            list(network.judgement.evidence.map(({ note }) => sentence(note))),
          ]
        : [],
    ),
  ].join('\n\n');
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
  const zeros = history.some(({ sparsity = 0 }) => sparsity > 0);
  const head = ['Epoch', 'Train loss', 'Validation loss'];
  return {
    head: [
      ...head,
      ...(accuracies ? ['Train accuracy', 'Validation accuracy'] : []),
      ...(zeros ? ['Sparsity'] : []),
      'Learning rate',
    ],
    rows: history.map((epoch) => [
      String(epoch.epoch),
      formatValue(epoch.trainLoss ?? NaN),
      formatValue(epoch.validationLoss ?? NaN),
      ...(accuracies ? [percent(epoch.trainAccuracy), percent(epoch.validationAccuracy)] : []),
      ...(zeros ? [percent(epoch.sparsity)] : []),
      formatValue(epoch.learningRate),
    ]),
  };
}

function lossGap({ train, validation }: GeneralizationView): number {
  return validation.loss - train.loss;
}

/** Training − validation. */
function accuracyGap({ train, validation }: GeneralizationView): string {
  if (train.accuracy === undefined || validation.accuracy === undefined) return '–';
  return (100 * (train.accuracy - validation.accuracy)).toFixed(1);
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
