// What a weight can be stored as: on uniform grids, as places in a codebook, or as half-precision numbers. Everything
// that changes a weight for its grid (better rounding, training) gives values that lie on the grid, or grids that fit
// better; the file is written from the two, and rounding a value that is on its grid changes nothing.
import type { Tensor } from '../../../ir/tensor';
import type { AffineGrid, Levels } from './affineGrid';
import type { GridLayout } from './gridLayout';

export type WeightGrid = UniformGrid | CodebookGrid | HalfGrid;

/** One affine grid for a tensor, one for each output channel, or one for each group of inputs of an output. */
export interface UniformGrid extends Levels {
  readonly kind: 'uniform';
  /** From 2 to 8. */
  readonly bits: number;
  readonly layout: GridLayout;
  /** One for each grid of the layout: positive normal float32 numbers. */
  readonly scales: Float32Array;
  /** As many, each in lowest..highest. */
  readonly zeroPoints: Int8Array;
}

/** Every element is one of a few values, which are stored once; the tensor holds places in the list of them. */
export interface CodebookGrid {
  readonly kind: 'codebook';
  /** A place takes so many bits, from 1 to 8; there are at most 2^bits values. */
  readonly bits: number;
  /** Ascending float32 numbers. */
  readonly values: Float32Array;
  /** Where given, an element is its value times the scale of its group. */
  readonly groups?: { readonly layout: GridLayout; readonly scales: Float32Array };
}

/** A float type of 16 bits; the weight is cast back to the type that its layer wants. */
export interface HalfGrid {
  readonly kind: 'half';
  readonly type: 'float16' | 'bfloat16';
}

/** The grid of the layout at an index. */
export function gridAt(grid: UniformGrid, index: number): AffineGrid {
  const { lowest, highest, scales, zeroPoints } = grid;
  return { lowest, highest, scale: scales[index]!, zeroPoint: zeroPoints[index]! };
}

/** The grids of the weights that are quantized, by their stored tensors in the model at hand. */
export type WeightGrids<Grid extends WeightGrid = WeightGrid> = ReadonlyMap<Tensor, Grid>;
