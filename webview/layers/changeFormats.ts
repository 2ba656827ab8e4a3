// How changes between an original and its compressed model are written.
import * as l10n from '@vscode/l10n';
import { formatInteger, formatPercent } from '../../src/shared/base/numbers';

/** After over before with three digits, smaller is better: 0.262. A dash where there was nothing before. */
export function formatRatio(before: number, after: number): string {
  return before > 0 ? String(Number((after / before).toPrecision(3))) : '–';
}

/** The same as a factor in words: "3.82× smaller". Empty where nothing changed that three digits show. */
export function formatFold(before: number, after: number, words: FoldWords): string {
  if (!(before > 0) || !(after > 0) || before === after) return '';
  const factor = Math.max(before, after) / Math.min(before, after);
  const digits = String(Number(factor.toPrecision(3)));
  if (digits === '1') return '';
  return after < before ? words.less(digits) : words.more(digits);
}

export interface FoldWords {
  readonly less: (factor: string) => string;
  readonly more: (factor: string) => string;
}

export const smaller: FoldWords = {
  less: (factor) => l10n.t('{0}× smaller', factor),
  more: (factor) => l10n.t('{0}× larger', factor),
};

export const faster: FoldWords = {
  less: (factor) => l10n.t('{0}× faster', factor),
  more: (factor) => l10n.t('{0}× slower', factor),
};

/** The difference of two fractions in percentage points: +63.4 pp. */
export function formatPoints(before: number, after: number): string {
  const points = 100 * (after - before);
  const digits = Math.abs(points).toFixed(1);
  if (digits === '0.0') return '0.0 pp';
  return `${points < 0 ? '−' : '+'}${digits} pp`;
}

/** A fraction that may be unknown. */
export function formatSparsity(sparsity: number | null): string {
  return sparsity === null ? '–' : formatPercent(sparsity);
}

/** Milliseconds with three significant digits, more where they are before the point. */
export function formatMilliseconds(ms: number): string {
  return `${ms >= 1000 ? formatInteger(ms) : ms.toPrecision(3)} ms`;
}
