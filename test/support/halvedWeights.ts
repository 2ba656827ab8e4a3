// A pruning that is easy to foresee.
import { weightsOf } from '../../src/core/compression/weights';
import type { Model } from '../../src/core/ir/graph';
import { encodeNumbers, tensorNumbers } from '../../src/core/ir/numbers';
import { Tensor } from '../../src/core/ir/tensor';

/** Every weight without its smaller half. */
export function halvedWeights(model: Model): Map<Tensor, Tensor> {
  return new Map(
    weightsOf(model).map(({ tensor }) => {
      const values = tensorNumbers(tensor);
      const median = [...values].map(Math.abs).toSorted((a, b) => a - b)[values.length >> 1]!;
      const masked = values.map((value) => (Math.abs(value) < median ? 0 : value));
      return [
        tensor,
        Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, encodeNumbers(tensor.type, masked)),
      ];
    }),
  );
}
