// Plain data that the editor shows: what the engine's answers and the panel's snapshots are made of. Nothing here
// is larger than a summary; tensors themselves never leave the engine.
import type { Note } from '../base/messages';

/** Null where a dimension is unknown; a string where it is named. */
export type ShapeView = readonly (number | string | null)[];

export interface TensorView {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Elements, as far as they count as parameters; 0 for shapes, indices, scales of integers and the like. */
  readonly parameters: number;
  readonly bytes: number;
  /** Fraction of elements that are exactly zero (for quantized weights: equal to their zero point). */
  readonly sparsity: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
}

export interface LayerView {
  readonly name: string;
  readonly operator: string;
  readonly parameters: number;
  readonly bytes: number;
  /** Multiply-accumulates for one sample; null where they are unknown. */
  readonly macs: number | null;
  readonly sparsity: number | null;
  readonly outputShape: ShapeView | null;
  readonly tensors: readonly TensorView[];
}

export interface TotalsView {
  readonly parameters: number;
  /** Bytes of the file, external data included. */
  readonly bytes: number;
  readonly macs: number;
  readonly sparsity: number;
}

/** The answer of `inspect`. */
export interface ModelView {
  readonly path: string;
  readonly format: string;
  readonly producer?: string;
  /** Like "ai.onnx 13". */
  readonly opsets: readonly string[];
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly shape: ShapeView | null;
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly shape: ShapeView | null;
  }[];
  readonly totals: TotalsView;
  readonly layers: readonly LayerView[];
  readonly warnings: readonly Note[];
}

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

/** One tensor of one model. */
export interface TensorDetailView {
  readonly tensor: TensorView;
  readonly heatmap: HeatmapView;
  readonly histogram: HistogramView;
}

/** How one tensor differs between the original and the compressed model. */
export interface TensorErrorView {
  readonly heatmap: HeatmapView;
  readonly histogram: HistogramView;
  readonly mse: number;
  /** Null where the error is exactly zero. */
  readonly sqnrDb: number | null;
  readonly maxError: number;
  /** The grid, where the compressed tensor is quantized. Scale is that of the first channel where there are several. */
  readonly quantization?: {
    readonly type: string;
    readonly scale: number;
    readonly zeroPoint: number;
    readonly channels: number;
  };
}

/** What the panel draws of a selected layer: its weight tensor before and, where there is a result, after. */
export interface LayerDetailView {
  readonly layer: string;
  readonly before: TensorDetailView;
  readonly after?: TensorDetailView;
  readonly error?: TensorErrorView;
}

/** The steps of a compression as a recipe writes them: `[{ prune: { sparsity: 0.9 } }, { quantize: { … } }]`. */
export type StepsView = readonly { readonly [step: string]: Readonly<Record<string, unknown>> }[];

export interface SizesView {
  readonly parameters: number;
  /** Of the parameters. */
  readonly nonZeros: number;
  /** Fraction of zeros among the weights; biases and normalization parameters are never pruned and do not count. */
  readonly sparsity: number;
  readonly macs: number;
  /** Bytes of the file on disk, external data included. */
  readonly bytes: number;
  readonly gzipBytes: number;
}

export interface LayerChangeView {
  readonly name: string;
  readonly operator: string;
  readonly parameters: number;
  readonly sparsityBefore: number;
  readonly sparsityAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly typeBefore: string;
  readonly typeAfter: string;
  readonly mse: number;
  readonly sqnrDb: number | null;
  readonly maxError: number;
  readonly cosine: number;
}

export interface OutputChangeView {
  readonly name: string;
  readonly mse: number;
  readonly sqnrDb: number | null;
  readonly maxError: number;
  /** Mean KL(original ‖ compressed) in nats over the last axis; only for outputs that are class scores. */
  readonly kl?: number;
  /** Fraction of samples with the same top class; only for outputs that are class scores. */
  readonly agreement?: number;
}

/** Accuracy of a file on labelled data, measured by running that file. */
export interface AccuracyView {
  readonly accuracy: number;
  readonly loss: number;
  readonly samples: number;
}

export interface LatencyView {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly threads: number;
  readonly batch: number;
}

/** The answer of `compare`. */
export interface ComparisonView {
  readonly layers: readonly LayerChangeView[];
  readonly outputs: readonly OutputChangeView[];
  /** What the outputs were compared on, like "random seed 1, 8 samples" or "glyphs". */
  readonly comparedOn: string;
  readonly accuracy?: { readonly before: AccuracyView; readonly after: AccuracyView };
  readonly notes: readonly Note[];
}

/** The answer of `compress`, and the content of report.json. */
export interface ReportView extends ComparisonView {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly seconds: number;
  readonly steps: StepsView;
  readonly original: { readonly path: string } & SizesView;
  readonly compressed: { readonly path: string } & SizesView;
  /** Compressed bytes over original bytes, of the files on disk. */
  readonly ratio: number;
  readonly latency?: LatencyView;
}

export interface EstimateView {
  readonly bytesBefore: number;
  /** Expected size of the written file. */
  readonly bytesAfter: number;
  readonly parameters: number;
  readonly nonZerosAfter: number;
}

export interface ProgressView {
  /** What is being done: a phase of a job. */
  readonly phase: 'reading' | 'pruning' | 'quantizing' | 'writing' | 'comparing' | 'measuring';
  /** 0 to 1 over the whole job. */
  readonly fraction: number;
  /** The layer or file at hand. */
  readonly detail?: string;
}
