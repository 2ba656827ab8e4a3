// What a compression is to do, as the command line's flags or a recipe say it.
import { readRecipe, type Recipe } from '../core/experiment/recipe/recipe';
import { CounterweightError } from '../shared/base/errors';
import { stepsOf, type StepFlags } from './stepFlags';

export interface CompressionFlags extends StepFlags {
  readonly recipe?: string;
  readonly data?: string;
  readonly seed?: number;
}

/** Flags of steps and a recipe exclude each other; model, data and seed override those of a recipe. Throws USAGE. */
export function compressionOf(model: string | undefined, flags: CompressionFlags): Recipe {
  const { recipe: file, data, seed } = flags;
  const said = { ...(data !== undefined && { data }), ...(seed !== undefined && { seed }) };
  if (file === undefined) {
    if (model === undefined) throw usage('Name the model, or a recipe that names one with --recipe.');
    return { model, seed: 1, steps: stepsOf(flags), ...said };
  }
  const steps = (['prune', 'train', 'quantize'] as const).filter((flag) => flags[flag] !== undefined);
  if (steps.length > 0) {
    const named = steps.map((flag) => `--${flag}`).join(', ');
    throw usage(`--recipe says what is done; leave out ${named}, or change the recipe's values with --set.`);
  }
  return { ...readRecipe(file, flags.set), ...(model !== undefined && { model }), ...said };
}

function usage(problem: string): CounterweightError {
  return new CounterweightError('USAGE', { problem });
}
