// Walks over graphs, subgraphs included, so that nobody writes the recursion again.
import type { ElementType } from './elementType';
import type { Attribute, Graph, Model, Node } from './graph';
import { encodeNumbers } from './numbers';
import { Tensor } from './tensor';

/** A graph and every graph inside its nodes' attributes, outermost first. */
export function* graphsWithin(graph: Graph): Generator<Graph> {
  yield graph;
  for (const node of graph.nodes) for (const inner of subgraphs(node)) yield* graphsWithin(inner);
}

/** The graphs directly in a node's attributes: the branches of If, the body of Loop and Scan. */
export function* subgraphs(node: Node): Generator<Graph> {
  for (const attribute of node.attributes) {
    if (attribute.kind === 'graph') yield attribute.value;
    else if (attribute.kind === 'graphs') yield* attribute.value;
  }
}

/** Every node of the model: of the graph, of its subgraphs and of the model's functions. */
export function* allNodes(model: Model): Generator<Node> {
  for (const graph of graphsWithin(model.graph)) yield* graph.nodes;
  for (const fn of model.functions) {
    for (const node of fn.nodes) {
      yield node;
      for (const inner of subgraphs(node)) for (const graph of graphsWithin(inner)) yield* graph.nodes;
    }
  }
}

/** A unique, stable label for each node of a graph: its name, or operator and first output where it has none. */
export function nodeLabels(graph: Graph): Map<Node, string> {
  const taken = new Set<string>();
  // Where to go on for a name that many nodes have, as a file may give one name to all of them.
  const nextNumber = new Map<string, number>();
  const labels = new Map<Node, string>();
  for (const node of graph.nodes) {
    const base = node.name || `${node.operator}:${node.outputs.find((output) => output !== '') ?? ''}`;
    let label = base;
    for (let n = nextNumber.get(base) ?? 2; taken.has(label); n++) {
      label = `${base}#${n}`;
      nextNumber.set(base, n + 1);
    }
    taken.add(label);
    labels.set(node, label);
  }
  return labels;
}

/** Rebuilds a graph bottom-up: `change` sees each graph after its subgraphs were rebuilt. Unchanged parts are shared. */
export function mapGraphs(graph: Graph, change: (graph: Graph) => Graph): Graph {
  let changed = false;
  const nodes = graph.nodes.map((node) => {
    let nodeChanged = false;
    const attributes = node.attributes.map((attribute) => {
      if (attribute.kind === 'graph') {
        const value = mapGraphs(attribute.value, change);
        if (value === attribute.value) return attribute;
        nodeChanged = true;
        return { name: attribute.name, kind: attribute.kind, value };
      }
      if (attribute.kind === 'graphs') {
        const value = attribute.value.map((inner) => mapGraphs(inner, change));
        if (value.every((inner, i) => inner === attribute.value[i])) return attribute;
        nodeChanged = true;
        return { name: attribute.name, kind: attribute.kind, value };
      }
      return attribute;
    });
    if (!nodeChanged) return node;
    changed = true;
    return { ...node, attributes };
  });
  return change(changed ? { ...graph, nodes } : graph);
}

/** The tensor that a standard Constant node holds: `value`, or its numbers as one. The same object at every call. */
export function constantTensor(node: Node): Tensor | undefined {
  if (node.operator !== 'Constant' || node.domain !== '') return undefined;
  for (const attribute of node.attributes) {
    if (attribute.name === 'value' && attribute.kind === 'tensor') return attribute.value;
    const numbers = constantNumbers(attribute);
    if (!numbers) continue;
    const known = tensorsOfNumbers.get(attribute);
    if (known) return known;
    const tensor = Tensor.fromBytes('', numbers.type, numbers.shape, numbers.bytes);
    tensorsOfNumbers.set(attribute, tensor);
    return tensor;
  }
  return undefined;
}

const tensorsOfNumbers = new WeakMap<Attribute, Tensor>();

interface ConstantNumbers {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The other forms of a Constant: a number or a vector of numbers as an attribute. */
function constantNumbers(attribute: Attribute): ConstantNumbers | undefined {
  switch (attribute.name) {
    case 'value_float':
      return attribute.kind === 'float' ? floatNumbers([attribute.value], []) : undefined;
    case 'value_floats':
      return attribute.kind === 'floats'
        ? floatNumbers(attribute.value, [attribute.value.length])
        : undefined;
    case 'value_int':
      return attribute.kind === 'int' ? integerNumbers([attribute.value], []) : undefined;
    case 'value_ints':
      return attribute.kind === 'ints'
        ? integerNumbers(attribute.value, [attribute.value.length])
        : undefined;
    default:
      return undefined;
  }
}

function floatNumbers(values: readonly number[], shape: readonly number[]): ConstantNumbers {
  return { type: 'float32', shape, bytes: encodeNumbers('float32', values) };
}

function integerNumbers(values: readonly number[], shape: readonly number[]): ConstantNumbers {
  return { type: 'int64', shape, bytes: encodeNumbers('int64', values) };
}

/** All tensors stored in one graph by the name of their value: initializers and tensors of Constant nodes. */
export function storedTensors(graph: Graph): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const tensor of graph.initializers) tensors.set(tensor.name, tensor);
  for (const node of graph.nodes) {
    const tensor = constantTensor(node);
    const output = node.outputs[0];
    if (tensor && output !== undefined) tensors.set(output, tensor);
  }
  return tensors;
}

/** A copy of the graph with the content of stored tensors exchanged, keyed as in `storedTensors`. */
export function replaceTensors(graph: Graph, replacements: ReadonlyMap<string, Tensor>): Graph {
  return {
    ...graph,
    initializers: graph.initializers.map((tensor) => replacements.get(tensor.name) ?? tensor),
    nodes: graph.nodes.map((node) => {
      const replacement = constantTensor(node) && replacements.get(node.outputs[0] ?? '');
      if (!replacement) return node;
      return { ...node, attributes: [{ name: 'value', kind: 'tensor' as const, value: replacement }] };
    }),
  };
}
