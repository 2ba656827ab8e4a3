// What became of the layers of a model in another one: rows of a comparison and of a report.

/**
 * A layer before and after. Figures of the weights are those of all of them, or of all parameters where a layer has no
 * weights. What is optional and not said to be something else is missing in older reports.
 */
export interface LayerChangeView {
  /** The layer's label in the original; of an added one, in the result. */
  readonly name: string;
  readonly operator: string;
  /** What happened to the layer other than to its values; missing where its weights have their shapes still. */
  readonly change?: 'resized' | 'replaced' | 'added' | 'removed';
  /** The layers that stand for a replaced one. The figures after are of all of them together. */
  readonly parts?: readonly LayerPartView[];
  /** Shape of the largest weight; missing where there is no layer, and for a layer that several stand for. */
  readonly shapeBefore?: readonly number[];
  readonly shapeAfter?: readonly number[];
  readonly parameters: number;
  readonly parametersAfter?: number;
  /** Null where there is no layer. */
  readonly sparsityBefore: number | null;
  readonly sparsityAfter: number | null;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** From here to the types only in the report of a run. Of all parameters. */
  readonly nonZerosBefore?: number;
  readonly nonZerosAfter?: number;
  /** Multiply-accumulates for one sample; null where they are unknown. */
  readonly macsBefore?: number | null;
  readonly macsAfter?: number | null;
  /** All that the layer stores as gzip of level 6, by itself. The next two are as in `SizesView`. */
  readonly gzipBytesBefore?: number;
  readonly gzipBytesAfter?: number;
  readonly sparseBytesBefore?: number;
  readonly sparseBytesAfter?: number;
  readonly entropyBytesBefore?: number;
  readonly entropyBytesAfter?: number;
  /** Of the largest weight; null where there is no layer. */
  readonly typeBefore: string | null;
  readonly typeAfter: string | null;
  /** Errors of the weights; missing where they have other shapes, or there is nothing to compare. */
  readonly mse?: number;
  readonly sqnrDb?: number | null;
  readonly maxError?: number;
  readonly cosine?: number;
}

/** A layer that stands, by itself or with others, for a layer of the original. */
export interface LayerPartView {
  readonly name: string;
  readonly operator: string;
  /** Shape and type of the largest weight. */
  readonly shape: readonly number[];
  readonly type: string;
  readonly parameters: number;
  readonly bytes: number;
  readonly sparsity: number;
}
