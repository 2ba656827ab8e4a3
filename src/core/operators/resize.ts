// Resize and the older Upsample: scales or sizes, stored or computed from shapes.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { tensorNumbers } from '../ir/numbers';
import { outputAxis, sameAxes, type ChannelFacts } from './channels';
import { axesOf } from './dimensions';
import type { NodeContext, Operator } from './operator';
import { resizesOnGrid } from './quantizedUse';
import { resizeGradient } from './resizeGradient';

export const resizeOperators: readonly Operator[] = [
  {
    name: 'Resize',
    shape: (context) => [{ shape: resized(context) }],
    quantized: resizesOnGrid,
    gradient: resizeGradient,
    channels: besideResized,
  },
  {
    name: 'Upsample',
    shape: (context) => [{ shape: upsampled(context) }],
    gradient: resizeGradient,
    channels: besideResized,
  },
];

/** Axes of images beside the plane, whose size stays; a list of sizes states it. */
function besideResized(context: NodeContext): ChannelFacts | undefined {
  const { node, opset, inputShape, outputShape } = context;
  const input = inputShape(0);
  const output = outputShape(0);
  if (!input || !output) return undefined;
  const sizeInput = opset < 11 ? -1 : 3;
  const links = sameAxes(input, (axis) => axis > 1 || input[axis] !== output[axis]);
  if ((node.inputs[sizeInput] ?? '') === '') return { links };
  const axes = axesOf(attribute(node, 'axes', 'ints') ?? input.map((_, i) => i), input.length);
  if (!axes) return undefined;
  return { links, sizes: [{ in: { input: sizeInput }, places: axes.map((axis) => outputAxis(0, axis)) }] };
}

function resized(context: NodeContext): Shape | undefined {
  const { node, opset, inputShape, inputValues } = context;
  const input = inputShape(0);
  if (!input) return undefined;
  const axes = axesOf(attribute(node, 'axes', 'ints') ?? input.map((_, i) => i), input.length);
  // Version 10 had no region of interest in between.
  const [scaleInput, sizeInput] = opset < 11 ? [1, -1] : [2, 3];
  const unknown = input.map(() => undefined);
  if (!axes) return undefined;
  if ((node.inputs[sizeInput] ?? '') !== '') {
    // The other policies derive one size from another.
    const policy = attribute(node, 'keep_aspect_ratio_policy', 'string') ?? 'stretch';
    const sizes = policy === 'stretch' ? inputValues(sizeInput) : undefined;
    return input.map((size, i) => (axes.includes(i) ? sizes?.[axes.indexOf(i)] : size));
  }
  const scales = storedScales(context, scaleInput);
  if (!scales) return unknown;
  return input.map((size, i) => (axes.includes(i) ? scaled(size, scales[axes.indexOf(i)]) : size));
}

function upsampled(context: NodeContext): Shape | undefined {
  const input = context.inputShape(0);
  const height = attribute(context.node, 'height_scale', 'float');
  const width = attribute(context.node, 'width_scale', 'float');
  const scales =
    attribute(context.node, 'scales', 'floats') ??
    (height !== undefined && width !== undefined ? [1, 1, height, width] : storedScales(context, 1));
  return input?.map((size, i) => scaled(size, scales?.[i]));
}

function storedScales({ inputTensor }: NodeContext, input: number): readonly number[] | undefined {
  const tensor = inputTensor(input);
  return tensor && tensor.elements > 0 ? [...tensorNumbers(tensor)] : undefined;
}

/** In float32, as the runtime multiplies: a scale like 4/3 must not lose a pixel to a more exact product. */
function scaled(size: Dimension, scale: number | undefined): Dimension {
  if (typeof size !== 'number' || scale === undefined) return undefined;
  return Math.floor(Math.fround(size * Math.fround(scale)));
}
