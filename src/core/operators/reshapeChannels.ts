// Channels through changes of shape: an axis goes on as it is, or several axes become one, or one becomes several.
import { axisOf, knownShape } from './dimensions';
import {
  inputAxis,
  outputAxis,
  type AxisSplit,
  type ChannelFacts,
  type ChannelLink,
  type ChannelRule,
  type Place,
  type StatedSizes,
} from './channels';
import { attribute } from '../ir/graph';
import type { NodeContext } from './operator';

/** Of operators that read the same elements in the same order under another shape. */
export const viewChannels: ChannelRule = (context) => {
  const source = knownShape(context.inputShape(0));
  const target = knownShape(context.outputShape(0));
  if (!source || !target) return undefined;
  const links: ChannelLink[] = [];
  const splits: AxisSplit[] = [];
  for (const { from, to } of sections(source, target)) {
    const inputs = from.map((axis) => inputAxis(0, axis));
    const outputs = to.map((axis) => outputAxis(0, axis));
    if (from.length === 1 && to.length === 1) links.push({ a: inputs[0]!, b: outputs[0]! });
    else if (from.length === 1) splits.push({ whole: inputs[0]!, parts: outputs });
    else if (to.length === 1) splits.push({ whole: outputs[0]!, parts: inputs });
  }
  return { links, splits };
};

/** The same, with the shape as an attribute (until version 4) or an input. */
export const reshapeChannels: ChannelRule = (context) => {
  const facts = viewChannels(context);
  const places = (context.outputShape(0) ?? []).map((_, axis) => outputAxis(0, axis));
  const stated = attribute(context.node, 'shape', 'ints') ? { attribute: 'shape' } : { input: 1 };
  return facts && { ...facts, sizes: [{ in: stated, places }] };
};

interface Section {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Cuts two shapes of equally many elements into the smallest pieces that correspond. Axes of size 1 are in none. */
function sections(source: readonly number[], target: readonly number[]): readonly Section[] {
  const result: Section[] = [];
  const [sources, targets] = [longAxes(source), longAxes(target)];
  let [i, j] = [0, 0];
  while (i < sources.length && j < targets.length) {
    const from = [sources[i++]!];
    const to = [targets[j++]!];
    let [left, right] = [source[from[0]!]!, target[to[0]!]!];
    while (left !== right) {
      const next = left < right ? sources[i++] : targets[j++];
      if (next === undefined) return result;
      if (left < right) {
        from.push(next);
        left *= source[next]!;
      } else {
        to.push(next);
        right *= target[next]!;
      }
    }
    result.push({ from, to });
  }
  return result;
}

function longAxes(shape: readonly number[]): readonly number[] {
  return shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
}

/** Blocks of the plane out of channels (`toSpace`) or into them: b² channels go with each channel of the other side. */
export function blockChannels(
  { node, inputShape, outputShape }: NodeContext,
  toSpace: boolean,
): ChannelFacts | undefined {
  const block = attribute(node, 'blocksize', 'int');
  const channels = toSpace ? outputShape(0)?.[1] : inputShape(0)?.[1];
  if (!block || typeof channels !== 'number') return undefined;
  const [few, many]: readonly [Place, Place] = toSpace
    ? [outputAxis(0, 1), inputAxis(0, 1)]
    : [inputAxis(0, 1), outputAxis(0, 1)];
  const channelsOutside = toSpace && attribute(node, 'mode', 'string') === 'CRD';
  const at = (channel: number): readonly number[] =>
    Array.from({ length: block * block }, (_, cell) =>
      channelsOutside ? channel * block * block + cell : cell * channels + channel,
    );
  return {
    links: [
      { a: inputAxis(0, 0), b: outputAxis(0, 0) },
      { a: few, b: many, at },
    ],
  };
}

export const concatChannels: ChannelRule = ({ node, inputShape, outputShape }) => {
  const rank = outputShape(0)?.length;
  const axis = rank === undefined ? undefined : axisOf(attribute(node, 'axis', 'int') ?? 1, rank);
  if (rank === undefined || axis === undefined) return undefined;
  const links: ChannelLink[] = [];
  let start = 0;
  for (const input of node.inputs.keys()) {
    const size = inputShape(input)?.[axis];
    if (typeof size !== 'number') return undefined;
    const offset = start;
    for (let at = 0; at < rank; at++) {
      const link = { a: inputAxis(input, at), b: outputAxis(0, at) };
      links.push(at === axis ? { ...link, at: (i) => [i + offset] } : link);
    }
    start += size;
  }
  return { links };
};

export const splitChannels: ChannelRule = ({ node, inputShape, outputShape }) => {
  const input = inputShape(0);
  const axis = input && axisOf(attribute(node, 'axis', 'int') ?? 0, input.length);
  if (axis === undefined) return undefined;
  const links: ChannelLink[] = [];
  const sizes: StatedSizes[] = [];
  let start = 0;
  for (const output of node.outputs.keys()) {
    const size = outputShape(output)?.[axis];
    if (typeof size !== 'number') return undefined;
    const offset = start;
    for (const at of input!.keys()) {
      const link = { a: outputAxis(output, at), b: inputAxis(0, at) };
      links.push(at === axis ? { ...link, at: (i) => [i + offset] } : link);
    }
    start += size;
  }
  const places = [...node.outputs.keys()].map((output) => outputAxis(output, axis));
  const hasAttribute = attribute(node, 'split', 'ints') !== undefined;
  if (hasAttribute || (node.inputs[1] ?? '') !== '')
    sizes.push({ in: hasAttribute ? { attribute: 'split' } : { input: 1 }, places });
  // Equal parts stay equal: what is at the same place of each part goes together.
  else links.push(...places.slice(1).map((place) => ({ a: place, b: places[0]! })));
  return { links, sizes };
};
