// What a step of a recipe is. `steps.ts` is the table of all of them; the schema, the command line's options, the
// form in the editor and the documentation derive from it.
import type { z } from 'zod';
import type { Note } from '../../shared/base/messages';
import type { ProgressView } from '../../shared/contracts/viewModels';
import type { Model } from '../ir/graph';

export interface StepContext {
  readonly signal: AbortSignal;
  /** Progress of this step from 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, detail?: string) => void;
}

export interface StepResult {
  readonly model: Model;
  readonly notes: readonly Note[];
}

/** Built by `defineStep`, which ties the schema to the options that the functions get. */
export interface Step<Options = unknown> {
  /** The key in a recipe. */
  readonly id: string;
  readonly title: string;
  readonly phase: ProgressView['phase'];
  /** Options with their ranges, defaults and descriptions. */
  readonly schema: z.ZodType<Options>;
  /** What the name of the written file tells of the step, like "prune90" or "int8". */
  readonly suffix: (options: Options) => string;
  /** A new model; the given one is not changed. */
  readonly apply: (model: Model, options: Options, context: StepContext) => Promise<StepResult>;
}
