// A layer's weight tensor for tests, without a model around it.
import type { LayerTensor } from '../../../src/core/operators/layers';
import { floats } from '../../support/build';

/** What `weightValues` reads of a layer's tensor. */
export type StoredWeight = Pick<LayerTensor, 'tensor' | 'dequantize' | 'outputAxis'>;

export function weightOf(
  shape: readonly number[],
  values: ArrayLike<number>,
  outputAxis?: number,
): StoredWeight {
  return {
    tensor: floats('weight', shape, values),
    ...(outputAxis === undefined ? {} : { outputAxis }),
  };
}
