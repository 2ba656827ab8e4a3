// A report as Markdown: report.md, for whoever opens the run's folder.
import { fillTemplate, noteTemplates } from '../../shared/base/messages';
import { formatValue } from '../../shared/base/numbers';
import type { LayerChangeView } from '../../shared/contracts/layerChange';
import type { ReportView } from '../../shared/contracts/viewModels';
import { escaped, markdownTable, type Table } from './markdownTable';
import { layerRows } from './report/layerRows';
import { outputsTable, sizesTable } from './report/reportTables';
import { generalizationSection, trainingSections } from './trainingMarkdown';

/** The report as Markdown. */
export function reportMarkdown(report: ReportView): string {
  const parts = [
    `# ${fileName(report.compressed.path)}`,
    `Made from \`${report.original.path}\` in ${formatValue(report.seconds)} s, ${report.created}. Steps:`,
    `\`\`\`json\n${JSON.stringify(report.steps, null, 2)}\n\`\`\``,
    `## Sizes\n\n${markdownTable(sizesTable(report))}`,
    `## Layers\n\n${markdownTable(layersTable(report.layers))}`,
  ];
  if (report.generalization) {
    parts.push(generalizationSection(report.generalization));
  }
  parts.push(...(report.training ?? []).flatMap(trainingSections));
  if (report.outputs.length > 0) {
    parts.push(
      `## Outputs\n\nCompared on ${report.comparedOn}.\n\n${markdownTable(outputsTable(report.outputs))}`,
    );
  }
  if (report.notes.length > 0) {
    parts.push(
      `## Notes\n\n${noteLines(report)
        .map((line) => `- ${escaped(line)}`)
        .join('\n')}`,
    );
  }
  return `${parts.join('\n\n')}\n`;
}

function layersTable(layers: readonly LayerChangeView[]): Table {
  return {
    head: [
      'Layer',
      'Operator',
      'Shape',
      'Type',
      'Parameters',
      'Zeros',
      'Bytes',
      'gzip',
      'Zeros left out',
      'Entropy bound',
      'MSE',
      'SQNR',
    ],
    rows: layerRows(layers).map((row) => [
      row.isPart ? `↳ ${row.name}` : row.name,
      row.operator,
      row.shape,
      row.type,
      row.parameters,
      row.zeros,
      row.bytes,
      row.gzipBytes,
      row.sparseBytes,
      row.entropyBytes,
      row.mse,
      row.sqnr,
    ]),
  };
}

function noteLines({ notes }: ReportView): string[] {
  return notes.map(({ code, values }) => fillTemplate(noteTemplates[code], values));
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
