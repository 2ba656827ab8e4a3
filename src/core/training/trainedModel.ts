// The model that a run was given with what it has learned: the content of tensors is exchanged, and nothing else.
import type { Model } from '../ir/graph';
import { encodeNumbers } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { replaceTensors, storedTensors } from '../ir/traversal';
import type { Trainable } from './trainables';
import type { TrainingPlan } from './trainingPlan';

/** `parameters` and `statistics` are vectors as the plan lays them out. Numbers are rounded to the tensors' own types. */
export function trainedModel(
  model: Model,
  plan: TrainingPlan,
  parameters: Float32Array,
  statistics: Float32Array,
): Model {
  const stored = storedTensors(model.graph);
  const tensors = new Map<string, Tensor>();
  const exchange = (parts: readonly Trainable[], vector: Float32Array): void => {
    let start = 0;
    for (const { value, tensor } of parts) {
      const numbers = vector.subarray(start, start + tensor.elements);
      const { name, type, shape } = stored.get(value) ?? tensor;
      tensors.set(value, Tensor.fromBytes(name, type, shape, encodeNumbers(type, numbers)));
      start += tensor.elements;
    }
  };
  exchange(plan.layout.parameters, parameters);
  exchange(plan.statistics, statistics);
  return { ...model, graph: replaceTensors(model.graph, tensors) };
}
