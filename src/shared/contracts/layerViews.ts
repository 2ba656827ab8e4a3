// The pictures of a selected layer: what its weights look like, what became of them, and what that lost.
import type { TensorView } from './viewModels';

/** A rectangle of a weight matrix, in weights. */
export interface RegionView {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * A weight tensor seen as a matrix (output channels × everything else) and summed up in at most 512×512 cells.
 * Cell (r, c) covers the weights from floor(r·rows/cellRows) on, and likewise for columns, within the region.
 */
export interface HeatmapView {
  /** Size of the whole matrix in weights. */
  readonly matrixRows: number;
  readonly matrixColumns: number;
  readonly region: RegionView;
  readonly cellRows: number;
  readonly cellColumns: number;
  /**
   * Mean of the finite values in each cell, row-major; in an error heatmap, of the errors (after − before). NaN in a
   * cell without a finite value, and likewise for magnitudes.
   */
  readonly mean: Float32Array;
  /** Mean magnitude in each cell, row-major. */
  readonly magnitude: Float32Array;
  /** Fraction of zeros in each cell, row-major. */
  readonly zeros: Float32Array;
  /** The largest magnitude of a single weight in the region. */
  readonly maxMagnitude: number;
}

export interface HistogramView {
  readonly min: number;
  readonly max: number;
  /** Counts of equal bins from min to max, both included. */
  readonly counts: readonly number[];
  /** Elements that are exactly zero; they are in `counts` too. */
  readonly zeros: number;
  /** Elements that are NaN or infinite, where there are any; they are in no bin. */
  readonly notFinite?: number;
}

/** The grids that the numbers of a quantized tensor lie on, and the values of one of them. */
export interface GridView {
  /** Type of the stored numbers. */
  readonly type: string;
  /** What has a grid of its own. */
  readonly per: 'tensor' | 'channel' | 'group';
  /** Number of grids. */
  readonly count: number;
  /** The one of them that the rest is about, from 0. */
  readonly index: number;
  /** Distance of its values; missing where they are those of a codebook. */
  readonly scale?: number;
  readonly zeroPoint?: number;
  /** The values that its elements can have, from the smallest to the largest that occurs; at most 256. */
  readonly levels: readonly number[];
}

/** The elements on one grid: the originals, and what became of them where they are laid beside each other. */
export interface GridDetailView {
  readonly grid: GridView;
  readonly before: HistogramView;
  readonly after?: HistogramView;
  readonly error?: ErrorFiguresView;
}

/** One tensor of one model. */
export interface TensorDetailView {
  readonly tensor: TensorView;
  readonly heatmap: HeatmapView;
  readonly histogram: HistogramView;
  /** The widest of its grids, where it is quantized to values that are few enough to be drawn. */
  readonly grid?: GridView;
}

/** The distribution of errors, which are after − before, and what they come to. */
export interface ErrorFiguresView {
  readonly histogram: HistogramView;
  readonly mse: number;
  /** Null where the error is exactly zero. */
  readonly sqnrDb: number | null;
  readonly maxError: number;
}

/** How one tensor differs between the original and the compressed model. */
export interface TensorErrorView extends ErrorFiguresView {
  readonly heatmap: HeatmapView;
}

/** What the panel draws of a selected layer: its weight tensor before and, where there is a result, after. */
export interface LayerDetailView {
  readonly layer: string;
  readonly before: TensorDetailView;
  readonly after?: TensorDetailView;
  readonly error?: TensorErrorView;
}
