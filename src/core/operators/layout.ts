// Operators that join, cut, pad, repeat and rearrange without computing.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { add, axisOf, broadcast, knownShape, multiply, withDimension } from './dimensions';
import {
  inputAxis,
  outputAxis,
  sameAxes,
  type ChannelFacts,
  type ChannelLink,
  type SizedPlace,
} from './channels';
import { layoutGradients } from './layoutGradients';
import { padGradient } from './padGradient';
import { blockChannels, concatChannels, splitChannels } from './reshapeChannels';
import type { InferredOutput, NodeContext, Operator } from './operator';
import { joinsOnGrid, passesOnGrid } from './quantizedUse';

export const layoutOperators: readonly Operator[] = [
  {
    name: 'Concat',
    gradient: layoutGradients.concat,
    channels: concatChannels,
    passes: (node) => [...node.inputs.keys()],
    quantized: joinsOnGrid,
    shape: (context) => [concatenated(context)],
  },
  {
    name: 'Split',
    gradient: layoutGradients.split,
    channels: splitChannels,
    passes: () => [0],
    quantized: passesOnGrid,
    shape: split,
  },
  {
    name: 'Expand',
    channels: keptBy((context) => context.inputValues(1)?.map((size) => size === 1)),
    gradient: layoutGradients.expand,
    quantized: passesOnGrid,
    shape: (context) => [{ shape: expanded(context) }],
  },
  {
    name: 'Tile',
    channels: keptBy((context) => context.inputValues(1)?.map((times) => times === 1)),
    gradient: layoutGradients.tile,
    quantized: passesOnGrid,
    shape: (context) => [{ shape: tiled(context) }],
  },
  {
    name: 'Pad',
    channels: paddedChannels,
    gradient: padGradient,
    shape: (context) => [{ shape: padded(context) }],
  },
  {
    name: 'Crop',
    channels: ({ inputShape }) => ({ links: sameAxes(inputShape(0), (axis) => axis > 1) }),
    shape: (context) => [{ shape: cropped(context) }],
  },
  {
    name: 'DepthToSpace',
    gradient: layoutGradients.depthToSpace,
    quantized: passesOnGrid,
    channels: (context) => blockChannels(context, true),
    shape: (context) => [{ shape: blocks(context, -1) }],
  },
  {
    name: 'SpaceToDepth',
    gradient: layoutGradients.spaceToDepth,
    channels: (context) => blockChannels(context, false),
    shape: (context) => [{ shape: blocks(context, 1) }],
  },
  { name: 'CenterCropPad', shape: (context) => [{ shape: centered(context) }] },
];

/** Couples the axes that stay as they are. */
function keptBy(
  stated: (context: NodeContext) => readonly boolean[] | undefined,
): (context: NodeContext) => ChannelFacts | undefined {
  return (context) => {
    const input = context.inputShape(0);
    const kept = stated(context);
    if (!input || kept?.length !== input.length) return undefined;
    return { links: sameAxes(input, (axis) => kept[axis] !== true) };
  };
}

/**
 * Axes that are not padded go on. Along a padded one the input's positions are followed and preceded by new ones, whose
 * numbers are stated; they can go too where all have the same value.
 */
function paddedChannels(context: NodeContext): ChannelFacts | undefined {
  const { node } = context;
  const input = knownShape(context.inputShape(0));
  const pads = input && padsOf(context, input);
  if (!pads) return undefined;
  const { amounts, axes } = pads;
  const isConstant = (attribute(node, 'mode', 'string') ?? 'constant') === 'constant';
  const links: ChannelLink[] = [];
  for (const axis of input.keys()) {
    const at = axes.indexOf(axis);
    const [before, after] = at < 0 ? [0, 0] : [amounts[at] ?? 0, amounts[at + axes.length] ?? 0];
    const link = { a: inputAxis(0, axis), b: outputAxis(0, axis) };
    if (before === 0 && after === 0) links.push(link);
    else if (isConstant && before >= 0 && after >= 0) links.push({ ...link, at: (i) => [i + before] });
  }
  const place = (i: number, side: 0 | 1): SizedPlace => {
    const axis = axes[i] ?? 0;
    const start = amounts[i] ?? 0;
    const end = start + (input[axis] ?? 0);
    return { ...outputAxis(0, axis), ...(side === 0 ? { from: 0, to: start } : { from: end }) };
  };
  const places = ([0, 1] as const).flatMap((side) => axes.map((_, i) => place(i, side)));
  const name = ['pads', 'paddings'].find((candidate) => attribute(node, candidate, 'ints') !== undefined);
  return { links, sizes: [{ in: name === undefined ? { input: 1 } : { attribute: name }, places }] };
}

