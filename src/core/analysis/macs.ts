// Multiply-accumulates of one run, node by node, as papers count them: products with weights and between activations;
// normalization, pooling and elementwise operators count nothing.
import { note, type Note } from '../../shared/base/messages';
import type { Graph, Model, Node } from '../ir/graph';
import { operatorOf } from '../operators/operators';
import type { KnownShapes } from './shapeRules';

export interface MacCount {
  /** Of one run of the model, without what is unknown. */
  readonly total: number;
  /** Of one node, as often as it runs; undefined where it is unknown. */
  readonly of: (node: Node) => number | undefined;
  /** What the count leaves out or assumes about graphs in attributes. */
  readonly notes: readonly Note[];
}

export function countMacs(model: Model, known: KnownShapes): MacCount {
  const counts = new Map<Node, number | undefined>();
  const unknown: Node[] = [];
  const once = new Set<string>();
  let alternatives = 0;

  const countGraph = (graph: Graph, times: number): number => {
    let sum = 0;
    for (const node of graph.nodes) {
      const own = ownMacs(node, known);
      counts.set(node, own === undefined ? undefined : own * times);
      if (own === undefined) unknown.push(node);
      sum += (own ?? 0) * times + countBodies(node, times);
    }
    return sum;
  };

  const countBodies = (node: Node, times: number): number => {
    const run = known.bodyRun(node);
    const bodies = node.attributes.flatMap((attribute) => {
      const graphs =
        attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
      const repeats = run?.repeats[attribute.name];
      return graphs.map((graph) => {
        const macs = countGraph(graph, times * (repeats ?? 1));
        if (repeats === undefined && macs > 0) once.add(node.operator);
        return macs;
      });
    });
    if (run?.alternatives !== true) return bodies.reduce((sum, macs) => sum + macs, 0);
    if (bodies.some((macs) => macs > 0)) alternatives++;
    return Math.max(0, ...bodies);
  };

  const total = countGraph(model.graph, 1);
  return {
    total,
    of: (node) => (counts.has(node) ? counts.get(node) : ownMacs(node, known)),
    notes: notesFor(unknown, once, alternatives),
  };
}

function ownMacs(node: Node, known: KnownShapes): number | undefined {
  const operator = operatorOf(node);
  if (!operator) return undefined;
  if (!operator.macs) return 0;
  const context = known.context(node);
  return context && operator.macs(context);
}

function notesFor(
  unknown: readonly Node[],
  once: ReadonlySet<string>,
  alternatives: number,
): readonly Note[] {
  const notes: Note[] = [];
  if (unknown.length > 0) {
    const operators = listed(unknown.map(({ operator }) => operator));
    notes.push(note('MACS_UNKNOWN', { count: unknown.length, operators }));
  }
  if (once.size > 0) notes.push(note('MACS_ONCE', { operators: listed([...once]) }));
  if (alternatives > 0) notes.push(note('MACS_ALTERNATIVES', { count: alternatives }));
  return notes;
}

function listed(names: readonly string[]): string {
  return [...new Set(names)].toSorted().join(', ');
}
