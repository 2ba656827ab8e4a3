// Writes a plan of quantization as a model that stock ONNX Runtime runs.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import { weightsOf, type Weight } from '../weights';
import type { QuantizationPlan } from './quantizationPlan';
import { prepareOpset } from './storage/prepareOpset';
import { storeWeights } from './storage/storeWeights';

export function writePlan({ model, weights }: QuantizationPlan): {
  readonly model: Model;
  readonly notes: readonly Note[];
} {
  const prepared = prepareOpset(model, weights);
  const written = storeWeights(prepared.model, weights, prepared.domain);
  const products = weightsOf(model).filter((weight) => weights.has(weight.tensor) && isRightFactor(weight));
  const rounded = products.length === 0 ? [] : [note('ACTIVATIONS_ROUNDED', { count: products.length })];
  return { model: written, notes: [...prepared.notes, ...rounded] };
}

/**
 * Whether a weight is the right factor of a matrix product. ONNX Runtime fuses such a product with its dequantization
 * into MatMulNBits, which by default rounds the left factor to 8 bits as well.
 */
function isRightFactor({ tensor, outputAxis }: Weight): boolean {
  return tensor.type === 'float32' && tensor.shape.length === 2 && outputAxis === 1;
}
