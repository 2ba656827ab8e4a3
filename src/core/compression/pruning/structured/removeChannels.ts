// Removes channels for real: cuts them out of every stored tensor that they run through, and brings the sizes that the
// graph states up to date. What is left is a graph like any other.
import type { KnownShapes } from '../../../analysis/shapeRules';
import { elementTypes, type ElementType } from '../../../ir/elementType';
import { freshNames } from '../../../ir/freshNames';
import type { Attribute, Graph, Model, Node, ValueInfo } from '../../../ir/graph';
import { encodeNumbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { constantTensor, replaceTensors } from '../../../ir/traversal';
import type { SizedPlace } from '../../../operators/channels';
import type { ChannelGroup } from './channelGroups';
import { graphPlaces, valueAt, type GraphPlaces } from './valuePlaces';

/** The channels to remove of each group, by their places in `channels`. */
export type ChannelSelection = ReadonlyMap<ChannelGroup, readonly number[]>;

/**
 * A smaller model. Its outputs are those of the given model if nothing read the removed channels there. `shapes` and
 * the groups are those of the given model. At least one position has to be left on every axis.
 */
export function removeChannels(model: Model, shapes: KnownShapes, selection: ChannelSelection): Model {
  const removed = removedPositions(selection);
  if (removed.size === 0) return model;
  const places = graphPlaces(model.graph, shapes);
  const sliced = new Map<string, Tensor>();
  for (const [value, axes] of removed) {
    const tensor = places.stored.get(value);
    if (tensor) sliced.set(value, withoutPositions(tensor, axes));
  }
  const stated = changedSizes(model, places, (node, { from = 0, to = Infinity, ...place }) => {
    const gone = removed.get(valueAt(node, place))?.get(place.axis) ?? [];
    return [...gone].filter((index) => index >= from && index < to).length;
  });
  const graph = replaceTensors(withStatedSizes(model.graph, stated), sliced);
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.map((input) => restated(input, sliced.get(input.name))),
      // Shapes that the file states for values in between, where they are no longer true.
      values: graph.values.filter(({ name }) => !removed.has(name)),
    },
  };
}

type RemovedAxes = ReadonlyMap<number, ReadonlySet<number>>;

function removedPositions(selection: ChannelSelection): ReadonlyMap<string, RemovedAxes> {
  const removed = new Map<string, Map<number, Set<number>>>();
  for (const [{ channels }, indices] of selection) {
    for (const { value, axis, index } of indices.flatMap((i) => channels[i] ?? [])) {
      const axes = removed.get(value) ?? new Map<number, Set<number>>();
      removed.set(value, axes);
      axes.set(axis, (axes.get(axis) ?? new Set()).add(index));
    }
  }
  return removed;
}

function withoutPositions(tensor: Tensor, axes: RemovedAxes): Tensor {
  let { shape } = tensor;
  let bytes = tensor.bytes();
  for (const [axis, gone] of axes) {
    const size = shape[axis]!;
    const kept = Array.from({ length: size }, (_, i) => i).filter((i) => !gone.has(i));
    if (kept.length === 0) throw new RangeError(`Nothing would be left of axis ${axis} of ${tensor.name}`);
    const elements = shape.slice(axis + 1).reduce((product, inner) => product * inner, 1);
    bytes = keptRuns(bytes, size, kept, (elements * elementTypes[tensor.type].bits) / 8);
    shape = shape.with(axis, kept.length);
  }
  return Tensor.fromBytes(tensor.name, tensor.type, shape, bytes);
}

/** Of every `size` runs of `length` bytes the kept ones. */
function keptRuns(bytes: Uint8Array, size: number, kept: readonly number[], length: number): Uint8Array {
  const outer = length === 0 ? 0 : bytes.length / (size * length);
  const result = new Uint8Array(outer * kept.length * length);
  let to = 0;
  for (let i = 0; i < outer; i++) {
    for (const position of kept) {
      const from = (i * size + position) * length;
      result.set(bytes.subarray(from, from + length), to);
      to += length;
    }
  }
  return result;
}

