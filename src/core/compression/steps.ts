// The table of recipe steps, and what is done with a list of them. Adding a compression method is adding its folder
// and its line here; schema, command line, forms and documentation follow.
import { CounterweightError } from '../../shared/base/errors';
import type { Note } from '../../shared/base/messages';
import type { StepsView, TrainingView } from '../../shared/contracts/viewModels';
import type { Model } from '../ir/graph';
import { unknownKey } from './optionProblem';
import { lowRank } from './compact/lowRank';
import { replace } from './compact/replace';
import { prune } from './pruning/prune';
import { sparsityOf } from './pruning/sameZeros';
import { quantize } from './quantization/quantize';
import type { ParsedStep, Step, StepContext } from './step';
import { train } from './training/trainStep';
import { reasonWithoutWeights } from './weights';

export const steps: readonly Step[] = [replace, lowRank, prune, quantize, train];

/** Checks the steps of a recipe and fills in their defaults. Throws STEP_INVALID. */
export function parseSteps(given: StepsView): ParsedStep[] {
  return given.map((entry, index) => {
    const [id, ...others] = Object.keys(entry);
    if (id === undefined || others.length > 0) {
      throw new CounterweightError('STEP_INVALID', {
        step: index + 1,
        problem: `each entry names exactly one step, not ${id === undefined ? 'none' : [id, ...others].join(', ')}`,
      });
    }
    const step = steps.find((candidate) => candidate.id === id);
    if (!step) {
      const known = steps.map((candidate) => candidate.id);
      throw new CounterweightError('STEP_INVALID', { step: id, problem: unknownKey(id, known, 'step') });
    }
    return step.parse(entry[id]);
  });
}

/** What a run's steps share; each gets its own place and what the steps before it did. */
export interface StepsContext extends Omit<StepContext, 'index' | 'pruned' | 'sparsity' | 'progress'> {
  /** Progress of all steps together, with the step at hand. */
  readonly progress: (fraction: number, step: ParsedStep, detail?: string) => void;
  /** Keeps what steps made, where the run can be continued. */
  readonly keeper?: StepKeeper | undefined;
}

/** What the steps up to one of them made. */
export interface FinishedStep {
  /** Place of the last of them in the recipe, from 0. */
  readonly index: number;
  readonly model: Model;
  readonly notes: readonly Note[];
  readonly training: readonly TrainingView[];
  readonly pruned: boolean;
}

export interface StepKeeper {
  /** The last step that was kept, from which the run goes on; undefined where none was. */
  readonly latest: () => Promise<FinishedStep | undefined>;
  /** Gets each step that changed something, and what it took. */
  readonly keep: (finished: FinishedStep, tookMs: number) => Promise<void>;
}

export interface StepsResult {
  readonly model: Model;
  readonly notes: readonly Note[];
  /** One entry for each training step. */
  readonly training: readonly TrainingView[];
}

/**
 * Applies the steps in order; the given model is not changed. Throws NOTHING_TO_DO where no step changes anything,
 * STEP_NEEDS_DATA where a step trains and there is no data, and an AbortError when the signal is aborted.
 */
export async function applySteps(
  model: Model,
  parsed: readonly ParsedStep[],
  context: StepsContext,
): Promise<StepsResult> {
  const effort = parsed.reduce((sum, step) => sum + step.effort, 0);
  const missing = reasonWithoutWeights(model);
  if (missing !== undefined) {
    throw new CounterweightError('NOTHING_TO_DO', { path: context.path, reason: missing });
  }
  const kept = await context.keeper?.latest();
  const notes: Note[] = [...(kept?.notes ?? [])];
  const training: TrainingView[] = [...(kept?.training ?? [])];
  let current = kept?.model ?? model;
  let pruned = kept?.pruned ?? false;
  let done = 0;
  for (const [index, step] of parsed.entries()) {
    context.signal.throwIfAborted();
    if (kept && index <= kept.index) {
      done += step.effort;
      continue;
    }
    const started = performance.now();
    const given = current;
    const earlier = [...training];
    const result = await step.apply(given, {
      ...context,
      index,
      pruned,
      sparsity: () => sparsityOf(given),
      curves: (view) => context.curves(earlier.length === 0 ? view : { ...view, earlier }),
      progress: (fraction, detail) =>
        context.progress((done + fraction * step.effort) / effort, step, detail),
    });
    current = result.model;
    pruned ||= result.pruned ?? false;
    done += step.effort;
    notes.push(...result.notes);
    if (result.training) training.push(result.training);
    if (current === model) continue;
    await context.keeper?.keep(
      { index, model: current, notes, training, pruned },
      performance.now() - started,
    );
  }
  if (current === model) {
    throw new CounterweightError('NOTHING_TO_DO', { path: context.path, reason: reasonUnchanged(notes) });
  }
  return { model: current, notes, training };
}

/** What the steps add to the name of the written file, like "prune80.int8". */
export function outputSuffix(parsed: readonly ParsedStep[]): string {
  return parsed.map((step) => step.suffix).join('.');
}

function reasonUnchanged(notes: readonly Note[]): string {
  const reasons = new Set(
    notes.flatMap(({ values }) => (values['reason'] === undefined ? [] : [values['reason']])),
  );
  if (reasons.size === 0) return 'the steps change none of its weights';
  return `the steps change none of its weights (${[...reasons].join('; ')})`;
}
