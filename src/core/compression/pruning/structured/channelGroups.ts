// Which channels of a model can be removed, and what goes with each of them: the positions of stored tensors and of
// values between nodes that the operators couple, joined into sets; sets alike make up a group.
import type { KnownShapes } from '../../../analysis/shapeRules';
import { elementTypes } from '../../../ir/elementType';
import type { Model, Node } from '../../../ir/graph';
import { nodeLabels } from '../../../ir/traversal';
import type { AxisSplit, Place } from '../../../operators/channels';
import { layersOf, type Layer } from '../../../operators/layers';
import { AxisPositions, type Position } from './axisPositions';
import { axesThatMatter } from './sizeReaders';
import { graphPlaces, valueAt, type ChannelNode, type GraphPlaces, type SizeEntry } from './valuePlaces';

/** Everything that goes when a channel does. */
export type Channel = readonly Position[];

/** Channels that run through the same layers: any of them can be removed, as long as one is left. */
export interface ChannelGroup {
  /** Labels of the layers that make the channels, each of which has them along the output axis of its weight. */
  readonly layers: readonly string[];
  readonly channels: readonly Channel[];
  /** Each of the channels is a head of attention, with its projections. */
  readonly heads?: true;
}

export interface RefusedLayer {
  readonly layer: string;
  readonly reason: string;
}

export interface ChannelGroups {
  readonly groups: readonly ChannelGroup[];
  /** Layers with weights none of whose output channels can be removed. */
  readonly refused: readonly RefusedLayer[];
  /** Products of attention none of whose heads can be removed. */
  readonly keptHeads: readonly RefusedLayer[];
}

/** The groups in graph order. `shapes` are those of this very model. */
export function channelGroups(model: Model, shapes: KnownShapes): ChannelGroups {
  const places = graphPlaces(model.graph, shapes);
  const positions = knownPositions(model, shapes, places);
  const labels = nodeLabels(model.graph);
  const coupling: Coupling = { positions, places, shapes, labels, heads: new Set() };
  pinEnds(model, positions, places);
  for (const node of places.nodes) coupleNode(node, coupling);
  pinComputedSizes(coupling);
  coupleSplits(coupling);
  const sets = positions.freeSets();
  return { ...collect(model, positions, sets, coupling.heads), keptHeads: keptHeads(coupling, sets) };
}

interface Coupling {
  readonly positions: AxisPositions;
  readonly places: GraphPlaces;
  readonly shapes: KnownShapes;
  readonly labels: ReadonlyMap<Node, string>;
  /** Axes of heads, as `axisKey` writes them. */
  readonly heads: Set<string>;
}

/** Longer axes are those of no layer's channels, and are not followed: a file may state any size. */
const mostPositions = 1 << 20;

function knownPositions(model: Model, shapes: KnownShapes, { nodes, stored }: GraphPlaces): AxisPositions {
  const positions = new AxisPositions();
  const add = (value: string): void => {
    if (value === '' || positions.has(value)) return;
    const shape = stored.get(value)?.shape ?? shapes.shape(model.graph, value);
    if (shape)
      positions.add(
        value,
        shape.map((size) => (typeof size === 'number' && size <= mostPositions ? size : undefined)),
      );
  };
  for (const { node } of nodes) for (const value of [...node.inputs, ...node.outputs]) add(value);
  for (const { name } of [...model.graph.inputs, ...model.graph.outputs]) add(name);
  return positions;
}

/** What the model takes, gives or shares with other graphs, and what is stored in less than bytes. */
function pinEnds(model: Model, positions: AxisPositions, { stored, captured }: GraphPlaces): void {
  const pinAll = (value: string, reason: string): void => {
    for (let axis = 0; axis < positions.rank(value); axis++) positions.pin(value, axis, reason);
  };
  for (const { name } of model.graph.outputs) pinAll(name, `the model gives them out as ${name}`);
  for (const { name } of model.graph.inputs) {
    if (!stored.has(name)) pinAll(name, `the model is given them as ${name}`);
  }
  for (const [name, { type }] of stored) {
    if (elementTypes[type].bits % 8 !== 0) pinAll(name, `${name} is stored as ${type}`);
  }
  for (const name of captured) pinAll(name, 'a graph within the graph reads them');
}

