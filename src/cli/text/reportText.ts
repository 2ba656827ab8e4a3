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
import { pageBeside } from './pageBeside';
import { table, type Column } from './table';

export function reportText(report: ReportView, reportPath: string, columns: number): string {
  return [
    `Wrote ${report.compressed.path}`,
    `  and ${reportPath}, in ${report.seconds.toFixed(1)} s`,
    `  To look at: ${pageBeside(reportPath)}`,
    '',
    ...table(layout(report), measuredRows(report), columns),
    '',
    ...latencyLines(report),
    ...comparisonLines(report, columns),
    '',
  ].join('\n');
}

interface SizeRow {
  readonly title: string;
  /** Undefined where it was not measured. */
  readonly of: (sizes: SizesView) => number | undefined;
  readonly format: (value: number) => string;
  /** Whether after/before says something about it. */
  readonly ratio: boolean;
}

const sizeRows: readonly SizeRow[] = [
  { title: 'File', of: ({ bytes }) => bytes, format: formatBytes, ratio: true },
  { title: 'File, gzip', of: ({ gzipBytes }) => gzipBytes, format: formatBytes, ratio: true },
  { title: 'File, zeros left out', of: ({ sparseBytes }) => sparseBytes, format: formatBytes, ratio: true },
  { title: 'File, entropy bound', of: ({ entropyBytes }) => entropyBytes, format: formatBytes, ratio: true },
  { title: 'Parameters', of: ({ parameters }) => parameters, format: formatInteger, ratio: true },
  { title: 'Not zero', of: ({ nonZeros }) => nonZeros, format: formatInteger, ratio: true },
  { title: 'Zeros', of: ({ sparsity }) => sparsity, format: formatPercent, ratio: false },
  { title: 'MACs', of: ({ macs }) => macs, format: formatCount, ratio: true },
];

function measuredRows({ original, compressed }: ReportView): readonly SizeRow[] {
  return sizeRows.filter(({ of }) => of(original) !== undefined && of(compressed) !== undefined);
}

function layout({ original, compressed }: ReportView): readonly Column<SizeRow>[] {
  const figure = ({ of }: SizeRow, sizes: SizesView): number => of(sizes) ?? 0;
  return [
    { title: '', kind: 'text', cell: ({ title }) => title },
    { title: 'Before', kind: 'figure', cell: (row) => row.format(figure(row, original)) },
    { title: 'After', kind: 'figure', cell: (row) => row.format(figure(row, compressed)) },
    {
      title: 'After/before',
      kind: 'figure',
      cell: (row) => {
        const [before, after] = [figure(row, original), figure(row, compressed)];
        return row.ratio && before > 0 ? (after / before).toFixed(3) : '';
      },
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
