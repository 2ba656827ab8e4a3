// The part of a model that some of its values depend on: what is not needed for them is neither stored nor computed.
import type { Model, Node, ValueInfo } from '../ir/graph';
import { graphsWithin, subgraphs } from '../ir/traversal';
import { nodeOrder } from './nodeOrder';

/** The model with these values of its graph as outputs, and only what they depend on. Its inputs stay. */
export function reducedTo(model: Model, outputs: readonly ValueInfo[]): Model {
  const { graph } = model;
  const needed = new Set(outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of nodeOrder(graph).toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const name of valuesUsed(node)) needed.add(name);
  }
  return {
    ...model,
    graph: {
      ...graph,
      nodes: nodes.toReversed(),
      outputs,
      initializers: graph.initializers.filter(({ name }) => needed.has(name)),
    },
  };
}

/** Values of the outer graph that a node uses, itself or in the graphs in its attributes. */
function* valuesUsed(node: Node): Generator<string> {
  yield* node.inputs;
  for (const inner of subgraphs(node)) {
    for (const graph of graphsWithin(inner)) {
      for (const user of graph.nodes) yield* user.inputs;
      for (const { name } of graph.outputs) yield name;
    }
  }
}