/** Joins what the node's links couple and pins the axes that none of its facts mention. */
function coupleNode({ node, facts }: ChannelNode, coupling: Coupling): void {
  const { positions, places, shapes, heads } = coupling;
  const label = coupling.labels.get(node) ?? node.operator;
  const mentioned = new Set<string>();
  const mention = (place: Place): void => void mentioned.add(placeKey(place));
  for (const { a, b, at, heads: areHeads } of facts?.links ?? []) {
    mention(a);
    mention(b);
    const [from, to] = [valueAt(node, a), valueAt(node, b)];
    if (from === '' || to === '') continue;
    if (!fits(positions, from, a.axis, to, b.axis, at)) {
      for (const [value, axis] of [
        [from, a.axis],
        [to, b.axis],
      ] as const) {
        positions.pin(
          value,
          axis,
          `${label} (${node.operator}) couples them with an unknown number of others`,
        );
      }
      continue;
    }
    if (areHeads)
      for (const [value, axis] of [
        [from, a.axis],
        [to, b.axis],
      ] as const)
        heads.add(axisKey(value, axis));
    for (let index = 0; index < positions.size(from, a.axis); index++) {
      for (const other of at ? at(index) : [index]) {
        positions.join({ value: from, axis: a.axis, index }, { value: to, axis: b.axis, index: other });
      }
    }
  }
  for (const { whole, parts } of facts?.splits ?? []) for (const place of [whole, ...parts]) mention(place);
  const reason = `${label} (${node.operator}) ${facts ? 'needs all of them' : 'is not an operator that channels can be followed through'}`;
  if (facts?.readsSizes) {
    const value = node.inputs[0] ?? '';
    for (const axis of axesThatMatter(node, places, shapes)) {
      positions.pin(value, axis, `the model computes with their number, which ${label} reads`);
    }
  }
  for (const [side, values] of [
    ['input', node.inputs],
    ['output', node.outputs],
  ] as const) {
    if (side === 'input' && facts?.readsSizes) continue;
    for (const [index, value] of values.entries()) {
      for (let axis = 0; axis < positions.rank(value); axis++) {
        if (!mentioned.has(placeKey({ side, index, axis }))) positions.pin(value, axis, reason);
      }
    }
  }
}

/** Whether all positions that a link names exist. */
function fits(
  positions: AxisPositions,
  from: string,
  axis: number,
  to: string,
  otherAxis: number,
  at: ((position: number) => readonly number[]) | undefined,
): boolean {
  const [size, other] = [positions.size(from, axis), positions.size(to, otherAxis)];
  if (size === 0 || other === 0) return false;
  if (!at) return size === other;
  for (let index = 0; index < size; index++) {
    if (at(index).some((position) => !Number.isInteger(position) || position < 0 || position >= other))
      return false;
  }
  return true;
}

/**
 * Of several axes that become one, or the other way round, one goes on: positions of the whole are removed in the rows
 * that belong to a position of that axis. Heads are removed whole; else it is the longest of those that need not stay.
 */
function coupleSplits({ positions, places, labels, heads }: Coupling): void {
  for (const { node, facts } of places.nodes) {
    for (const split of facts?.splits ?? []) {
      // Each split joins sets, and with them the axes of heads to others.
      coupleSplit(node, labels.get(node) ?? node.operator, split, positions, headSets(positions, heads));
    }
  }
}

/** The sets that the first heads are in. */
function headSets(positions: AxisPositions, heads: ReadonlySet<string>): ReadonlySet<number> {
  const known = [...heads].map(splitKey).filter(([value, axis]) => positions.size(value, axis) > 0);
  return new Set(known.map(([value, axis]) => positions.setOf(value, axis, 0)));
}

function coupleSplit(
  node: Node,
  label: string,
  { whole, parts }: AxisSplit,
  positions: AxisPositions,
  firstHeads: ReadonlySet<number>,
): void {
  const wholeValue = valueAt(node, whole);
  const axes = parts.map((place) => ({ value: valueAt(node, place), axis: place.axis }));
  const sizes = axes.map(({ value, axis }) => positions.size(value, axis));
  const free = [...axes.keys()].filter(
    (i) => sizes[i]! > 0 && positions.pinned(axes[i]!.value, axes[i]!.axis) === undefined,
  );
  const isHead = (i: number): boolean => firstHeads.has(positions.setOf(axes[i]!.value, axes[i]!.axis, 0));
  const longest = free.toSorted((a, b) => sizes[b]! - sizes[a]!)[0];
  const chosen = free.find(isHead) ?? longest;
  for (const [i, { value, axis }] of axes.entries()) {
    if (i !== chosen)
      positions.pin(value, axis, `${label} (${node.operator}) makes one axis of them and others`);
  }
  if (chosen === undefined) {
    const reason = positions.pinned(axes[0]!.value, axes[0]!.axis) ?? '';
    positions.pin(wholeValue, whole.axis, `${label} (${node.operator}) takes them apart, and ${reason}`);
    return;
  }
  const inner = sizes.slice(chosen + 1).reduce((product, size) => product * size, 1);
  const { value, axis } = axes[chosen]!;
  for (let index = 0; index < positions.size(wholeValue, whole.axis); index++) {
    const part = Math.floor(index / inner) % sizes[chosen]!;
    positions.join({ value, axis, index: part }, { value: wholeValue, axis: whole.axis, index });
  }
}

