// What the ways of better rounding have in common: each rounds the weight of one layer for what comes into the layer.
import type { Model } from '../../../ir/graph';
import type { Numbers } from '../../../ir/numbers';
import type { LayerWalk } from '../../reconstruction/layerByLayer';
import type { Weight } from '../../weights';
import type { UniformGrid } from '../grids/weightGrid';

/** How far the outputs of a layer are from what they should be, as sums over samples and outputs. */
export interface RoundingErrors {
  /** Σ y² of what the outputs should be. */
  readonly signal: number;
  /** Σ (y − ỹ)² with every weight rounded to nearest. */
  readonly errorOfNearest: number;
  /** The same with the weights that were found, no larger. */
  readonly error: number;
}

export interface RoundedWeight extends RoundingErrors {
  /** As many as the tensor has elements, each on its grid. */
  readonly values: Numbers;
}

export interface WeightToRound {
  readonly weight: Weight;
  readonly grid: UniformGrid;
  /** As it was given. */
  readonly original: Model;
  /** The model in which the weights before this one are rounded. */
  readonly current: Model;
}

export interface RoundingOptions extends Omit<LayerWalk, 'progress'> {
  /** Of what is drawn. */
  readonly seed: number;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** The rounded weight, or the reason in words why its layer cannot be measured. */
export type RoundWeight = (task: WeightToRound, options: RoundingOptions) => Promise<RoundedWeight | string>;