/** Input or attribute of a node, entry, and the number that stands there now. */
interface StatedChanges {
  readonly inputs: ReadonlyMap<Node, ReadonlyMap<number, Tensor>>;
  readonly attributes: ReadonlyMap<Node, readonly Attribute[]>;
}

interface NewSizes {
  readonly type: ElementType;
  readonly numbers: number[];
}

function changedSizes(
  model: Model,
  places: GraphPlaces,
  lost: (node: Node, place: SizedPlace) => number,
): StatedChanges {
  const fresh = freshNames(model);
  const lists = new Map<Node, Map<number, NewSizes>>();
  const attributes = new Map<Node, readonly Attribute[]>();
  for (const { node, facts } of places.nodes) {
    for (const stated of facts?.sizes ?? []) {
      const losses = stated.places.map((place) => lost(node, place));
      if (losses.every((loss) => loss === 0)) continue;
      if ('attribute' in stated.in) {
        const { attribute: name } = stated.in;
        attributes.set(
          node,
          (attributes.get(node) ?? node.attributes).map((old) =>
            old.name === name ? lessened(old, losses) : old,
          ),
        );
        continue;
      }
      for (const [entry, loss] of losses.entries()) {
        const at = loss > 0 ? places.sizeEntry(node, stated.in.input, entry) : undefined;
        if (!at) continue;
        const inputs = lists.get(at.node) ?? new Map<number, NewSizes>();
        lists.set(at.node, inputs);
        const list = inputs.get(at.input) ?? { type: at.type, numbers: [...at.numbers] };
        inputs.set(at.input, list);
        if (list.numbers[at.entry]! > 0) list.numbers[at.entry]! -= loss;
      }
    }
  }
  const inputs = new Map(
    [...lists].map(([node, byInput]) => [
      node,
      new Map(
        [...byInput].map(([input, { type, numbers }]) => {
          const name = fresh(node.inputs[input] ?? '');
          return [input, Tensor.fromBytes(name, type, [numbers.length], encodeNumbers(type, numbers))];
        }),
      ),
    ]),
  );
  return { inputs, attributes };
}

/** An attribute that states one size, or as many as there are losses. */
function lessened(old: Attribute, losses: readonly number[]): Attribute {
  if (old.kind === 'int') return { name: old.name, kind: 'int', value: old.value - losses[0]! };
  if (old.kind !== 'ints') return old;
  const value = old.value.map((size, i) => (size > 0 ? size - (losses[i] ?? 0) : size));
  return { name: old.name, kind: 'ints', value };
}

/** The nodes with their new sizes as constants of their own; old ones that nothing reads any more are gone. */
function withStatedSizes(graph: Graph, { inputs, attributes }: StatedChanges): Graph {
  const added: Tensor[] = [];
  const replaced = new Set<string>();
  const nodes = graph.nodes.map((node): Node => {
    const own = inputs.get(node);
    const changed = attributes.get(node);
    if (!own && !changed) return node;
    for (const [index, tensor] of own ?? []) {
      added.push(tensor);
      replaced.add(node.inputs[index] ?? '');
    }
    return {
      ...node,
      inputs: node.inputs.map((name, i) => own?.get(i)?.name ?? name),
      attributes: changed ?? node.attributes,
    };
  });
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...graph.outputs.map(({ name }) => name)]);
  const isLeft = (name: string): boolean => !replaced.has(name) || read.has(name);
  return {
    ...graph,
    nodes: nodes.filter((node) => !constantTensor(node) || isLeft(node.outputs[0] ?? '')),
    initializers: [...graph.initializers.filter(({ name }) => isLeft(name)), ...added],
    inputs: graph.inputs.filter(({ name }) => isLeft(name)),
  };
}

/** Before version 4 of the format, stored tensors were inputs as well. */
function restated(input: ValueInfo, tensor: Tensor | undefined): ValueInfo {
  return tensor ? { name: input.name, type: tensor.type, shape: tensor.shape } : input;
}
