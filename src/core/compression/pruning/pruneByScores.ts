// Pruning by the scores of a criterion, in any granularity and scope. Everything that weights are removed by is held in
// memory: four bytes a weight.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import { pauseFor, type Pause } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import { allocateSparsity } from './allocateSparsity';
import type { Criterion, CriterionContext } from './criteria/criterion';
import { droppedUnits, masked, type ScoredWeight, type UnitsOf } from './droppedUnits';
import { zerosOf } from './maskedTensor';
import { patternMask } from './nmPattern';
import { placesInOutput } from './placesInOutput';
import { byLayer, type PrunableWeight } from './prunableWeights';
import { defaultPattern, type PruneOptions } from './pruneOptions';
import { measureHarm } from './measureHarm';
import { contestsOf, type SparsityTarget } from './sparsityOfLayers';
import { unitsBy } from './unitsBy';
import { inputLines } from './weightAxes';

export interface ScoredTask {
  readonly model: Model;
  readonly weights: readonly PrunableWeight[];
  readonly criterion: Criterion;
  readonly options: PruneOptions;
  /** Not used for patterns. */
  readonly target: SparsityTarget;
  readonly context: CriterionContext;
}

export interface ScoredResult {
  readonly replacements: ReadonlyMap<Tensor, Tensor>;
  readonly notes: readonly Note[];
}

/** Zeroes the weights of lowest score. Throws what the criterion and the measurement of harm throw. */
export async function pruneByScores(task: ScoredTask): Promise<ScoredResult> {
  const { options, context } = task;
  const pause = pauseFor(context.signal);
  const { scored, notes } = await scoresOf(task, pause);
  if (options.granularity === 'n:m') return prunePattern(scored, notes, options, pause);
  const unitsOf = unitsBy(options);
  const replacements = new Map<Tensor, Tensor>();
  for (const { weights, count } of await budgetsOf(scored, unitsOf, task)) {
    for (const [tensor, pruned] of await droppedUnits(weights, count, unitsOf, pause)) {
      replacements.set(tensor, pruned);
    }
  }
  return { replacements, notes };
}

async function scoresOf(
  { model, weights, criterion, options, context }: ScoredTask,
  pause: Pause,
): Promise<{ readonly scored: readonly ScoredWeight[]; readonly notes: readonly Note[] }> {
  const byOutput = options.scope === 'output';
  const scores = await criterion.scores(model, weights, context);
  const notes: Note[] = [];
  const scored: ScoredWeight[] = [];
  for (const weight of weights) {
    const own = scores.get(weight.tensor)?.slice();
    if (!own) {
      const reason = `the criterion ${criterion.id} cannot score a weight of its layer`;
      notes.push(note('NOT_PRUNED', { tensor: weight.value, reason }));
      continue;
    }
    const zeros = zerosOf(weight.source);
    for (let i = 0; i < own.length; i++) if (zeros[i] === 1) own[i] = -Infinity;
    scored.push({ ...weight, scores: byOutput ? await placesInOutput(weight, own, pause) : own });
  }
  return { scored, notes };
}

interface Budget {
  readonly weights: readonly ScoredWeight[];
  /** Of their elements that are to be zero. */
  readonly count: number;
}

/** What competes with what, and for how much. */
async function budgetsOf(
  scored: readonly ScoredWeight[],
  unitsOf: UnitsOf,
  task: ScoredTask,
): Promise<readonly Budget[]> {
  // In scope output places within an output compete, which are as many in each of them.
  const { scope } = task.options;
  const budgets: Budget[] = [];
  for (const { layer: apart, weights, sparsity } of contestsOf(scored, task.target, scope)) {
    const count = shareOf(weights, sparsity);
    if (scope !== 'sensitivity' || apart !== undefined) {
      budgets.push({ weights, count });
      continue;
    }
    const layers = byLayer(weights);
    const curves = await measureHarm(task.model, layers, unitsOf, task.context);
    const removed = allocateSparsity(curves, count);
    for (const [layer, own] of layers) budgets.push({ weights: own, count: removed.get(layer) ?? 0 });
  }
  return budgets;
}

function shareOf(weights: readonly ScoredWeight[], sparsity: number): number {
  return Math.round(sparsity * weights.reduce((sum, { tensor }) => sum + tensor.elements, 0));
}

async function prunePattern(
  scored: readonly ScoredWeight[],
  earlier: readonly Note[],
  options: PruneOptions,
  pause: Pause,
): Promise<ScoredResult> {
  const pattern = options.pattern ?? defaultPattern;
  const replacements = new Map<Tensor, Tensor>();
  const notes = [...earlier];
  for (const weight of scored) {
    const { length } = inputLines(weight);
    if (length <= pattern.keep) {
      const reason = `it has ${length} ${length === 1 ? 'input' : 'inputs'} in a line, and ${pattern.keep} of ${pattern.of} stay`;
      notes.push(note('NOT_PRUNED', { tensor: weight.value, reason }));
      continue;
    }
    const mask = await patternMask(weight, weight.scores, pattern, pause);
    for (const [tensor, pruned] of masked(weight, mask)) replacements.set(tensor, pruned);
  }
  return { replacements, notes };
}
