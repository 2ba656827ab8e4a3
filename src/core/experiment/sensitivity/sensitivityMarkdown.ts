// A measured sensitivity as text for people: what stands beside its report.json.
import { fillTemplate, noteTemplates } from '../../../shared/base/messages';
import { formatInteger } from '../../../shared/base/numbers';
import {
  sensitivityMeasures,
  sensitivityText,
  settingText,
  type SensitivityMeasure,
} from '../../../shared/base/sensitivityFigures';
import type { SensitivityReportView } from '../../../shared/contracts/sensitivityViews';
import { escaped, markdownTable } from '../markdownTable';

const titles: Readonly<Record<SensitivityMeasure, string>> = {
  accuracy: 'Accuracy',
  kl: 'KL divergence',
  loss: 'Loss',
  mse: 'Mean squared change of the outputs',
};

export function sensitivityMarkdown(report: SensitivityReportView): string {
  const { path, data, baseline, layers, notes, created, step } = report;
  const measures = sensitivityMeasures(layers.flatMap(({ points }) => points)).slice(0, 2);
  const samples = `${formatInteger(baseline.samples)} validation samples of ${escaped(data)}`;
  return [
    `# ${escaped(path)}: what each layer can bear`,
    `Measured on ${samples} on ${created.slice(0, 10)}: each layer is ${step === 'prune' ? 'pruned' : 'quantized'} alone. The most sensitive layers come first.`,
    ...measures.flatMap((measure) => [`## ${titles[measure]}`, measureTable(report, measure)]),
    ...(notes.length > 0
      ? [
          '## Notes',
          notes
            .map(({ code, values }) => `- ${escaped(fillTemplate(noteTemplates[code], values))}`)
            .join('\n'),
        ]
      : []),
    '',
  ].join('\n\n');
}

function measureTable(
  { step, settings, baseline, layers }: SensitivityReportView,
  measure: SensitivityMeasure,
) {
  const before = measure === 'accuracy' || measure === 'loss' ? baseline[measure] : 0;
  return markdownTable({
    head: ['Layer', 'Weights', 'Now', ...settings.map((setting) => settingText(step, setting))],
    rows: layers.map(({ name, coupled = [], parameters, points }) => [
      [name, ...coupled].join(', '),
      formatInteger(parameters),
      sensitivityText(measure, before),
      ...points.map((point) => sensitivityText(measure, point[measure])),
    ]),
  });
}
