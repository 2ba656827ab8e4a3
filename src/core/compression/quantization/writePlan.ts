// Writes a plan of quantization as a model that stock ONNX Runtime runs.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import type { QuantizationPlan } from './quantizationPlan';
import { fusedProducts } from './storage/fusedProducts';
import { prepareOpset } from './storage/prepareOpset';
import { storeActivations } from './storage/storeActivations';
import { fitBiases, storeBiases } from './storage/storeBiases';
import { storeWeights } from './storage/storeWeights';

export function writePlan(plan: QuantizationPlan): {
  readonly model: Model;
  readonly notes: readonly Note[];
} {
  const { model, weights, activations } = fitBiases(plan);
  const prepared = prepareOpset(model, { weights, activations });
  const { domain } = prepared;
  const withBiases = storeBiases({ model: prepared.model, weights, activations }, domain);
  const written = storeWeights(storeActivations(withBiases, activations, domain), weights, domain);
  // Products of values on grids are computed with integers as they stand.
  const count = activations.size > 0 ? 0 : fusedProducts(model, weights);
  const rounded = count === 0 ? [] : [note('ACTIVATIONS_ROUNDED', { count })];
  return { model: written, notes: [...prepared.notes, ...rounded] };
}
