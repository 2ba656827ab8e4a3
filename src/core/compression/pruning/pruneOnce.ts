// One pruning of a model: which of the ways to select weights its options ask for.
import { CounterweightError } from '../../../shared/base/errors';
import type { Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import type { StepContext } from '../step';
import { replaceWeights } from '../weights';
import { criterionOf } from './criteria/criteria';
import { byLayer, prunableWeights } from './prunableWeights';
import { pruneBelow, pruneGroupsByMagnitude } from './pruneByMagnitude';
import { pruneByScores } from './pruneByScores';
import { defaultSamples, type PruneOptions } from './pruneOptions';

export interface PruneTask {
  readonly model: Model;
  readonly options: PruneOptions;
  /** Fraction of the weights that are zero afterwards; undefined where a threshold or a pattern decides. */
  readonly sparsity: number | undefined;
  /** Of what this pruning draws. */
  readonly seed: number;
}

export interface Pruned {
  readonly model: Model;
  readonly notes: readonly Note[];
}

type Context = Pick<StepContext, 'path' | 'data' | 'signal' | 'progress'>;

/** Throws STEP_INVALID, STEP_NEEDS_DATA and what criteria throw. The given model is not changed. */
export async function pruneOnce(
  { model, options, sparsity = 0, seed }: PruneTask,
  { path, data, signal, progress }: Context,
): Promise<Pruned> {
  const { weights, notes } = prunableWeights(model);
  if (options.threshold !== undefined) {
    const replacements = await pruneBelow(weights, options.threshold, { signal, progress });
    return { model: replaceWeights(model, replacements), notes };
  }
  if (isByMagnitude(options)) {
    const groups = options.scope === 'layer' ? byLayer(weights) : new Map([['', weights]]);
    const replacements = await pruneGroupsByMagnitude(groups, sparsity, { signal, progress });
    return { model: replaceWeights(model, replacements), notes };
  }
  const criterion = criterionOf(options.criterion);
  if (!data && needsSamples(options)) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  const { samples = defaultSamples } = options;
  const context = { path, samples, seed, signal, progress, ...(data && { data }) };
  const result = await pruneByScores({ model, weights, criterion, options, sparsity, context });
  return { model: replaceWeights(model, result.replacements), notes: [...notes, ...result.notes] };
}

/** Whether scores or the division among layers are measured on samples. */
export function needsSamples({ criterion, scope }: PruneOptions): boolean {
  return criterionOf(criterion).needs === 'data' || scope === 'sensitivity';
}

/** Whether magnitudes need not be held in memory to choose by them. */
function isByMagnitude({ criterion, granularity, scope }: PruneOptions): boolean {
  return criterion === 'magnitude' && granularity === 'element' && scope !== 'sensitivity';
}
