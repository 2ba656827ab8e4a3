// A report as Markdown: report.md, for whoever opens the run's folder.
import { fillTemplate, noteTemplates } from '../../shared/base/messages';
import {
  formatBytes,
  formatCount,
  formatDecibels,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../shared/base/numbers';
import { escaped, markdownTable, type Table } from './markdownTable';
import { layerRows } from './report/layerRows';
import { generalizationTable, trainingSections } from './trainingMarkdown';
import type { LayerChangeView } from '../../shared/contracts/layerChange';
import type { OutputChangeView, ReportView } from '../../shared/contracts/viewModels';

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
    parts.push(`## Generalization\n\n${markdownTable(generalizationTable(report.generalization))}`);
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

/** Compressed over original; smaller is better. */
function sizesTable(report: ReportView): Table {
  const { original, compressed, accuracy, latency } = report;
  const rows = [
    row('File', original.bytes, compressed.bytes, formatBytes),
    row('File, gzip', original.gzipBytes, compressed.gzipBytes, formatBytes),
    ...coded('File, zeros left out', original.sparseBytes, compressed.sparseBytes),
    ...coded('File, entropy bound', original.entropyBytes, compressed.entropyBytes),
    row('Parameters', original.parameters, compressed.parameters, formatInteger),
    row('Non-zero parameters', original.nonZeros, compressed.nonZeros, formatInteger),
    ['Sparsity of weights', formatPercent(original.sparsity), formatPercent(compressed.sparsity), ''],
    row('Multiply-accumulates', original.macs, compressed.macs, formatCount),
  ];
  if (accuracy) {
    const { before, after } = accuracy;
    rows.push(
      [
        `Accuracy (${before.samples} samples)`,
        formatPercent(before.accuracy, 2),
        formatPercent(after.accuracy, 2),
        '',
      ],
      row('Cross-entropy loss', before.loss, after.loss, formatValue),
    );
  }
  if (latency) {
    const threads = `${latency.threads} ${latency.threads === 1 ? 'thread' : 'threads'}`;
    const label = `Time per run (batch ${latency.batch}, ${threads})`;
    rows.push(row(label, latency.beforeMs, latency.afterMs, (ms) => `${formatValue(ms)} ms`));
  }
  return { head: ['', 'Original', 'Compressed', 'Ratio'], rows };
}

function row(label: string, before: number, after: number, format: (value: number) => string): string[] {
  const ratio = before === 0 ? '–' : `${(after / before).toFixed(3)}×`;
  return [label, format(before), format(after), ratio];
}

/** No row where it was not measured. */
function coded(label: string, before: number | undefined, after: number | undefined): string[][] {
  return before === undefined || after === undefined ? [] : [row(label, before, after, formatBytes)];
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

function outputsTable(outputs: readonly OutputChangeView[]): Table {
  return {
    head: ['Output', 'MSE', 'SQNR', 'Max error', 'KL', 'Same top class'],
    rows: outputs.map((output) => [
      output.name,
      formatValue(output.mse),
      formatDecibels(output.sqnrDb),
      formatValue(output.maxError),
      output.kl === undefined ? '–' : `${formatValue(output.kl)} nats`,
      output.agreement === undefined ? '–' : formatPercent(output.agreement, 2),
    ]),
  };
}

function noteLines({ notes }: ReportView): string[] {
  return notes.map(({ code, values }) => fillTemplate(noteTemplates[code], values));
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
