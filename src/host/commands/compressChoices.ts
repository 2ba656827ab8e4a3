// What Compress… asks, and what the answers mean: the steps and the words of an estimate. The questions themselves are
// asked in `askCompression.ts`.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../../shared/base/assertNever';
import { formatBytes, formatShortPercent } from '../../shared/base/numbers';
import type { EstimateView, StepsView } from '../../shared/contracts/viewModels';
import { sizeChangeText } from '../runs/runTexts';

export type Method = 'prune' | 'quantize' | 'both';
export type Granularity = 'channel' | 'tensor';
export type QuestionName = 'method' | 'sparsity' | 'granularity' | 'data' | 'output';

/** The answers so far. */
export interface Answers {
  readonly method?: Method;
  /** Fraction of weights to set to zero. */
  readonly sparsity?: number;
  readonly granularity?: Granularity;
}

/** Offered where no figure was chosen yet, and what an estimate before that question stands for. */
export const defaultSparsity = 0.8;
export const offeredSparsities: readonly number[] = [0.5, 0.8, 0.9];

/** The questions in order, as far as the answers so far decide them. */
export function questions({ method = 'both' }: Answers): readonly QuestionName[] {
  switch (method) {
    case 'both':
      return ['method', 'sparsity', 'granularity', 'data', 'output'];
    case 'prune':
      return ['method', 'sparsity', 'data', 'output'];
    case 'quantize':
      return ['method', 'granularity', 'data', 'output'];
    default:
      return assertNever(method);
  }
}

/** The recipe's steps; what was not asked yet is taken as its default. */
export function stepsOf({ method, sparsity, granularity }: Answers): StepsView {
  const prune = { prune: { sparsity: sparsity ?? defaultSparsity, scope: 'global' } };
  const quantize = { quantize: { bits: 8, scheme: 'symmetric', granularity: granularity ?? 'channel' } };
  if (method === undefined) return [];
  switch (method) {
    case 'prune':
      return [prune];
    case 'quantize':
      return [quantize];
    case 'both':
      return [prune, quantize];
    default:
      return assertNever(method);
  }
}

/** The answers that lead to these steps; those of steps that Compress… does not offer are left out. */
export function answersOf(steps: StepsView): Answers {
  const prune = steps.find((step) => Object.hasOwn(step, 'prune'))?.['prune'];
  const quantize = steps.find((step) => Object.hasOwn(step, 'quantize'))?.['quantize'];
  const method = prune === undefined ? quantize && 'quantize' : quantize === undefined ? 'prune' : 'both';
  const { sparsity } = prune ?? {};
  const { granularity } = quantize ?? {};
  return {
    ...(method && { method }),
    ...(typeof sparsity === 'number' && { sparsity }),
    ...((granularity === 'channel' || granularity === 'tensor') && { granularity }),
  };
}

/** A fraction from a percentage as a person types it ("85", "97.5 %"); undefined unless it is above 0 and below 100. */
export function parseSparsity(text: string): number | undefined {
  const match = /^\s*(\d{1,2}(?:[.,]\d{1,2})?)\s*%?\s*$/.exec(text);
  if (match === null) return undefined;
  const figure = Number((match[1] ?? '').replace(',', '.'));
  return figure > 0 && figure < 100 ? Number((figure / 100).toFixed(6)) : undefined;
}

/** Like "439 kB instead of 1.68 MB (3.8× smaller) · 80% of the weights zero". */
export function estimateText({ bytesBefore, bytesAfter, parameters, nonZerosAfter }: EstimateView): string {
  const [before, after] = [formatBytes(bytesBefore), formatBytes(bytesAfter)];
  const change = sizeChangeText(bytesAfter / bytesBefore);
  const size =
    change === undefined
      ? l10n.t('{0}, as before', after)
      : l10n.t('≈ {0} instead of {1} ({2})', after, before, change);
  const zeros = parameters === 0 ? 0 : 1 - nonZerosAfter / parameters;
  return zeros < 0.0005 ? size : `${size} · ${l10n.t('{0} of the weights zero', formatShortPercent(zeros))}`;
}
