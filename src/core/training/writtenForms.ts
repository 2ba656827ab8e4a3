// The nodes of forms in the graph of a step. For the walk that writes gradients each form is one node with a rule of its
// own.
import type { Node } from '../ir/graph';
import type { GraphBuilder } from '../ir/graphBuilder';
import type { RuntimeTensor } from '../runtime/runtime';
import type { Bridge } from './differentiate';
import type { TrainedForm } from './forms';
import type { PlannedForms } from './plannedForms';

export interface FormWriting {
  readonly forms: PlannedForms;
  readonly build: GraphBuilder;
  /** Shapes of stored weights and of the values between nodes. */
  readonly shapeOf: (value: string) => readonly number[];
  /** Makes an input of the graph for a tensor and gives its name. */
  readonly input: (wanted: string, tensor: Pick<RuntimeTensor, 'type' | 'shape'>) => string;
}

export interface WrittenForms {
  /** The network's nodes with those of all forms, in an order in which they can be computed. */
  readonly nodes: readonly Node[];
  /** The same with one node for each form. */
  readonly bridged: readonly Node[];
  readonly bridges: ReadonlyMap<Node, Bridge>;
  /** Inputs of the graph by the names of trained tensors, where they are not the same. */
  readonly inputs: ReadonlyMap<string, string>;
  /** What is fed and not trained, by the names of inputs. */
  readonly fed: ReadonlyMap<string, RuntimeTensor>;
}

/** Writes all forms. `ordered` are the network's nodes, each after those that it depends on. */
export function writeForms(writing: FormWriting, ordered: readonly Node[]): WrittenForms {
  const { forms, build, input, shapeOf } = writing;
  const inputs = new Map<string, string>();
  const fed = new Map<string, RuntimeTensor>();
  const bridges = new Map<Node, Bridge>();
  const owned = ownInputs(writing, inputs);

  const write = (form: TrainedForm, value: string, from: string) => {
    const own = owned.get(form) ?? {};
    const feeds = Object.entries(form.fed).map(([name, tensor]) => {
      const given = input(name, tensor);
      fed.set(given, tensor);
      return [name, given] as const;
    });
    const start = build.nodes.length;
    const gradients = form.write({ build, value, input: from, own, fed: Object.fromEntries(feeds) });
    const nodes = build.nodes.splice(start);
    const names = Object.keys(own);
    const node: Node = {
      name: `form of ${value}`,
      domain: '',
      operator: '',
      inputs: [from, ...names.map((name) => own[name]!)],
      outputs: [value],
      attributes: [],
    };
    const shape = shapeOf(value);
    bridges.set(node, (gradient, wants) => {
      const passed = wants(0) ? gradients.input?.(gradient, shape) : undefined;
      if (names.length === 0) return [passed];
      const parts = gradients.own?.(gradient, shape) ?? {};
      return [passed, ...names.map((name) => parts[name])];
    });
    return { nodes, node };
  };

  const first = [...forms.weights].map(([value, form]) => {
    const numbers = form.isFixed === true ? '' : input('numbers', { type: 'float32', shape: shapeOf(value) });
    if (numbers !== '') inputs.set(value, numbers);
    return write(form, value, numbers);
  });
  const placed = new Map(forms.values.map(({ output, form }) => [output, form]));
  const rest = ordered.map((node) => {
    const [output = ''] = node.outputs;
    const form = placed.get(output);
    return form ? write(form, output, node.inputs[0] ?? '') : { nodes: [node], node };
  });
  const all = [...first, ...rest];
  return {
    nodes: all.flatMap(({ nodes }) => nodes),
    bridged: all.map(({ node }) => node),
    bridges,
    inputs,
    fed,
  };
}

/** An input of the graph for each of the forms' own numbers. */
function ownInputs(
  { forms, input }: FormWriting,
  inputs: Map<string, string>,
): ReadonlyMap<TrainedForm, Readonly<Record<string, string>>> {
  const named = [...forms.own].map(([form, keys]) => {
    const names = [...keys].map(([name, key]) => {
      const given = input(name, form.own[name]!);
      inputs.set(key, given);
      return [name, given] as const;
    });
    return [form, Object.fromEntries(names)] as const;
  });
  return new Map(named);
}
