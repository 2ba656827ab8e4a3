// The table of recipe steps, and what is done with a list of them. Adding a compression method is adding its folder
// and its line here; schema, command line, forms and documentation follow.
import { CounterweightError } from '../../shared/base/errors';
import type { Note } from '../../shared/base/messages';
import type { StepsView } from '../../shared/contracts/viewModels';
import type { Model } from '../ir/graph';
import { unknownKey } from './optionProblem';
import { prune } from './pruning/prune';
import { quantize } from './quantization/quantize';
import type { ParsedStep, Step, StepContext, StepResult } from './step';
import { reasonWithoutWeights } from './weights';

export const steps: readonly Step[] = [prune, quantize];

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

/**
 * Applies the steps in order; the given model is not changed. Progress is that of all steps together.
 * Throws NOTHING_TO_DO where no step changes anything, and an AbortError when the signal is aborted.
 */
export async function applySteps(
  model: Model,
  parsed: readonly ParsedStep[],
  context: StepContext,
): Promise<StepResult> {
  const notes: Note[] = [];
  const missing = reasonWithoutWeights(model);
  if (missing !== undefined) {
    throw new CounterweightError('NOTHING_TO_DO', { path: context.path, reason: missing });
  }
  let current = model;
  for (const [index, step] of parsed.entries()) {
    context.signal.throwIfAborted();
    const result = await step.apply(current, {
      ...context,
      progress: (fraction, detail) => context.progress((index + fraction) / parsed.length, detail),
    });
    current = result.model;
    notes.push(...result.notes);
  }
  if (current === model) {
    throw new CounterweightError('NOTHING_TO_DO', { path: context.path, reason: reasonUnchanged(notes) });
  }
  return { model: current, notes };
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
