// New names for values and nodes that a rewrite adds to a model.
import type { Graph, Model } from './graph';
import { graphsWithin, subgraphs } from './traversal';

/** Makes names that nothing in the model has, nor any name it made before: the wanted one, or that with a number. */
export type FreshName = (wanted: string) => string;

/** Values and nodes share one set of names here: ONNX wants each kind unique over a graph and the graphs within it. */
export function freshNames(model: Model): FreshName {
  const taken = new Set<string>();
  for (const graph of graphsWithin(model.graph)) addNames(graph, taken);
  for (const fn of model.functions) {
    for (const node of fn.nodes) {
      for (const inner of subgraphs(node)) for (const graph of graphsWithin(inner)) addNames(graph, taken);
    }
  }
  // The first number that may be free, so that thousands of names alike are not tried one after the other each time.
  const numbers = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    let number = numbers.get(wanted) ?? 2;
    while (taken.has(name)) name = `${wanted}_${number++}`;
    numbers.set(wanted, number);
    taken.add(name);
    return name;
  };
}

function addNames(graph: Graph, taken: Set<string>): void {
  for (const { name } of [...graph.inputs, ...graph.outputs, ...graph.initializers, ...graph.values])
    taken.add(name);
  for (const node of graph.nodes) {
    taken.add(node.name);
    for (const name of [...node.inputs, ...node.outputs]) taken.add(name);
  }
}
