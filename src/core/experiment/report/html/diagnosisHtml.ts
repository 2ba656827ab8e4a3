// A diagnosis as one HTML file: the verdict and what speaks for it, curves, and how more data or less weights would do.
import { formatInteger, formatShortPercent, formatValue } from '../../../../shared/base/numbers';
import { journeyOf } from '../../../../shared/contracts/journey';
import type {
  DiagnosisReportView,
  LearningPointView,
  MeasureView,
  SpectrumView,
} from '../../../../shared/contracts/viewModels';
import { verdictMeaning } from '../../diagnosis/diagnosisMarkdown';
import { curveCharts } from './curvesPart';
import { textTable } from './htmlTable';
import { lineChart, type LineChart } from './lineChart';
import { html, type Markup } from './markup';
import { pageText, section } from './page';
import { diagnosisFacts, noteList } from './trainingPart';

/** The diagnosis as the text of an HTML file that needs no other. */
export function diagnosisHtml(report: DiagnosisReportView): string {
  const { path, data, created, seconds, diagnosis, generalization, curves, learningCurve, spectrum, notes } =
    report;
  const measured: readonly [string, MeasureView][] = generalization
    ? [
        ['Train', generalization.train],
        ['Validation', generalization.validation],
      ]
    : [];
  return pageText({
    title: `${path.split(/[\\/]/).at(-1) ?? path}: ${diagnosis.verdict}`,
    facts: [
      `Judged ${path} ${data === '' ? 'without data' : `on ${data}`} in ${formatValue(seconds)} s, ${created}`,
      `The network ${verdictMeaning[diagnosis.verdict]}.`,
    ],
    sections: [
      section('Evidence', diagnosisFacts(diagnosis)),
      measured.length === 0
        ? undefined
        : section(
            'Generalization',
            textTable('Generalization', {
              head: ['', 'Loss', 'Accuracy', 'Samples'],
              rows: measured.map(([part, { loss, accuracy, samples }]) => [
                part,
                formatValue(loss),
                percent(accuracy),
                formatInteger(samples),
              ]),
            }),
          ),
      section('Curves', curves && curveCharts(journeyOf([curves]), curves.loss)),
      learningCurve && learningPart(learningCurve),
      spectrum.length === 0 ? undefined : spectrumPart(spectrum),
      section('Notes', noteList(notes)),
    ],
  });
}

function learningPart(points: readonly LearningPointView[]): Markup | undefined {
  const last = points.at(-1)?.samples ?? 0;
  const chart = (
    title: string,
    value: (measure: MeasureView) => number | undefined,
    format: LineChart['format'],
  ): Markup | undefined => {
    const piece = (of: (point: LearningPointView) => MeasureView) => [
      points.flatMap((point) => {
        const y = value(of(point));
        return y === undefined || !Number.isFinite(y) ? [] : [{ x: point.samples, y }];
      }),
    ];
    return lineChart({
      title,
      xLabel: 'training sample',
      format,
      phases: [{ from: 0, to: last, label: '' }],
      lines: [
        { label: 'training', tone: 'first', pieces: piece(({ train }) => train) },
        { label: 'validation', tone: 'second', pieces: piece(({ validation }) => validation) },
      ],
    });
  };
  return section(
    'Learning curve',
    html`<div class="charts">
      ${[
        chart('Loss', ({ loss }) => loss, formatValue),
        chart('Accuracy', ({ accuracy }) => accuracy, formatShortPercent),
      ]}
    </div>`,
    textTable('Learning curve', {
      head: ['Samples', 'Train loss', 'Validation loss', 'Train accuracy', 'Validation accuracy'],
      rows: points.map(({ samples, train, validation }) => [
        formatInteger(samples),
        formatValue(train.loss),
        formatValue(validation.loss),
        percent(train.accuracy),
        percent(validation.accuracy),
      ]),
    }),
  );
}

function spectrumPart(spectrum: readonly SpectrumView[]): Markup | undefined {
  return section(
    'Weight spectra',
    textTable('Weight spectra', {
      head: ['Layer', 'Exponent', 'Eigenvalues'],
      rows: spectrum.map(({ layer, exponent, eigenvalues, reason }) => [
        layer,
        exponent === null ? (reason ?? '–') : exponent.toFixed(2),
        formatInteger(eigenvalues),
      ]),
    }),
  );
}

function percent(fraction: number | undefined): string {
  return fraction === undefined ? '–' : formatShortPercent(fraction, 2);
}
