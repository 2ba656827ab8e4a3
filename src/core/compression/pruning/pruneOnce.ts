// One pruning of a model: which of the ways to select weights its options ask for.
import { CounterweightError } from '../../../shared/base/errors';
import type { Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import type { StepContext } from '../step';
import { replaceWeights } from '../weights';
import { compensateBias } from './compensateBias';
import { criterionOf } from './criteria/criteria';
import { prunableWeights } from './prunableWeights';
import { pruneBelow, pruneContestsByMagnitude } from './pruneByMagnitude';
import { pruneByScores } from './pruneByScores';
import { defaultSamples, type PruneOptions } from './pruneOptions';
import { reconstruct } from './reconstruct';
import { contestsOf, type SparsityTarget } from './sparsityOfLayers';

export interface PruneTask {
  readonly model: Model;
  readonly options: PruneOptions;
  readonly target: SparsityTarget;
  /** Of what this pruning draws. */
  readonly seed: number;
}

export interface Pruned {
  readonly model: Model;
  readonly notes: readonly Note[];
}

type Context = Pick<StepContext, 'path' | 'data' | 'signal' | 'progress'>;

/** Throws STEP_INVALID, STEP_NEEDS_DATA and what criteria throw. The given model is not changed. */
export async function pruneOnce(task: PruneTask, context: Context): Promise<Pruned> {
  const { model, options } = task;
  if (options.reconstruct === 'none') {
    const { replacements, notes } = await selectWeights(task, context);
    return { model: replaceWeights(model, replacements), notes };
  }
  const { data, signal, progress } = context;
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  const selected = await selectWeights(task, {
    ...context,
    progress: (fraction, detail) => progress(selectionPart * fraction, detail),
  });
  const isFree = options.granularity === 'element' && options.threshold === undefined;
  const common = {
    data: data.train,
    samples: options.samples ?? defaultSamples,
    signal,
    progress: (fraction: number, layer: string) =>
      progress(selectionPart + (1 - selectionPart) * fraction, layer),
  };
  const { replacements, notes } =
    options.reconstruct === 'bias'
      ? await compensateBias(model, selected.replacements, common)
      : await reconstruct(model, selected.replacements, { ...common, zeros: isFree ? 'chosen' : 'given' });
  return { model: replaceWeights(model, replacements), notes: [...selected.notes, ...notes] };
}

/** The part of the progress that selecting makes where reconstruction follows. */
const selectionPart = 0.2;

async function selectWeights(
  { model, options, target, seed }: PruneTask,
  { path, data, signal, progress }: Context,
): Promise<{ readonly replacements: ReadonlyMap<Tensor, Tensor>; readonly notes: readonly Note[] }> {
  const { weights, notes } = prunableWeights(model, options.exclude);
  if (options.threshold !== undefined) {
    return { replacements: await pruneBelow(weights, options.threshold, { signal, progress }), notes };
  }
  if (isByMagnitude(options)) {
    const contests = contestsOf(weights, target, options.scope);
    return { replacements: await pruneContestsByMagnitude(contests, { signal, progress }), notes };
  }
  const criterion = criterionOf(options.criterion);
  if (!data && needsSamples(options)) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  const { samples = defaultSamples } = options;
  const context = { path, samples, seed, signal, progress, ...(data && { data }) };
  const result = await pruneByScores({ model, weights, criterion, options, target, context });
  return { replacements: result.replacements, notes: [...notes, ...result.notes] };
}

/** Whether scores, the division among layers or layers' inputs are measured on samples. */
export function needsSamples({ criterion, scope, reconstruct: by }: PruneOptions): boolean {
  return criterionOf(criterion).needs === 'data' || scope === 'sensitivity' || by !== 'none';
}

/** Whether magnitudes need not be held in memory to choose by them. */
function isByMagnitude({ criterion, granularity, scope }: PruneOptions): boolean {
  return criterion === 'magnitude' && granularity === 'element' && (scope === 'global' || scope === 'layer');
}
