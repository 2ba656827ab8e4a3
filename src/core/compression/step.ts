// What a step of a recipe is. `steps.ts` is the table of all of them; the schema, the command line's options, the
// form in the editor and the documentation derive from it.
import type { z } from 'zod';
import type { Note } from '../../shared/base/messages';
import type { CurvesView, ProgressView, TrainingView } from '../../shared/contracts/viewModels';
import type { DataSplits } from '../data/dataSet';
import type { Model } from '../ir/graph';
import type { Weight } from './weights';

export interface StepContext {
  /** The model's file, for messages. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Progress of this step from 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, detail?: string) => void;
  /** What the run trains and measures on, where it was given data. */
  readonly data?: DataSplits;
  /** Of everything random. */
  readonly seed: number;
  /** Place of the step in the recipe, from 0. */
  readonly index: number;
  /** Whether an earlier step set weights to zero that are to stay zero. */
  readonly pruned: boolean;
  /** Fraction of the weights that are zero in the model that the step is given. */
  readonly sparsity: () => number;
  /** A folder for what a killed run goes on from; undefined where it cannot be continued. */
  readonly checkpointFolder?: string;
  /** Gets the curves of a training step after each epoch. */
  readonly curves: (curves: CurvesView) => void;
  /** Resolves at once, or when the run is no longer paused. */
  readonly gate: () => Promise<void>;
}

export interface StepResult {
  readonly model: Model;
  readonly notes: readonly Note[];
  /** The step set weights to zero; training keeps them so. */
  readonly pruned?: true;
  readonly training?: TrainingView;
}

/** A row of the table of steps. Built by `defineStep`, which ties the schema to the options that the functions get. */
export interface Step {
  /** The key in a recipe. */
  readonly id: string;
  readonly title: string;
  readonly phase: ProgressView['phase'];
  /** Options with their ranges, defaults and descriptions; `describeOptions` lists them. */
  readonly schema: z.ZodObject;
  /** Whether the step needs data whatever its options. */
  readonly needsData: boolean;
  /** Checks the options and fills in the defaults. Throws STEP_INVALID. */
  readonly parse: (options: unknown) => ParsedStep;
}

/** A step with options that are known to be right. */
export interface ParsedStep {
  readonly id: string;
  readonly title: string;
  readonly phase: ProgressView['phase'];
  /** Whether it needs data with these options. */
  readonly needsData: boolean;
  /** Roughly the part of a run's time that it takes, beside the other steps of the run. */
  readonly effort: number;
  /** The options with their defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the name of the written file tells of the step, like "prune90" or "int8". */
  readonly suffix: string;
  /** A new model; the given one is not changed, and is returned itself where there was nothing to do. */
  readonly apply: (model: Model, context: StepContext) => Promise<StepResult>;
  /** What the step would make of a weight, without reading it. */
  readonly estimate: (share: WeightShare) => WeightShare;
  /** Bytes that it would add to the file beside those of weights. */
  readonly estimateOthers: (model: Model) => number;
}

/** What a weight takes of a file, as far as that follows from its shape and type. */
export interface WeightShare {
  /** The model that the weight is of. */
  readonly model: Model;
  readonly weight: Weight;
  /** Bytes of its content, and of what steps have added to the file for it. */
  readonly bytes: number;
  /** Elements of it, or of what has taken its place. */
  readonly elements: number;
  /** Elements that may be other than zero. */
  readonly nonZeros: number;
  /** The figures are upper bounds: a step takes out what only the weights tell. */
  readonly atMost?: true;
}
