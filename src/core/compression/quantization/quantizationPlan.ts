// What the parts of quantization hand on to each other: a float model, and the grids that its numbers are to lie on.
// A part gives back a new plan: other weights on the same grids, other grids, or another model.
import type { Model } from '../../ir/graph';
import type { AffineGrid } from './grids/affineGrid';
import type { WeightGrids } from './grids/weightGrid';

export interface QuantizationPlan {
  /** Still of floating-point numbers, without nodes that quantize. */
  readonly model: Model;
  /** Of the weights that become integers or places in a codebook. */
  readonly weights: WeightGrids;
  /** Of values of the outermost graph, one grid each; none where only weights are quantized. */
  readonly activations: ReadonlyMap<string, AffineGrid>;
}
