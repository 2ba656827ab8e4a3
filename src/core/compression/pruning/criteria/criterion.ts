// What tells which weights matter least. `criteria.ts` is the table of them; a criterion only scores, and knows
// nothing of what is removed together, of how many weights go and of when.
import type { DataSplits } from '../../../data/dataSet';
import type { Model } from '../../../ir/graph';
import type { Tensor } from '../../../ir/tensor';
import type { Weight } from '../../weights';

export interface Criterion {
  /** The value of the option `criterion`. */
  readonly id: string;
  /** What it measures, in a phrase for the help and the documentation. */
  readonly description: string;
  /** Whether the scores follow from the weights alone, or from samples too. */
  readonly needs: 'weights' | 'data';
  /** The paper, or the reason why there is none. */
  readonly reference: string;
  /**
   * The importance of every element of each weight tensor: the smallest are pruned first. As long as the tensor, never
   * NaN. A weight that the criterion cannot score has no entry. Scores may be negative; only their order within a
   * criterion means anything, except that groups of elements add them up.
   */
  readonly scores: (
    model: Model,
    weights: readonly Weight[],
    context: CriterionContext,
  ) => Promise<ReadonlyMap<Tensor, Float32Array>>;
}

export interface CriterionContext {
  /** The model's file, for messages. */
  readonly path: string;
  /** What a criterion measures on: training samples only. Always there for a criterion that needs data. */
  readonly data?: DataSplits;
  /** Training samples that a criterion measures on; fewer where there are fewer. */
  readonly samples: number;
  /** Of everything random. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}
