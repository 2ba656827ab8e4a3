// What names mean inside a graph: a subgraph sees its own values first, then those of the graphs around it.
import type { Graph, Model, ModelFunction, Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import { nodeLabels, storedTensors } from '../ir/traversal';

export interface Scope {
  readonly graph: Graph;
  readonly parent?: Scope;
  /** Tensors that this graph itself stores. */
  readonly stored: ReadonlyMap<string, Tensor>;
  /** The node of this graph that makes a value. */
  readonly producers: ReadonlyMap<string, Node>;
  readonly inputs: ReadonlySet<string>;
}

export function scopeOf(graph: Graph, parent?: Scope): Scope {
  const producers = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
  return {
    graph,
    ...(parent ? { parent } : {}),
    stored: storedTensors(graph),
    producers,
    inputs: new Set(graph.inputs.map((input) => input.name)),
  };
}

/** The scope that defines a value as seen from the given one; undefined where none does. */
export function definingScope(scope: Scope, value: string): Scope | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    if (at.stored.has(value) || at.producers.has(value) || at.inputs.has(value)) return at;
  }
  return undefined;
}

/** A node of the model and where it stands. */
export interface PlacedNode {
  /** Unique in the model: the names of the nodes and branches around it, then its own. */
  readonly label: string;
  readonly node: Node;
  readonly scope: Scope;
}

/** All nodes of a model: each followed by those of its subgraphs, and those of the model's functions at the end. */
export function placedNodes(model: Model): readonly PlacedNode[] {
  const taken = new Set<string>();
  return [
    ...nodesWithin(scopeOf(model.graph), '', taken),
    ...model.functions.flatMap((fn) => [
      ...nodesWithin(scopeOf(functionGraph(fn)), `${fn.domain}.${fn.name}/`, taken),
    ]),
  ];
}

function* nodesWithin(scope: Scope, prefix: string, taken: Set<string>): Generator<PlacedNode> {
  for (const [node, own] of nodeLabels(scope.graph)) {
    const label = unique(prefix + own, taken);
    yield { label, node, scope };
    for (const [branch, inner] of branches(node)) {
      yield* nodesWithin(scopeOf(inner, scope), `${label}/${branch}/`, taken);
    }
  }
}

/** The graphs in a node's attributes with the attributes' names. */
function* branches(node: Node): Generator<readonly [string, Graph]> {
  for (const attribute of node.attributes) {
    if (attribute.kind === 'graph') yield [attribute.name, attribute.value];
    if (attribute.kind !== 'graphs') continue;
    for (const [i, inner] of attribute.value.entries()) yield [`${attribute.name}[${i}]`, inner];
  }
}

function unique(label: string, taken: Set<string>): string {
  let free = label;
  for (let n = 2; taken.has(free); n++) free = `${label}#${n}`;
  taken.add(free);
  return free;
}

/** A function's body as a graph. What its call passes in is not known inside. */
function functionGraph(fn: ModelFunction): Graph {
  return { name: fn.name, nodes: fn.nodes, inputs: [], outputs: [], initializers: [], values: [] };
}
