// Writes a plan of quantization as a model that stock ONNX Runtime runs.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import type { QuantizationPlan } from './quantizationPlan';
import { fusedProducts } from './storage/fusedProducts';
import { prepareOpset } from './storage/prepareOpset';
import { storeWeights } from './storage/storeWeights';

export function writePlan({ model, weights }: QuantizationPlan): {
  readonly model: Model;
  readonly notes: readonly Note[];
} {
  const prepared = prepareOpset(model, weights);
  const written = storeWeights(prepared.model, weights, prepared.domain);
  const count = fusedProducts(model, weights);
  const rounded = count === 0 ? [] : [note('ACTIVATIONS_ROUNDED', { count })];
  return { model: written, notes: [...prepared.notes, ...rounded] };
}
