// What `sensitivity` prints for people: a table of layers by settings for each measure.
import { formatInteger } from '../../shared/base/numbers';
import {
  sensitivityMeasures,
  sensitivityText as figureText,
  settingText,
  type SensitivityMeasure,
} from '../../shared/base/sensitivityFigures';
import type { LayerSensitivityView, SensitivityReportView } from '../../shared/contracts/sensitivityViews';
import { noteLines } from './notes';
import { table, type Column } from './table';

export function sensitivityText(report: SensitivityReportView, columns: number): string {
  const { path, data, seconds, baseline, layers, notes } = report;
  const measures = sensitivityMeasures(layers.flatMap(({ points }) => points)).slice(0, 2);
  const now = (['accuracy', 'loss'] as const).flatMap((measure) =>
    measures.includes(measure) ? [`${titles[measure].now} ${figureText(measure, baseline[measure])}`] : [],
  );
  const samples = `${formatInteger(baseline.samples)} validation samples of ${data}`;
  const sections = [
    [
      `Measured ${path} on ${samples}, in ${seconds.toFixed(1)} s`,
      ...(now.length > 0 ? [`As it is: ${now.join(', ')}`] : []),
    ],
    ...measures.map((measure) => [
      `${titles[measure].head} with one layer ${ways[report.step]}, the most sensitive first:`,
      ...table(layout(report, measure), layers, columns),
    ]),
    noteLines(notes),
  ];
  const text = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return `${text.join('\n\n')}\n`;
}

const titles: Readonly<Record<SensitivityMeasure, { readonly head: string; readonly now: string }>> = {
  accuracy: { head: 'Accuracy', now: 'accuracy' },
  kl: { head: 'KL divergence', now: 'KL divergence' },
  loss: { head: 'Loss', now: 'loss' },
  mse: { head: 'Mean squared change of the outputs', now: 'change of the outputs' },
};

const ways = { prune: 'pruned', quantize: 'quantized' } as const;

function layout(
  { step, settings }: SensitivityReportView,
  measure: SensitivityMeasure,
): readonly Column<LayerSensitivityView>[] {
  return [
    {
      title: 'Layer',
      kind: 'text',
      cell: ({ name, coupled = [] }) => (coupled.length === 0 ? name : `${name} (+${coupled.length})`),
    },
    { title: 'Weights', kind: 'figure', cell: ({ parameters }) => formatInteger(parameters) },
    ...settings.map((setting, index): Column<LayerSensitivityView> => ({
      title: settingText(step, setting),
      kind: 'figure',
      cell: ({ points }) => figureText(measure, points[index]?.[measure]),
    })),
  ];
}
