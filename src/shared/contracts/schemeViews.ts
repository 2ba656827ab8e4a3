// What schemes of quantization would do to a model, side by side, before any of them is chosen.

/** A way of storing weights that is offered for comparison. */
export type SchemeId = (typeof schemeIds)[number];

export const schemeIds = [
  'float16',
  'bfloat16',
  'int8',
  'int8-tensor',
  'int4-group',
  'int4',
  'int3-group',
  'int2-group',
] as const;

/** What a scheme comes to. Errors are those of the weights. */
export interface SchemeFiguresView {
  /** About what is stored then. */
  readonly bytes: number;
  readonly mse: number;
  /** Null where the error is exactly zero. */
  readonly sqnrDb: number | null;
  readonly maxError: number;
}

export interface LayerSchemeView extends SchemeFiguresView {
  /** Why weights of the layer keep their type; missing where none do. */
  readonly kept?: string;
}

export interface SchemeView {
  readonly id: SchemeId;
  /** Of the step `quantize`, as a recipe writes them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of the whole file. */
  readonly model: SchemeFiguresView;
  /** In the order of the layers. */
  readonly layers: readonly LayerSchemeView[];
}

/** The answer of `schemes`. */
export interface SchemesView {
  readonly path: string;
  /** Of the file as it is. */
  readonly bytes: number;
  /** Those that have weights, in graph order; bytes of all that they store. */
  readonly layers: readonly { readonly name: string; readonly operator: string; readonly bytes: number }[];
  readonly schemes: readonly SchemeView[];
}
