// What Compress… asks, and what the answers mean: the steps and the words of an estimate. The questions themselves are
// asked in `askCompression.ts`.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../../shared/base/assertNever';
import { formatBytes, formatShortPercent } from '../../shared/base/numbers';
import type { EstimateView, StepsView } from '../../shared/contracts/viewModels';
import { sizeChangeText } from '../runs/runTexts';
import { defaultStorage, storageOf, storageOptions, type Storage } from './storageChoices';

export type Method = 'prune' | 'quantize' | 'both' | 'compact';
/** What layers become: depthwise-separable, or of low rank with that part of their weights. */
export type CompactForm = 'separable' | 'half' | 'quarter';
export type QuestionName = 'method' | 'sparsity' | 'storage' | 'form' | 'data' | 'training' | 'output';

/** The answers so far. */
export interface Answers {
  readonly method?: Method;
  /** Steps that were chosen elsewhere; then nothing is asked about them. */
  readonly given?: StepsView;
  /** Fraction of weights to set to zero. */
  readonly sparsity?: number;
  /** How weights are stored. */
  readonly storage?: Storage;
  readonly form?: CompactForm;
  /** Data to compare on, and to train on where that was chosen; null for random inputs. */
  readonly data?: string | null;
  /** Epochs of training after layers were made compact; 0 for none. */
  readonly epochs?: number;
}

/** Offered where no figure was chosen yet, and what an estimate before that question stands for. */
export const defaultSparsity = 0.8;
export const offeredSparsities: readonly number[] = [0.5, 0.8, 0.9];
/** Compact layers come near to what they replace, and training brings them the rest of the way. */
export const offeredEpochs: readonly number[] = [5, 20];

/** The questions in order, as far as the answers so far decide them. */
export function questions({ method = 'both', given, data }: Answers): readonly QuestionName[] {
  if (given !== undefined) return ['data', 'output'];
  switch (method) {
    case 'both':
      return ['method', 'sparsity', 'storage', 'data', 'output'];
    case 'prune':
      return ['method', 'sparsity', 'data', 'output'];
    case 'quantize':
      return ['method', 'storage', 'data', 'output'];
    case 'compact':
      // There is nothing to train on without data.
      return ['method', 'form', 'data', ...(data === null ? [] : (['training'] as const)), 'output'];
    default:
      return assertNever(method);
  }
}

/** The recipe's steps; what was not asked yet is taken as its default. */
export function stepsOf(answers: Answers): StepsView {
  const { method, given, sparsity, storage = defaultStorage, form, data, epochs = 0 } = answers;
  if (given !== undefined) return given;
  const prune = { prune: { sparsity: sparsity ?? defaultSparsity, scope: 'global' } };
  const quantize = { quantize: storageOptions(storage, data) };
  if (method === undefined) return [];
  switch (method) {
    case 'prune':
      return [prune];
    case 'quantize':
      return [quantize];
    case 'both':
      return [prune, quantize];
    case 'compact':
      return [
        formSteps[form ?? 'separable'],
        ...(typeof data === 'string' && epochs > 0 ? [{ train: { epochs } }] : []),
      ];
    default:
      return assertNever(method);
  }
}

const formSteps: Readonly<Record<CompactForm, StepsView[number]>> = {
  separable: { replace: { with: 'depthwise-separable' } },
  half: { lowRank: { ratio: 0.5 } },
  quarter: { lowRank: { ratio: 0.25 } },
};

/** The answers that lead to these steps; those of steps that Compress… does not offer are left out. */
export function answersOf(steps: StepsView): Answers {
  const form = formOf(steps);
  if (form) {
    const epochs = steps.find((step) => Object.hasOwn(step, 'train'))?.['train']?.['epochs'];
    return { method: 'compact', form, epochs: typeof epochs === 'number' ? epochs : 0 };
  }
  const prune = steps.find((step) => Object.hasOwn(step, 'prune'))?.['prune'];
  const quantize = steps.find((step) => Object.hasOwn(step, 'quantize'))?.['quantize'];
  const method = prune === undefined ? quantize && 'quantize' : quantize === undefined ? 'prune' : 'both';
  const { sparsity } = prune ?? {};
  const storage = quantize && storageOf(quantize);
  return {
    ...(method && { method }),
    ...(typeof sparsity === 'number' && { sparsity }),
    ...(storage && { storage }),
  };
}

function formOf(steps: StepsView): CompactForm | undefined {
  for (const { replace, lowRank } of steps) {
    if (replace?.['with'] === 'depthwise-separable') return 'separable';
    const ratio = lowRank?.['ratio'];
    if (typeof ratio === 'number') return ratio > 0.375 ? 'half' : 'quarter';
  }
  return undefined;
}

/** A fraction from a percentage as a person types it ("85", "97.5 %"); undefined unless it is above 0 and below 100. */
export function parseSparsity(text: string): number | undefined {
  const match = /^\s*(\d{1,2}(?:[.,]\d{1,2})?)\s*%?\s*$/.exec(text);
  if (match === null) return undefined;
  const figure = Number((match[1] ?? '').replace(',', '.'));
  return figure > 0 && figure < 100 ? Number((figure / 100).toFixed(6)) : undefined;
}

/** Like "439 kB instead of 1.68 MB (3.8× smaller) · 80% of the weights zero"; of upper bounds the size alone. */
export function estimateText(estimate: EstimateView): string {
  const { bytesBefore, bytesAfter, parameters, parametersAfter, nonZerosAfter } = estimate;
  const [before, after] = [formatBytes(bytesBefore), formatBytes(bytesAfter)];
  if (estimate.atMost) return l10n.t('at most {0}, now {1}', after, before);
  const change = sizeChangeText(bytesAfter / bytesBefore);
  const size =
    change === undefined
      ? l10n.t('{0}, as before', after)
      : l10n.t('≈ {0} instead of {1} ({2})', after, before, change);
  const fewer = parameters === 0 ? 0 : 1 - parametersAfter / parameters;
  const zeros = parametersAfter === 0 ? 0 : 1 - nonZerosAfter / parametersAfter;
  return [
    size,
    ...(fewer < 0.0005 ? [] : [l10n.t('{0} fewer parameters', formatShortPercent(fewer))]),
    ...(zeros < 0.0005 ? [] : [l10n.t('{0} of the weights zero', formatShortPercent(zeros))]),
  ].join(' · ');
}
