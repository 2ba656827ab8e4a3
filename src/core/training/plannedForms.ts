// Where the forms of a run have their place in its network, and where their own numbers are among what is trained.
import { nodeLabels } from '../ir/traversal';
import { freshNames } from '../ir/freshNames';
import { encodeNumbers, tensorNumbers } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import type { Model, Node } from '../ir/graph';
import type { Forms, TrainedForm, ValueForm, WeightForm } from './forms';
import type { Trainable } from './trainables';

/** A value form and the node that keeps its place in the network: an Identity that gives `output`. */
export interface PlacedForm {
  /** The value's name in the model. */
  readonly value: string;
  readonly output: string;
  readonly form: ValueForm;
}

export interface PlannedForms {
  /** Of weights that are trained, or whose forms are. */
  readonly weights: ReadonlyMap<string, WeightForm>;
  /** Of weights that no gradient reaches: they stay what the form makes of them at first. */
  readonly still: ReadonlyMap<string, WeightForm>;
  readonly values: readonly PlacedForm[];
  /** The names under which each form's own numbers are trained, by its own names for them. */
  readonly own: ReadonlyMap<TrainedForm, ReadonlyMap<string, string>>;
}

/**
 * The network with an Identity in the place of each value form. What makes a value gives it another name, so that all
 * who use it get what the form makes of it; an input keeps its name and its users get another one. Values that the
 * network does not compute, and the excepted ones, are left out.
 */
export function placeValueForms(
  network: Model,
  values: Forms['values'],
  except: readonly string[],
): { readonly network: Model; readonly placed: readonly PlacedForm[] } {
  const fresh = freshNames(network);
  const { graph } = network;
  const placed: PlacedForm[] = [];
  const keepers = new Map<string, Node>();
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const [value, form] of values) {
    if (except.includes(value) || (!inputs.has(value) && !computed.has(value))) continue;
    const isInput = inputs.has(value);
    const [from, output] = isInput ? [value, fresh(`${value}_formed`)] : [fresh(`${value}_unformed`), value];
    if (isInput) after.set(value, output);
    else before.set(value, from);
    keepers.set(value, identity(fresh(`form_of_${value}`), from, output));
    placed.push({ value, output, form });
  }
  if (placed.length === 0) return { network, placed };
  const nodes = [
    ...[...after.keys()].map((value) => keepers.get(value)!),
    ...graph.nodes.flatMap((node) => {
      const renamed = {
        ...node,
        inputs: node.inputs.map((name) => after.get(name) ?? name),
        outputs: node.outputs.map((name) => before.get(name) ?? name),
      };
      return [renamed, ...node.outputs.flatMap((name) => (before.has(name) ? [keepers.get(name)!] : []))];
    }),
  ];
  return { network: { ...network, graph: { ...graph, nodes } }, placed };
}

function identity(name: string, from: string, to: string): Node {
  return { name, domain: '', operator: 'Identity', inputs: [from], outputs: [to], attributes: [] };
}

/** Decides which forms of weights are trained, and gives the own numbers of all that are, to be trained too. */
export function planForms(
  forms: Forms,
  placed: readonly PlacedForm[],
  trained: readonly Trainable[],
  network: Model,
): { readonly planned: PlannedForms; readonly trained: readonly Trainable[] } {
  const layers = new Map(trained.map(({ value, layer }) => [value, layer]));
  const [weights, still] = [new Map<string, WeightForm>(), new Map<string, WeightForm>()];
  const own = new Map<TrainedForm, ReadonlyMap<string, string>>();
  const numbers: Trainable[] = [];
  const fresh = freshNames(network);
  const add = (form: TrainedForm, value: string, layer: string): void => {
    if (own.has(form)) return;
    const named = Object.entries(form.own).map(([name, tensor]) => {
      const key = fresh(`${value}_${name}`);
      numbers.push({ value: key, layer, role: 'constant', tensor });
      return [name, key] as const;
    });
    own.set(form, new Map(named));
  };
  for (const [value, form] of forms.weights) {
    const layer = layers.get(value);
    if (layer === undefined) {
      still.set(value, form);
      continue;
    }
    weights.set(value, form);
    add(form, value, layer);
  }
  const labels = nodeLabels(network.graph);
  const makers = new Map(network.graph.nodes.map((node) => [node.outputs[0] ?? '', node]));
  for (const { value, output, form } of placed) {
    const maker = makers.get(makers.get(output)?.inputs[0] ?? '');
    add(form, value, (maker && labels.get(maker)) ?? value);
  }
  const moving = trained.filter(({ value }) => forms.weights.get(value)?.isFixed !== true);
  return { planned: { weights, still, values: placed, own }, trained: [...moving, ...numbers] };
}

/** What the form of a weight that is not trained makes of it. */
export function stillTensor(tensor: Tensor, form: WeightForm): Tensor {
  const own = Object.entries(form.own).map(([name, each]) => [name, float32(each)] as const);
  const { name, type, shape } = tensor;
  const numbers = form.visible(float32(tensor), Object.fromEntries(own));
  return Tensor.fromBytes(name, type, shape, encodeNumbers(type, numbers));
}

function float32(tensor: Tensor): Float32Array {
  return Float32Array.from(tensorNumbers(tensor));
}
