// The order in which a graph's nodes can be computed. Files should be in that order, and some are not.
import type { Graph, Node } from '../ir/graph';
import { graphsWithin, subgraphs } from '../ir/traversal';

/** The nodes of a graph, each after those that make what it uses; what is in a cycle comes in the order of the file. */
export function nodeOrder(graph: Graph): readonly Node[] {
  const producers = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
  const ordered = new Set<Node>();
  const visiting = new Set<Node>();
  for (const root of graph.nodes) {
    // A stack of our own: chains of nodes are deeper than calls may be.
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const waiting = visiting.has(node) ? [] : sourcesOf(node, producers);
      visiting.add(node);
      const open = waiting.filter((source) => !ordered.has(source) && !visiting.has(source));
      if (open.length > 0) {
        stack.push(...open.toReversed());
        continue;
      }
      ordered.add(node);
      stack.pop();
    }
  }
  return [...ordered];
}

/** The nodes that make a node's inputs and what the graphs in its attributes see of the graph around them. */
function sourcesOf(node: Node, producers: ReadonlyMap<string, Node>): readonly Node[] {
  const values = [...node.inputs];
  for (const inner of subgraphs(node)) {
    for (const graph of graphsWithin(inner)) {
      for (const user of graph.nodes) values.push(...user.inputs);
      values.push(...graph.outputs.map(({ name }) => name));
    }
  }
  return values.flatMap((value) => producers.get(value) ?? []);
}
