// What removing channels is measured against: the same network at full size, in which nothing reads those channels.
import { replaceWeights, weightsOf } from '../../src/core/compression/weights';
import type { ChannelSelection } from '../../src/core/compression/pruning/structured/removeChannels';
import type { Model } from '../../src/core/ir/graph';
import { encodeNumbers, tensorNumbers } from '../../src/core/ir/numbers';
import { Tensor } from '../../src/core/ir/tensor';

/** The model with the weights set to zero by which layers read the selected channels. */
export function maskedChannels(model: Model, selection: ChannelSelection): Model {
  const weights = new Map(weightsOf(model).map((weight) => [weight.value, weight]));
  const numbers = new Map<Tensor, Float32Array | Float64Array>();
  for (const [{ channels }, indices] of selection) {
    for (const { value, axis, index } of indices.flatMap((i) => channels[i]!)) {
      const weight = weights.get(value);
      if (!weight || axis === weight.outputAxis) continue;
      const { tensor } = weight;
      const values = numbers.get(tensor) ?? tensorNumbers(tensor);
      numbers.set(tensor, values);
      const zero = weight.dequantize?.zeroPoint ? tensorNumbers(weight.dequantize.zeroPoint)[0]! : 0;
      const inner = tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
      const step = tensor.shape[axis]! * inner;
      for (let start = index * inner; start < values.length; start += step) {
        values.fill(zero, start, start + inner);
      }
    }
  }
  return replaceWeights(
    model,
    new Map(
      [...numbers].map(([tensor, values]) => [
        tensor,
        Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, encodeNumbers(tensor.type, values)),
      ]),
    ),
  );
}
