// The gradient of Resize. Along each axis it is a matrix [output, input] of interpolation weights, known beforehand; the
// gradient goes back through its transpose.
import { attribute, type Node } from '../ir/graph';
import { tensorNumbers } from '../ir/numbers';
import { axesOf } from './dimensions';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
}

/** Where an output element lies among the input's, in float32 as the runtime computes it. */
type Coordinate = (output: number, axis: Axis) => number;

const f = Math.fround;

const halfPixel: Coordinate = (o, { scale }) => f(f(f(o + 0.5) / scale) - 0.5);

const coordinates: Readonly<Record<string, Coordinate>> = {
  half_pixel: halfPixel,
  pytorch_half_pixel: (o, axis) => (axis.output > 1 ? halfPixel(o, axis) : 0),
  asymmetric: (o, { scale }) => f(o / scale),
  align_corners: (o, { input, output }) => (output === 1 ? 0 : f(f(o * (input - 1)) / (output - 1))),
};

const roundings: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

// Y = (A₁ ⊗ … ⊗ Aₙ)·X: dX = (A₁ᵀ ⊗ … ⊗ Aₙᵀ)·dY, one axis after the other.
export const resizeGradient: GradientRule = (context) => {
  const { node, build, opset, inputShape } = context;
  const mode = attribute(node, 'mode', 'string') ?? 'nearest';
  const isOld = node.operator === 'Upsample' || opset < 11;
  const transformation = isOld
    ? 'asymmetric'
    : (attribute(node, 'coordinate_transformation_mode', 'string') ?? 'half_pixel');
  const coordinate = coordinates[transformation];
  const rounding = isOld
    ? Math.floor
    : roundings[attribute(node, 'nearest_mode', 'string') ?? 'round_prefer_floor'];
  if ((mode !== 'nearest' && mode !== 'linear') || !rounding)
    throw new GradientRefused(`${node.operator}: mode ${mode}`);
  if (!coordinate) throw new GradientRefused(`${node.operator}: coordinates ${transformation}`);
  if (attribute(node, 'antialias', 'int') === 1) throw new GradientRefused(`${node.operator}: antialias`);
  const image = inputShape(0);
  const scales = scalesOf(context);
  const shape = [...context.outputShape(0)];
  let gradient = arriving(context);
  // ONNX Runtime copies an image whose size stays the same, whatever the scales say.
  if (image.every((size, i) => size === shape[i])) return [gradient];
  for (const [i, input] of image.entries()) {
    const axis: Axis = { input, output: shape[i]!, scale: scales[i]! };
    if (axis.input === axis.output && axis.scale === 1) continue;
    const weights = Array.from({ length: input * axis.output }, () => 0);
    for (let o = 0; o < axis.output; o++) {
      const at = coordinate(o, axis);
      const taken = mode === 'nearest' ? ([[rounding(at), 1]] as const) : neighbours(at, input);
      // Transposed: row of the input element, column of the output element.
      for (const [from, weight] of taken)
        weights[Math.min(Math.max(from, 0), input - 1) * axis.output + o]! += weight;
    }
    const after = shape.slice(i + 1).reduce((a, b) => a * b, 1);
    const before = shape.slice(0, i).reduce((a, b) => a * b, 1);
    const rows = build.reshape(gradient, [before, axis.output, after]);
    gradient = build.node('MatMul', [build.floats([input, axis.output], weights), rows]);
    shape[i] = input;
  }
  return [build.reshape(gradient, image)];
};

/** The two elements around a place, and how much of each: outside, the outermost alone. */
function neighbours(at: number, size: number): readonly (readonly [number, number])[] {
  const inside = Math.min(Math.max(at, 0), size - 1);
  const low = Math.floor(inside);
  return [
    [low, 1 - (inside - low)],
    [low + 1, inside - low],
  ];
}

/** A scale for each dimension, as stated or as the sizes have it. */
function scalesOf(context: GradientContext): readonly number[] {
  const { node, opset, inputShape, outputShape } = context;
  const image = inputShape(0);
  const output = outputShape(0);
  const bySize = image.map((size, i) => f(output[i]! / size));
  if (node.operator !== 'Upsample' && opset >= 11 && (node.inputs[3] ?? '') !== '') {
    if ((attribute(node, 'keep_aspect_ratio_policy', 'string') ?? 'stretch') !== 'stretch')
      throw new GradientRefused(`${node.operator}: sizes that keep the aspect ratio`);
    return bySize;
  }
  const stated = statedScales(context, node);
  if (!stated) throw new GradientRefused(`${node.operator}: scales that are not stored`);
  const axes = axesOf(attribute(node, 'axes', 'ints') ?? image.map((_, i) => i), image.length) ?? [];
  return image.map((_, i) => (axes.includes(i) ? stated[axes.indexOf(i)]! : 1));
}

function statedScales(context: GradientContext, node: Node): readonly number[] | undefined {
  const listed = attribute(node, 'scales', 'floats');
  if (listed) return listed;
  const tensor = context.inputTensor(node.operator === 'Upsample' || context.opset < 11 ? 1 : 2);
  return tensor && [...tensorNumbers(tensor)];
}
