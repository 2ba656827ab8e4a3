// What makes a graph unusable for everybody: everything else that is odd about a file is kept as it is.
import { CounterweightError } from '../../../shared/base/errors';
import type { Graph } from '../../ir/graph';
import { graphsWithin } from '../../ir/traversal';

/** Values are assigned once: where two nodes of a graph make the same value, nobody can tell which is meant. Throws GRAPH_INVALID. */
export function checkGraph(graph: Graph, path: string): void {
  for (const scope of graphsWithin(graph)) {
    const made = new Set<string>();
    for (const node of scope.nodes) {
      for (const output of node.outputs) {
        if (output === '') continue;
        if (made.has(output)) {
          throw new CounterweightError('GRAPH_INVALID', {
            path,
            problem: `two nodes produce the value ${output}`,
          });
        }
        made.add(output);
      }
    }
  }
}
