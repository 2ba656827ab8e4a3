// The graph around its nodes: which value a place of a node is, where stored sizes come from, and who reads a value.
import { isInteger, type ElementType } from '../../../ir/elementType';
import type { Graph, Node } from '../../../ir/graph';
import { tensorNumbers } from '../../../ir/numbers';
import type { Tensor } from '../../../ir/tensor';
import { constantTensor, graphsWithin, storedTensors, subgraphs } from '../../../ir/traversal';
import type { KnownShapes } from '../../../analysis/shapeRules';
import type { ChannelFacts, Place } from '../../../operators/channels';
import { operatorOf } from '../../../operators/operators';

/** A node of the outer graph with what its operator says of channels; without facts all its positions stay. */
export interface ChannelNode {
  readonly node: Node;
  readonly facts: ChannelFacts | undefined;
}

/**
 * One entry of a list of sizes, with the node that reads it from there: out of a stored tensor, or out of a computed one
 * of a single element, which can be exchanged for a stored one.
 */
export interface SizeEntry {
  readonly node: Node;
  readonly input: number;
  readonly entry: number;
  readonly type: ElementType;
  /** All numbers of the list. */
  readonly numbers: readonly number[];
}

export interface GraphPlaces {
  readonly nodes: readonly ChannelNode[];
  readonly stored: ReadonlyMap<string, Tensor>;
  /** Values of the outer graph that the graphs within it read. */
  readonly captured: ReadonlySet<string>;
  readonly consumers: ReadonlyMap<string, readonly Node[]>;
  /** Where an entry of an input of sizes can be changed; undefined where it is computed along with others. */
  readonly sizeEntry: (node: Node, input: number, entry: number) => SizeEntry | undefined;
}

/** The value at a place of a node; empty where the node has none there. */
export function valueAt(node: Node, { side, index }: Place): string {
  return (side === 'input' ? node.inputs : node.outputs)[index] ?? '';
}

export function graphPlaces(graph: Graph, shapes: KnownShapes): GraphPlaces {
  const stored = storedTensors(graph);
  const nodes = graph.nodes
    .filter((node) => constantTensor(node) === undefined)
    .map((node): ChannelNode => {
      const context = shapes.context(node);
      const hasGraphs = !subgraphs(node).next().done;
      return { node, facts: context && !hasGraphs ? operatorOf(node)?.channels?.(context) : undefined };
    });
  const producers = new Map<string, ChannelNode>();
  const consumers = new Map<string, Node[]>();
  for (const producer of nodes) {
    for (const output of producer.node.outputs) producers.set(output, producer);
    for (const input of new Set(producer.node.inputs)) {
      consumers.set(input, [...(consumers.get(input) ?? []), producer.node]);
    }
  }
  const sizeEntry: GraphPlaces['sizeEntry'] = (node, input, entry) => {
    const value = node.inputs[input] ?? '';
    const tensor = stored.get(value);
    if (tensor?.shape.length === 1 && isInteger(tensor.type)) {
      return { node, input, entry, type: tensor.type, numbers: [...tensorNumbers(tensor)] };
    }
    const producer = producers.get(value);
    // A list put together from parts: the links of its axis say which part the entry comes from.
    for (const { a, b, at } of producer?.facts?.links ?? []) {
      if (!producer || valueAt(producer.node, b) !== value || b.side !== 'output' || a.side !== 'input')
        continue;
      const part = shapes.shape(graph, valueAt(producer.node, a));
      if (part?.length !== 1 || typeof part[0] !== 'number') continue;
      for (let i = 0; i < part[0]; i++) {
        if ((at ? at(i) : [i]).includes(entry)) return sizeEntry(producer.node, a.index, i);
      }
    }
    const numbers = shapes.context(node)?.inputValues(input);
    return numbers?.length === 1 && shapes.shape(graph, value)?.length === 1
      ? { node, input, entry, type: 'int64', numbers }
      : undefined;
  };
  return { nodes, stored, captured: capturedValues(graph), consumers, sizeEntry };
}

function capturedValues(graph: Graph): ReadonlySet<string> {
  const captured = new Set<string>();
  for (const node of graph.nodes) {
    for (const body of subgraphs(node)) {
      for (const inner of graphsWithin(body)) {
        for (const { name } of inner.outputs) captured.add(name);
        for (const { inputs } of inner.nodes) for (const name of inputs) captured.add(name);
      }
    }
  }
  return captured;
}
