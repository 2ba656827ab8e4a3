// Writes out what nodes behind a dequantized weight leave to defaults. ONNX Runtime moves a DequantizeLinear with a
// scale for each channel past a Transpose, and there (1.30) takes the permutation to be given: where it is not, the
// process ends.
import type { Graph } from '../../../ir/graph';
import { operatorOf } from '../../../operators/operators';

/**
 * The graph with such defaults written out. `ranks` has the number of dimensions of each dequantized value; values that
 * have the same axes as one of them are added.
 */
export function withDefaultsWritten(graph: Graph, ranks: Map<string, number>): Graph {
  let changed = false;
  const nodes = graph.nodes.map((node) => {
    const rank = ranks.get(node.inputs[0] ?? '');
    const operator = rank === undefined ? undefined : operatorOf(node);
    if (rank === undefined || !operator) return node;
    const keepsAxes = operator.sourceAxis === undefined && operator.passes?.(node, 0).includes(0) === true;
    if (keepsAxes) ranks.set(node.outputs[0] ?? '', rank);
    const written = operator.withDefaults?.(node, rank) ?? node;
    changed ||= written !== node;
    return written;
  });
  return changed ? { ...graph, nodes } : graph;
}