function concatenated(context: NodeContext): InferredOutput {
  const { node, inputShape, inputValues } = context;
  const shapes = node.inputs.map((_, i) => inputShape(i));
  const known = shapes.find((shape) => shape !== undefined);
  const axis = known && axisOf(attribute(node, 'axis', 'int') ?? 1, known.length);
  if (!known || axis === undefined) return { shape: undefined };
  const along = shapes.map((shape) => shape?.[axis]).reduce(add, 0);
  // Off the axis all inputs agree, so that any of them tells the size.
  const shape = known.map((_, i) =>
    i === axis ? along : shapes.map((candidate) => candidate?.[i]).find((size) => typeof size === 'number'),
  );
  const parts = node.inputs.map((_, i) => inputValues(i));
  const values =
    parts.every((part) => part !== undefined) && (known.length === 1 || axis === 0)
      ? parts.flat()
      : undefined;
  return { shape, values };
}

function split(context: NodeContext): readonly InferredOutput[] {
  const { node, inputShape, inputValues } = context;
  const input = inputShape(0);
  const axis = input && axisOf(attribute(node, 'axis', 'int') ?? 0, input.length);
  if (!input || axis === undefined) return node.outputs.map(() => ({ shape: undefined }));
  const given = attribute(node, 'split', 'ints') !== undefined || (node.inputs[1] ?? '') !== '';
  const stated = attribute(node, 'split', 'ints') ?? inputValues(1);
  const values = input.length === 1 ? inputValues(0) : undefined;
  let start = 0;
  return node.outputs.map((_, i) => {
    const size = given ? stated?.[i] : evenPart(input[axis], node.outputs.length, i);
    const part = values && size !== undefined ? values.slice(start, start + size) : undefined;
    start += size ?? 0;
    return { shape: withDimension(input, axis, size), values: part };
  });
}

/** Equal parts; the last one is smaller where the size does not divide. */
function evenPart(size: Dimension, parts: number, index: number): number | undefined {
  if (typeof size !== 'number') return undefined;
  const each = Math.ceil(size / parts);
  return Math.min(each, size - index * each);
}

function expanded({ inputShape, inputValues }: NodeContext): Shape | undefined {
  return broadcast([inputShape(0), inputValues(1)]);
}

function tiled({ inputShape, inputValues }: NodeContext): Shape | undefined {
  const repeats = inputValues(1);
  return inputShape(0)?.map((size, i) => multiply(size, repeats?.[i]));
}

function padded(context: NodeContext): Shape | undefined {
  const input = context.inputShape(0);
  if (!input) return undefined;
  const pads = padsOf(context, input);
  if (!pads) return input.map(() => undefined);
  const { amounts, axes } = pads;
  return input.map((size, i) => {
    const at = axes.indexOf(i);
    return at < 0 ? size : add(size, (amounts[at] ?? 0) + (amounts[at + axes.length] ?? 0));
  });
}

/** Elements added before each of the axes, then after each; undefined where that is not known before running. */
function padsOf(
  { node, inputValues }: NodeContext,
  input: Shape,
): { readonly amounts: readonly number[]; readonly axes: readonly (number | undefined)[] } | undefined {
  const amounts = attribute(node, 'pads', 'ints') ?? attribute(node, 'paddings', 'ints') ?? inputValues(1);
  const chosen = (node.inputs[3] ?? '') === '' ? input.map((_, i) => i) : inputValues(3);
  return amounts && chosen && { amounts, axes: chosen.map((axis) => axisOf(axis, input.length)) };
}

/** An operator of the first versions: `border` is left, top, right, bottom; `scale` the height and width kept. */
function cropped({ node, inputShape }: NodeContext): Shape | undefined {
  const input = inputShape(0);
  const border = attribute(node, 'border', 'ints');
  if (input?.length !== 4 || border?.length !== 4) return undefined;
  const [left, top, right, bottom] = border as [number, number, number, number];
  const scale = attribute(node, 'scale', 'ints');
  return [
    input[0],
    input[1],
    scale ? scale[0] : add(input[2], -top - bottom),
    scale ? scale[1] : add(input[3], -left - right),
  ];
}

/** Moves blocks of pixels between the channels and the plane: direction 1 into the channels, −1 out of them. */
function blocks({ node, inputShape }: NodeContext, direction: 1 | -1): Shape | undefined {
  const input = knownShape(inputShape(0));
  const block = attribute(node, 'blocksize', 'int');
  if (input?.length !== 4 || !block) return undefined;
  const factor = block ** direction;
  const [batch, channels, height, width] = input as readonly [number, number, number, number];
  return [
    batch,
    Math.round(channels * factor * factor),
    Math.floor(height / factor + 1e-9),
    Math.floor(width / factor + 1e-9),
  ];
}

function centered({ node, inputShape, inputValues }: NodeContext): Shape | undefined {
  const input = inputShape(0);
  const target = inputValues(1);
  if (!input) return undefined;
  const axes = (attribute(node, 'axes', 'ints') ?? input.map((_, i) => i)).map((axis) =>
    axisOf(axis, input.length),
  );
  return input.map((size, i) => (axes.includes(i) ? target?.[axes.indexOf(i)] : size));
}
