// What `diagnose` prints for people, and the part of it that `train` prints too: the verdict, why, and what to try.
import { fillTemplate, noteTemplates, type Note } from '../../shared/base/messages';
import { formatInteger, formatPercent, formatValue } from '../../shared/base/numbers';
import type {
  AdviceView,
  DiagnosisReportView,
  DiagnosisView,
  LearningPointView,
  RecipeEdit,
  SpectrumView,
} from '../../shared/contracts/viewModels';
import { noteLines } from './notes';
import { table, type Column } from './table';

export function diagnosisText(report: DiagnosisReportView, columns: number): string {
  const { path, data, seconds, diagnosis, learningCurve, spectrum, notes } = report;
  const sections = [
    [`Judged ${path}${data === '' ? '' : ` on ${data}`}, in ${seconds.toFixed(1)} s`],
    verdictLines(diagnosis),
    learningCurve ? ['Trained anew on parts of the samples:', ...curveTable(learningCurve, columns)] : [],
    spectrum.length > 0 ? ['Weight spectra:', ...table(spectrumLayout, spectrum, columns)] : [],
    noteLines(notes),
  ];
  const lines = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return `${lines.join('\n\n')}\n`;
}

/** Evidence for the verdict first, then what is worth knowing, then what to try, with the flags that try it. */
export function verdictLines({ verdict, evidence, advice }: DiagnosisView): readonly string[] {
  const speaking = evidence.filter(({ speaksFor }) => speaksFor === verdict);
  const others = evidence.filter(({ speaksFor }) => speaksFor !== verdict);
  return [
    `Verdict: ${verdict}`,
    ...speaking.map(({ note }) => `  • ${sentence(note)}`),
    ...others.map(({ note }) => `    ${sentence(note)}`),
    ...(advice.length === 0 ? [] : ['What to try:', ...advice.map((each) => `  • ${adviceText(each)}`)]),
  ];
}

function adviceText({ note, edit }: AdviceView): string {
  const flags = flagsOf(edit);
  return flags === '' ? sentence(note) : `${sentence(note)} (${flags})`;
}

/** As arguments of `train`, and of `compress` where a step is added. */
function flagsOf(edit: RecipeEdit | undefined): string {
  const set = Object.entries(edit?.set ?? {}).map(([path, value]) => flagOf(path, value));
  const added = (edit?.add ?? []).flatMap((step) =>
    Object.entries(step).flatMap(([id, options]) =>
      Object.entries(options).map(([name, value]) => flagOf(`${id}.${name}`, value)),
    ),
  );
  return [...set, ...(added.length > 0 ? ['compress', ...added] : [])].join(' ');
}

function flagOf(path: string, value: unknown): string {
  return path === 'prune.sparsity' ? `--prune ${String(value)}` : `--set ${path}=${String(value)}`;
}

function curveTable(points: readonly LearningPointView[], columns: number): readonly string[] {
  const withAccuracy = points.some(({ validation }) => validation.accuracy !== undefined);
  const layout: readonly Column<LearningPointView>[] = [
    { title: 'Samples', kind: 'figure', cell: ({ samples }) => formatInteger(samples) },
    { title: 'Train loss', kind: 'figure', cell: ({ train }) => formatValue(train.loss) },
    { title: 'Validation loss', kind: 'figure', cell: ({ validation }) => formatValue(validation.loss) },
    {
      title: 'Gap',
      kind: 'figure',
      cell: ({ train, validation }) => formatValue(validation.loss - train.loss),
    },
    ...(withAccuracy ? accuracyColumns : []),
  ];
  return table(layout, points, columns);
}

const accuracyColumns: readonly Column<LearningPointView>[] = [
  { title: 'Accuracy', kind: 'figure', cell: ({ train }) => accuracyText(train.accuracy) },
  { title: 'Validation', kind: 'figure', cell: ({ validation }) => accuracyText(validation.accuracy) },
];

const spectrumLayout: readonly Column<SpectrumView>[] = [
  { title: 'Layer', kind: 'text', cell: ({ layer }) => layer },
  {
    title: 'Exponent',
    kind: 'figure',
    cell: ({ exponent }) => (exponent === null ? '' : exponent.toFixed(2)),
  },
  { title: 'Eigenvalues', kind: 'figure', cell: ({ eigenvalues }) => formatInteger(eigenvalues) },
  { title: '', kind: 'text', cell: ({ reason }) => reason ?? '' },
];

function accuracyText(accuracy: number | undefined): string {
  return accuracy === undefined ? '' : formatPercent(accuracy, 2);
}

function sentence({ code, values }: Note): string {
  return fillTemplate(noteTemplates[code], values);
}
