// The network that is trained as a runtime loads it, for measuring: what forms make of values is part of it.
import { freshNames } from '../ir/freshNames';
import type { Model } from '../ir/graph';
import { GraphBuilder } from '../ir/graphBuilder';
import { float32Tensor } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { standardOpset } from '../operators/opsets/standardOpset';
import { nodeOrder } from '../analysis/nodeOrder';
import type { ValueForm } from './forms';
import { networkOf } from './network';
import { placeValueForms } from './plannedForms';
import { learnedNumbers, ownNumbers, trainedModel, type Learned } from './trainedModel';
import type { TrainingPlan } from './trainingPlan';

/**
 * The trained model; where values have forms, in float32 and in an opset that they can be written in. `path` is that of
 * the model's file, for messages.
 */
export function runningModel(model: Model, path: string, plan: TrainingPlan, learned: Learned): Model {
  const trained = trainedModel(model, plan, learned);
  const { forms } = learned;
  if (forms.values.length === 0) return trained;
  const values = new Map(forms.values.map(({ value, form }) => [value, form]));
  const { network, placed } = placeValueForms(networkOf(trained, path), values, []);
  const numbers = learnedNumbers(plan, learned.parameters);
  const build = new GraphBuilder({
    fresh: freshNames(network),
    opset: standardOpset(network),
    type: 'float32',
  });
  const stored = new Map<ValueForm, Readonly<Record<string, string>>>();
  const store = (form: ValueForm): Readonly<Record<string, string>> => {
    const known = stored.get(form);
    if (known) return known;
    const own = Object.entries(ownNumbers(forms, form, numbers)).map(([name, content]) => {
      const tensor = float32Tensor(build.name(name), form.own[name]!.shape, content);
      build.tensors.push(tensor);
      return [name, tensor.name] as const;
    });
    const names = Object.fromEntries(own);
    stored.set(form, names);
    return names;
  };
  const formOf = new Map(placed.map(({ output, form }) => [output, form]));
  for (const node of nodeOrder(network.graph)) {
    const [value = ''] = node.outputs;
    const form = formOf.get(value);
    if (!form) {
      build.nodes.push(node);
      continue;
    }
    form.write({ build, value, input: node.inputs[0]!, own: store(form), fed: storedFeeds(form, build) });
  }
  const initializers = [...network.graph.initializers, ...build.tensors];
  return { ...network, graph: { ...network.graph, nodes: build.nodes, initializers } };
}

function storedFeeds(form: ValueForm, build: GraphBuilder): Readonly<Record<string, string>> {
  const fed = Object.entries(form.fed).map(([name, { type, shape, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    const tensor = Tensor.fromBytes(build.name(name), type, shape, bytes);
    build.tensors.push(tensor);
    return [name, tensor.name] as const;
  });
  return Object.fromEntries(fed);
}
