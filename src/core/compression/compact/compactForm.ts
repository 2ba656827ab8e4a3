// What a way of writing layers smaller has to say: one form for each kind of chain.
import type { Pause } from '../../ir/pacing';
import type { LinearShape } from './linearLayers';
import type { Stage, StageShape, WeightBlock } from './stage';

export interface CompactForm {
  /** The version of the standard operators from which on it can be written. Any if not given. */
  readonly leastOpset?: number;
  /**
   * The stages in place of a layer, or the reason in words why it cannot be written so. Undefined where that depends on
   * the weights.
   */
  readonly shapes: (layer: LinearShape) => readonly StageShape[] | string | undefined;
  /** Why a layer that can be written so should stay as it is unless it is named, in words. */
  readonly doubt?: (layer: LinearShape) => string | undefined;
  /** The stages that come nearest to a layer, or the reason in words why there are none. */
  readonly stages: (layer: LinearShape, block: WeightBlock, fit: Fit) => Promise<readonly Stage[] | string>;
}

export interface Fit {
  /**
   * Σ x xᵀ [channels · positions, channels · positions], row-major, over what the layer gets: with it, what is near is
   * the output. Without, the weights.
   */
  readonly moments?: Float64Array;
  readonly pause: Pause;
}
