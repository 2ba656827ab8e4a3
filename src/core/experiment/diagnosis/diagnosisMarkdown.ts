// A diagnosis as text for people: what stands beside its report.json.
import { fillTemplate, noteTemplates, type Note } from '../../../shared/base/messages';
import { formatInteger, formatShortPercent, formatValue } from '../../../shared/base/numbers';
import type { DiagnosisReportView, MeasureView, Verdict } from '../../../shared/contracts/viewModels';
import { escaped, markdownTable } from '../markdownTable';

export function diagnosisMarkdown(report: DiagnosisReportView): string {
  const { diagnosis, learningCurve, spectrum, notes } = report;
  const { verdict, evidence, advice } = diagnosis;
  return [
    `# ${escaped(report.path)}: ${verdict}`,
    `Judged ${report.data === '' ? 'without data' : `on ${escaped(report.data)}`} on ${report.created.slice(0, 10)}. The network ${verdictMeaning[verdict]}.`,
    '## Evidence',
    list(evidence.map(({ note }) => note)),
    ...(advice.length > 0 ? ['## Advice', list(advice.map(({ note }) => note))] : []),
    ...(learningCurve
      ? [
          '## Learning curve',
          markdownTable({
            head: ['Samples', 'Train loss', 'Validation loss', 'Train accuracy', 'Validation accuracy'],
            rows: learningCurve.map(({ samples, train, validation }) => [
              formatInteger(samples),
              formatValue(train.loss),
              formatValue(validation.loss),
              accuracy(train),
              accuracy(validation),
            ]),
          }),
        ]
      : []),
    ...(spectrum.length > 0
      ? [
          '## Weight spectra',
          markdownTable({
            head: ['Layer', 'Exponent', 'Eigenvalues'],
            rows: spectrum.map(({ layer, exponent, eigenvalues, reason }) => [
              layer,
              exponent === null ? (reason ?? '') : exponent.toFixed(2),
              formatInteger(eigenvalues),
            ]),
          }),
        ]
      : []),
    ...(notes.length > 0 ? ['## Notes', list(notes)] : []),
    '',
  ].join('\n\n');
}

/** Goes on after "The network". */
export const verdictMeaning: Readonly<Record<Verdict, string>> = {
  underfit: 'has not learned its training samples',
  balanced: 'has learned what carries over to new samples',
  overfit: 'has learned its training samples better than what carries over to new ones',
  diverged: 'got worse by training',
  leaking: 'was validated on samples that it was trained on',
  undecided: 'cannot be judged yet',
};

function list(notes: readonly Note[]): string {
  const lines = notes.map(({ code, values }) => `- ${escaped(fillTemplate(noteTemplates[code], values))}`);
  return [...new Set(lines)].join('\n');
}

function accuracy({ accuracy: share }: MeasureView): string {
  return share === undefined ? '' : formatShortPercent(share, 2);
}
