// How a kind of grid is written: the tensors that stand in a file for a weight, and the nodes that compute it.
import type { ElementType } from '../../../ir/elementType';
import type { FreshName } from '../../../ir/freshNames';
import type { Node } from '../../../ir/graph';
import type { Tensor } from '../../../ir/tensor';
import type { WeightGrid } from '../grids/weightGrid';

/** Domain of DequantizeLinear: the standard one, or ONNX Runtime's own, which works with every opset. */
export type DequantizeDomain = '' | 'com.microsoft';

export interface WeightToStore<Grid extends WeightGrid> {
  /** Name under which the graph has the weight. */
  readonly value: string;
  readonly tensor: Tensor;
  readonly grid: Grid;
  readonly domain: DequantizeDomain;
  /** The version of the standard operators that the model will have. */
  readonly opset: number;
  readonly fresh: FreshName;
}

export interface StoredWeight {
  readonly tensors: readonly Tensor[];
  /** In order; the last one makes `output`. */
  readonly nodes: readonly Node[];
  /** The weight's numbers, of `type`, in the shape in which they are stored. */
  readonly output: string;
  readonly type: ElementType;
  /** Set where the weight has another shape than `output`. */
  readonly reshaped?: true;
}

export type StoreWeight<Grid extends WeightGrid> = (weight: WeightToStore<Grid>) => StoredWeight;
