// How large the integers of an input may be: they are often indices into a table of the model, like token ids.
import { isInteger } from '../ir/elementType';
import { attribute, type Graph, type Model, type Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import { storedTensors } from '../ir/traversal';
import { operatorOf } from '../operators/operators';

/**
 * Exclusive upper bounds of integer inputs that reach, directly or through operators that only pass values on, a node
 * that has a stored table of weights: the smallest table's length along the node's axis (the first if it has none).
 */
export function integerLimits(model: Model): ReadonlyMap<string, number> {
  const { graph } = model;
  const limits = new Map<string, number>();
  const stored = storedTensors(graph);
  for (const { name, type } of graph.inputs) {
    // Before version 4 of the IR the stored tensors are listed among the inputs.
    if (type === undefined || !isInteger(type) || stored.has(name)) continue;
    const limit = smallestTable(graph, stored, valuesFrom(graph, name));
    if (limit !== undefined) limits.set(name, limit);
  }
  return limits;
}

/** The value and what becomes of it in operators that pass it on. */
function valuesFrom(graph: Graph, name: string): ReadonlySet<string> {
  const reached = new Set([name]);
  // A set visits what is added while it is walked.
  for (const value of reached) {
    for (const node of consumers(graph, value)) {
      for (const [index, output] of node.outputs.entries()) {
        const passed = operatorOf(node)?.passes?.(node, index) ?? [];
        if (passed.some((input) => node.inputs[input] === value)) reached.add(output);
      }
    }
  }
  return reached;
}

function smallestTable(
  graph: Graph,
  stored: ReadonlyMap<string, Tensor>,
  values: ReadonlySet<string>,
): number | undefined {
  let smallest: number | undefined;
  for (const value of values) {
    for (const node of consumers(graph, value)) {
      for (const { input } of operatorOf(node)?.weights?.(node) ?? []) {
        const shape = stored.get(node.inputs[input] ?? '')?.shape;
        if (!shape || shape.length < 2) continue;
        const length = shape.at(attribute(node, 'axis', 'int') ?? 0) ?? 0;
        if (length > 0) smallest = Math.min(smallest ?? Infinity, length);
      }
    }
  }
  return smallest;
}

function consumers(graph: Graph, value: string): readonly Node[] {
  return graph.nodes.filter((node) => node.inputs.includes(value));
}
