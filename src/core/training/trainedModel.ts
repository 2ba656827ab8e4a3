// The model that a run was given with what it has learned: the content of tensors is exchanged, and nothing else. Where
// the network runs with a form of a weight, it gets that.
import type { Model } from '../ir/graph';
import { encodeNumbers, tensorNumbers } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { replaceTensors, storedTensors } from '../ir/traversal';
import type { TrainedForm } from './forms';
import { stillTensor, type PlannedForms } from './plannedForms';
import type { TrainingPlan } from './trainingPlan';

export interface Learned {
  /** Vectors as the plan lays them out. */
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  readonly forms: PlannedForms;
}

/** Numbers are rounded to the tensors' own types. */
export function trainedModel(
  model: Model,
  plan: TrainingPlan,
  { parameters, statistics, forms }: Learned,
): Model {
  const stored = storedTensors(model.graph);
  const tensors = new Map<string, Tensor>();
  const exchange = (value: string, tensor: Tensor, numbers: Float32Array): void => {
    const { name, type, shape } = stored.get(value) ?? tensor;
    tensors.set(value, Tensor.fromBytes(name, type, shape, encodeNumbers(type, numbers)));
  };
  const learned = learnedNumbers(plan, parameters);
  const ofForms = new Set([...forms.own.values()].flatMap((keys) => [...keys.values()]));
  for (const { value, tensor } of plan.layout.parameters) {
    if (ofForms.has(value) || forms.weights.has(value)) continue;
    exchange(value, tensor, learned.get(value)!);
  }
  for (const [value, form] of forms.weights) {
    const tensor = stored.get(value)!;
    const numbers = learned.get(value) ?? Float32Array.from(tensorNumbers(tensor));
    exchange(value, tensor, form.visible(numbers, ownNumbers(forms, form, learned)));
  }
  for (const [value, form] of forms.still) tensors.set(value, stillTensor(stored.get(value)!, form));
  let start = 0;
  for (const { value, tensor } of plan.statistics) {
    exchange(value, tensor, statistics.subarray(start, start + tensor.elements));
    start += tensor.elements;
  }
  return { ...model, graph: replaceTensors(model.graph, tensors) };
}

/** The parts of the parameters by the names of what is trained. */
export function learnedNumbers(
  { layout }: Pick<TrainingPlan, 'layout'>,
  parameters: Float32Array,
): ReadonlyMap<string, Float32Array> {
  return new Map(
    layout.parameters.map(({ value, start, elements }) => [
      value,
      parameters.subarray(start, start + elements),
    ]),
  );
}

/** A form's own numbers by its names for them. */
export function ownNumbers(
  forms: PlannedForms,
  form: TrainedForm,
  learned: ReadonlyMap<string, Float32Array>,
): Readonly<Record<string, Float32Array>> {
  const keys = [...(forms.own.get(form) ?? [])];
  return Object.fromEntries(keys.map(([name, key]) => [name, learned.get(key)!]));
}