/** A size that is stated where it cannot be changed, or together with another one, holds its axis. */
function pinComputedSizes({ positions, places, shapes, labels }: Coupling): void {
  const users = new Map<string, Position>();
  for (const { node, facts } of places.nodes) {
    for (const stated of facts?.sizes ?? []) {
      if (!('input' in stated.in)) continue;
      const values = shapes.context(node)?.inputValues(stated.in.input);
      for (const [entry, place] of stated.places.entries()) {
        const value = valueAt(node, place);
        const size = places.sizeEntry(node, stated.in.input, entry);
        const number = values?.[entry];
        if (number !== undefined && number < 1) continue;
        const label = labels.get(node) ?? node.operator;
        if (!size) {
          positions.pin(
            value,
            place.axis,
            `${label} (${node.operator}) is given a number of them that is computed`,
          );
          continue;
        }
        const key = entryKey(size, labels);
        const user = users.get(key);
        if (user && (user.value !== value || user.axis !== place.axis)) {
          const reason = `${label} (${node.operator}) shares the statement of their number with another node`;
          positions.pin(value, place.axis, reason);
          positions.pin(user.value, user.axis, reason);
        }
        users.set(key, { value, axis: place.axis, index: 0 });
      }
    }
  }
}

function collect(
  model: Model,
  positions: AxisPositions,
  sets: FreeSets,
  heads: ReadonlySet<string>,
): Omit<ChannelGroups, 'keptHeads'> {
  const outputs = new Map<string, Layer>();
  const layers = layersOf(model).filter((layer) => layer.tensors.some(({ role }) => role === 'weight'));
  for (const layer of layers) {
    for (const { value, role, outputAxis, storedIn } of layer.tensors) {
      if (role === 'weight' && outputAxis !== undefined && storedIn === model.graph)
        outputs.set(axisKey(value, outputAxis), layer);
    }
  }
  const groups = new Map<string, FoundGroup>();
  const pruned = new Set<string>();
  for (const members of sets.values()) {
    const axes = new Set(members.map(({ value, axis }) => axisKey(value, axis)));
    if (coversAnAxis(members, positions)) continue;
    const makers = new Set([...axes].flatMap((key) => outputs.get(key)?.label ?? []));
    if (makers.size === 0) continue;
    const signature = [...axes].join('\n');
    const group = groups.get(signature) ?? {
      layers: makers,
      channels: [],
      isOfHeads: [...axes].some((key) => heads.has(key)),
    };
    group.channels.push(members);
    groups.set(signature, group);
  }
  const result = [...groups.values()].map((group): ChannelGroup => ({
    layers: [...group.layers],
    channels: group.channels,
    ...(group.isOfHeads && { heads: true }),
  }));
  for (const group of result) for (const layer of group.layers) pruned.add(layer);
  const refused = layers
    .filter(({ label }) => !pruned.has(label))
    .map((layer): RefusedLayer => ({
      layer: layer.label,
      reason: reasonFor(layer, model, positions),
    }));
  return { groups: result, refused };
}

/** The last axis of heads of each product; those before it are of the batch. */
function keptHeads({ positions, places, labels }: Coupling, sets: FreeSets): readonly RefusedLayer[] {
  return places.nodes.flatMap(({ node, facts }): readonly RefusedLayer[] => {
    const place = facts?.links.findLast(({ b, heads }) => heads && b.side === 'output')?.b;
    const value = place && valueAt(node, place);
    if (!place || value === undefined || positions.size(value, place.axis) === 0) return [];
    const layer = labels.get(node) ?? node.operator;
    const pinned = positions.pinned(value, place.axis);
    if (pinned !== undefined) return [{ layer, reason: pinned }];
    const members = sets.get(positions.setOf(value, place.axis, 0)) ?? [];
    return coversAnAxis(members, positions) ? [{ layer, reason: allTogether }] : [];
  });
}

const allTogether = 'all of them belong together, and one has to be left';

/** Positions that need not stay, by the numbers of their sets. */
type FreeSets = ReturnType<AxisPositions['freeSets']>;

interface FoundGroup {
  readonly layers: ReadonlySet<string>;
  readonly channels: Channel[];
  readonly isOfHeads: boolean;
}

/** Whether nothing would be left of some axis. */
function coversAnAxis(members: Channel, positions: AxisPositions): boolean {
  const counts = new Map<string, number>();
  for (const { value, axis } of members) {
    const count = (counts.get(axisKey(value, axis)) ?? 0) + 1;
    if (count === positions.size(value, axis)) return true;
    counts.set(axisKey(value, axis), count);
  }
  return false;
}

function reasonFor(layer: Layer, model: Model, positions: AxisPositions): string {
  for (const { value, role, outputAxis, storedIn } of layer.tensors) {
    if (role !== 'weight') continue;
    if (storedIn !== model.graph) return 'it is in a graph within the graph';
    if (outputAxis === undefined) continue;
    const reason = positions.pinned(value, outputAxis);
    if (reason !== undefined) return reason;
    return allTogether;
  }
  return 'it has no axis of output channels that the graph shows';
}

function placeKey({ side, index, axis }: Place): string {
  return `${side} ${index} ${axis}`;
}

function axisKey(value: string, axis: number): string {
  return `${axis} ${value}`;
}

function splitKey(key: string): readonly [value: string, axis: number] {
  const at = key.indexOf(' ');
  return [key.slice(at + 1), Number(key.slice(0, at))];
}

function entryKey({ node, input, entry }: SizeEntry, labels: ReadonlyMap<Node, string>): string {
  return `${labels.get(node) ?? ''} ${input} ${entry}`;
}
