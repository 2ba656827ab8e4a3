// Trains a network step by step: what the training loop, the benchmarks and the diagnosis work with.
import type { LossKind } from '../../shared/contracts/viewModels';
import type { ScoreKind } from '../analysis/classScores';
import type { Batch, DataSet, Targets } from '../data/dataSet';
import type { Model } from '../ir/graph';
import type { Note } from '../../shared/base/messages';
import type { TrainOptions } from './trainOptions';

/** The options of a run that decide what one step computes. */
export type StepOptions = Pick<
  TrainOptions,
  | 'batch'
  | 'optimizer'
  | 'momentum'
  | 'nesterov'
  | 'weightDecay'
  | 'l1'
  | 'clipNorm'
  | 'dropout'
  | 'loss'
  | 'labelSmoothing'
>;

export interface TrainerSpec {
  readonly model: Model;
  /** Of the model's file, for messages. */
  readonly path: string;
  /** What a sample consists of; `dataInputs` tells how it feeds the model. */
  readonly inputs: DataSet['inputs'];
  readonly targets: Targets;
  /** Name of the data, for messages. */
  readonly data?: string;
  readonly options: StepOptions;
  /** Stored weights that are zero now stay zero. */
  readonly keepZeros: boolean;
  readonly signal: AbortSignal;
}

export interface StepResult {
  /** Mean over the samples, before the step; plain, without smoothing and penalties, as `evaluate` measures it. */
  readonly loss: number;
  /** Norm of the gradient over all trained weights, before it is clipped. */
  readonly gradientNorm: number;
}

/** Everything that a checkpoint needs. */
export interface TrainerState {
  /** Steps done. */
  readonly steps: number;
  /** Weights, state of the optimizer and running statistics by name. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

export interface Trainer {
  readonly loss: LossKind;
  /** What the outputs of the model's file are; for `evaluate`. */
  readonly scores: ScoreKind;
  /** Most samples in one step: `options.batch`, or the model's own batch where that is fixed in its graph. */
  readonly batch: number;
  /** Elements that are trained. */
  readonly parameters: number;
  /** Layers with weights that are not trained. */
  readonly frozen: readonly { readonly layer: string; readonly reason: string }[];
  /** What is worth knowing about how the model is trained. */
  readonly notes: readonly Note[];
  /** One step of the optimizer on up to `batch` samples. `seed` draws the dropout masks. Throws DATA_INVALID. */
  step(batch: Batch, options: { readonly learningRate: number; readonly seed: number }): Promise<StepResult>;
  /** A copy of the present state. */
  state(): TrainerState;
  /** Goes back to a state, bit by bit: what follows is what would have followed. */
  restore(state: TrainerState): void;
  /** The given model with the present (or the given state's) weights and statistics. */
  model(state?: TrainerState): Model;
  /** The layer with the first weight that is not finite, if there is one. */
  notFinite(): string | undefined;
  dispose(): Promise<void>;
}
