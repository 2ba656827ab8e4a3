// The tables of a run's report, as text: what report.md and report.html have in common.
import {
  formatBytes,
  formatCount,
  formatDecibels,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../../shared/base/numbers';
import type { OutputChangeView, ReportView } from '../../../shared/contracts/viewModels';
import type { Table } from '../markdownTable';

/** Compressed over original; smaller is better. */
export function sizesTable(report: ReportView): Table {
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

/** What became of each output on the same inputs. */
export function outputsTable(outputs: readonly OutputChangeView[]): Table {
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

function row(label: string, before: number, after: number, format: (value: number) => string): string[] {
  const ratio = before === 0 ? '–' : `${(after / before).toFixed(3)}×`;
  return [label, format(before), format(after), ratio];
}

/** No row where it was not measured. */
function coded(label: string, before: number | undefined, after: number | undefined): string[][] {
  return before === undefined || after === undefined ? [] : [row(label, before, after, formatBytes)];
}
