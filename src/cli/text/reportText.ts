// What `compress` prints for people.
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../shared/base/numbers';
import type { ReportView, SizesView } from '../../shared/contracts/viewModels';
import { comparisonLines } from './comparisonText';
import { table, type Column } from './table';

export function reportText(report: ReportView, reportPath: string, columns: number): string {
  return [
    `Wrote ${report.compressed.path}`,
    `  and ${reportPath}, in ${report.seconds.toFixed(1)} s`,
    '',
    ...table(layout(report), sizeRows, columns),
    '',
    ...latencyLines(report),
    ...comparisonLines(report, columns),
    '',
  ].join('\n');
}

interface SizeRow {
  readonly title: string;
  readonly of: (sizes: SizesView) => number;
  readonly format: (value: number) => string;
  /** Whether after/before says something about it. */
  readonly ratio: boolean;
}

const sizeRows: readonly SizeRow[] = [
  { title: 'File', of: ({ bytes }) => bytes, format: formatBytes, ratio: true },
  { title: 'File, gzip', of: ({ gzipBytes }) => gzipBytes, format: formatBytes, ratio: true },
  { title: 'Parameters', of: ({ parameters }) => parameters, format: formatInteger, ratio: true },
  { title: 'Not zero', of: ({ nonZeros }) => nonZeros, format: formatInteger, ratio: true },
  { title: 'Zeros', of: ({ sparsity }) => sparsity, format: formatPercent, ratio: false },
  { title: 'MACs', of: ({ macs }) => macs, format: formatCount, ratio: true },
];

function layout({ original, compressed }: ReportView): readonly Column<SizeRow>[] {
  return [
    { title: '', kind: 'text', cell: ({ title }) => title },
    { title: 'Before', kind: 'figure', cell: ({ of, format }) => format(of(original)) },
    { title: 'After', kind: 'figure', cell: ({ of, format }) => format(of(compressed)) },
    {
      title: 'After/before',
      kind: 'figure',
      cell: ({ of, ratio }) => (ratio && of(original) > 0 ? (of(compressed) / of(original)).toFixed(3) : ''),
    },
  ];
}

function latencyLines({ latency }: ReportView): readonly string[] {
  if (!latency) return [];
  const { beforeMs, afterMs, threads, batch } = latency;
  return [
    `Time of one run: ${formatValue(beforeMs)} ms → ${formatValue(afterMs)} ms (batch ${batch}, ${threads} threads)`,
    '',
  ];
}
