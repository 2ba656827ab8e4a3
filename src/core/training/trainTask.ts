// What a training run is given.
import type { CurvesView } from '../../shared/contracts/viewModels';
import type { DataSplits } from '../data/dataSet';
import type { Model } from '../ir/graph';
import type { Forms } from './forms';
import type { Masking } from './masking';
import type { TrainOptions } from './trainOptions';

export interface TrainTask {
  readonly model: Model;
  /** Of the model's file, for messages. */
  readonly path: string;
  readonly data: Pick<DataSplits, 'train' | 'validation'>;
  readonly options: TrainOptions;
  /** Of everything random. */
  readonly seed: number;
  /** Weights that are zero now stay zero. */
  readonly keepZeros: boolean;
  /** Chooses anew which weights count as zero while the training goes on, in place of zeros that stay. */
  readonly masking?: Masking;
  /** What the network runs with in place of weights and values. Not beside masking. */
  readonly forms?: Forms;
  /** Where the run leaves its state after each epoch and goes on from what it finds; not kept where not given. */
  readonly checkpointFolder?: string;
  /** Place of the training step in the recipe, from 0. */
  readonly step: number;
}

export interface TrainContext {
  readonly signal: AbortSignal;
  /** Progress of the run from 0 to 1, with where it stands. */
  readonly progress: (fraction: number, detail?: string) => void;
  /** Gets the curves so far: those of a resumed run at once, then after each epoch. */
  readonly curves: (view: CurvesView) => void;
  /** Awaited before each step: resolves at once, or when the run is no longer paused. */
  readonly gate: () => Promise<void>;
}
