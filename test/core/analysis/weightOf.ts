// A layer's weight tensor for tests, without a model around it.
import type { LayerTensor } from '../../../src/core/operators/layers';
import { floats } from '../../support/build';

export function weightOf(
  shape: readonly number[],
  values: ArrayLike<number>,
  outputAxis?: number,
): LayerTensor {
  return {
    value: 'weight',
    tensor: floats('weight', shape, values),
    role: 'weight',
    parameters: values.length,
    ...(outputAxis === undefined ? {} : { outputAxis }),
  };
}
