// The rows of the table of sizes: what is measured of two files, and how the second compares to the first.
import * as l10n from '@vscode/l10n';
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../src/shared/base/numbers';
import type { AccuracyView, LatencyView } from '../../src/shared/contracts/viewModels';
import {
  faster,
  formatFold,
  formatMilliseconds,
  formatPoints,
  formatRatio,
  smaller,
  type FoldWords,
} from '../layers/changeFormats';

export interface SizeRow {
  readonly label: string;
  /** Beside the label, quietly: under which conditions. */
  readonly condition?: string;
  readonly before: string;
  readonly after: string;
  readonly ratio: string;
  readonly change: string;
  /** After over before, for a bar; undefined where a bar says nothing. */
  readonly share?: number;
  /** The exact figures, where those shown are rounded. */
  readonly exact?: string;
}

/** What is known of a file; a report knows more than a plain comparison. */
export interface MeasuredFile {
  readonly bytes: number;
  readonly gzipBytes?: number;
  readonly sparseBytes?: number;
  readonly entropyBytes?: number;
  readonly parameters: number;
  readonly nonZeros?: number;
  readonly sparsity: number;
  readonly macs: number;
}

export interface MeasuredPair {
  readonly before: MeasuredFile;
  readonly after: MeasuredFile;
  readonly latency?: LatencyView;
  readonly accuracy?: { readonly before: AccuracyView; readonly after: AccuracyView };
}

export function sizeRows({ before, after, latency, accuracy }: MeasuredPair): readonly SizeRow[] {
  const rows: SizeRow[] = [size(l10n.t('File'), before.bytes, after.bytes, formatBytes, bytesExact)];
  if (before.gzipBytes !== undefined && after.gzipBytes !== undefined) {
    rows.push(size(l10n.t('File, gzip'), before.gzipBytes, after.gzipBytes, formatBytes, bytesExact));
  }
  if (before.sparseBytes !== undefined && after.sparseBytes !== undefined) {
    const label = l10n.t('File, zeros left out');
    rows.push(size(label, before.sparseBytes, after.sparseBytes, formatBytes, bytesExact));
  }
  if (before.entropyBytes !== undefined && after.entropyBytes !== undefined) {
    const label = l10n.t('File, entropy bound');
    rows.push({
      ...size(label, before.entropyBytes, after.entropyBytes, formatBytes, bytesExact),
      condition: l10n.t('a limit, not a size'),
    });
  }
  rows.push(size(l10n.t('Parameters'), before.parameters, after.parameters, formatCount, countExact));
  if (before.nonZeros !== undefined && after.nonZeros !== undefined) {
    rows.push(size(l10n.t('Non-zero'), before.nonZeros, after.nonZeros, formatCount, countExact));
  }
  rows.push(
    {
      label: l10n.t('Sparsity'),
      before: formatPercent(before.sparsity),
      after: formatPercent(after.sparsity),
      ratio: '',
      change: formatPoints(before.sparsity, after.sparsity),
    },
    size(l10n.t('MACs'), before.macs, after.macs, formatCount, countExact),
  );
  if (latency) {
    const { beforeMs, afterMs, threads, batch } = latency;
    rows.push({
      ...compared(l10n.t('Latency'), beforeMs, afterMs, formatMilliseconds, faster),
      condition: l10n.t('batch {0}, {1} threads', batch, threads),
    });
  }
  if (accuracy) {
    const [first, second] = [accuracy.before, accuracy.after];
    rows.push(
      {
        label: l10n.t('Accuracy'),
        condition: l10n.t('{0} samples', formatInteger(second.samples)),
        before: formatPercent(first.accuracy, 2),
        after: formatPercent(second.accuracy, 2),
        ratio: '',
        change: formatPoints(first.accuracy, second.accuracy),
      },
      {
        label: l10n.t('Loss'),
        before: formatValue(first.loss),
        after: formatValue(second.loss),
        ratio: formatRatio(first.loss, second.loss),
        change: '',
      },
    );
  }
  return rows;
}

type Exact = (before: number, after: number) => string;

const bytesExact: Exact = (before, after) =>
  l10n.t('{0} bytes before, {1} after', formatInteger(before), formatInteger(after));
const countExact: Exact = (before, after) =>
  l10n.t('{0} before, {1} after', formatInteger(before), formatInteger(after));

function size(
  label: string,
  before: number,
  after: number,
  format: (value: number) => string,
  exact: Exact,
): SizeRow {
  return { ...compared(label, before, after, format, smaller), exact: exact(before, after) };
}

function compared(
  label: string,
  before: number,
  after: number,
  format: (value: number) => string,
  words: FoldWords,
): SizeRow {
  return {
    label,
    before: format(before),
    after: format(after),
    ratio: formatRatio(before, after),
    change: formatFold(before, after, words),
    ...(before > 0 ? { share: after / before } : {}),
  };
}
