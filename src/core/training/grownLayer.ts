// Which layer a run blew up, where all weights are still numbers.
import type { Model } from '../ir/graph';
import { isNumeric, tensorNumbers } from '../ir/numbers';
import { storedTensors } from '../ir/traversal';
import { layersOf } from '../operators/layers';

/** The layer whose weights grew most from one model to its trained copy, by the ratio of their norms. */
export function mostGrownLayer(before: Model, after: Model): string | undefined {
  const stored = storedTensors(after.graph);
  let most: { readonly growth: number; readonly label?: string } = { growth: 0 };
  for (const { label, tensors } of layersOf(before)) {
    for (const { value, tensor, role } of tensors) {
      const trained = stored.get(value);
      if (role !== 'weight' || !trained || !isNumeric(tensor.type) || !isNumeric(trained.type)) continue;
      const growth = norm(tensorNumbers(trained)) / (norm(tensorNumbers(tensor)) || 1);
      if (growth > most.growth) most = { growth, label };
    }
  }
  return most.label;
}

function norm(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
