// The gradients of a convolution by its image and by its filter, written as ONNX. There are several ways to write each;
// which one is fastest depends on the shapes, and was measured with ONNX Runtime. Transposed convolutions use the same.
import { elementsOf } from '../ir/elements';
import { attribute } from '../ir/graph';
import type { GraphBuilder } from '../ir/graphBuilder';
import { depthwiseFilterGradient, depthwiseImageGradient } from './depthwiseGradient';
import { arriving, sumOfRows, type GradientRule } from './gradient';
import { windowColumns } from './windowColumns';
import { explicitPads, windowOf } from './windows';

/** A convolution with all of its numbers known. */
export interface Convolution {
  /** [batch, channels, …]. */
  readonly image: readonly number[];
  /** [output channels, channels / group, …]. */
  readonly filter: readonly number[];
  /** [batch, output channels, …]. */
  readonly output: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begins, then ends. */
  readonly pads: readonly number[];
  readonly group: number;
}

/**
 * The columns of the image (every window as a vector) are the quickest way to a filter's gradient, and hold every
 * element as often as the filter has positions. Above 128 MiB of float32 they are not made.
 */
const mostColumnElements = 2 ** 25;

// Y = X ⋆ W + b: dX is the transposed convolution of dY with W, dW correlates X with dY, db sums dY over all but channels.
export const convGradient: GradientRule = (context) => {
  const { node, build, input, inputShape, wants } = context;
  const gradient = arriving(context);
  const image = inputShape(0);
  const filter = inputShape(1);
  const window = windowOf(node, image.length - 2, filter.slice(2));
  const convolution: Convolution = {
    image,
    filter,
    output: context.outputShape(0),
    strides: window.strides,
    dilations: window.dilations,
    pads: explicitPads(image.slice(2), window),
    group: attribute(node, 'group', 'int') ?? 1,
  };
  return [
    wants(0) ? imageGradient(build, convolution, input(1), gradient) : undefined,
    wants(1) ? filterGradient(build, convolution, input(0), gradient) : undefined,
    ...(wants(2) ? [channelSums(build, gradient, image.length)] : []),
  ];
};

/** Sums over everything but the channels: the gradient by a bias. */
export function channelSums(build: GraphBuilder, gradient: string, rank: number): string {
  const axes = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 1);
  return build.reduce('ReduceSum', gradient, axes, { keep: false });
}

/** The gradient by the image. */
function imageGradient(
  build: GraphBuilder,
  convolution: Convolution,
  filter: string,
  gradient: string,
): string {
  const products = isDepthwise(convolution)
    ? depthwiseImageGradient(build, convolution, filter, gradient)
    : undefined;
  return products ?? byConvolution(build, convolution, filter, gradient);
}

/** A convolution with the flipped filter where nothing is skipped, else a transposed one. */
function byConvolution(
  build: GraphBuilder,
  convolution: Convolution,
  filter: string,
  gradient: string,
): string {
  const { strides, dilations, pads, group } = convolution;
  const kernel = convolution.filter.slice(2);
  const flippedPads = pads.map((pad, i) => {
    const axis = i % kernel.length;
    return dilations[axis]! * (kernel[axis]! - 1) - pad;
  });
  const keepsSize = kernel.every((_, i) => convolution.output[i + 2]! >= convolution.image[i + 2]!);
  const plain = group === 1 || isDepthwise(convolution);
  if (plain && keepsSize && strides.every((s) => s === 1) && flippedPads.every((pad) => pad >= 0)) {
    const flipped = flip(build, filter, kernel);
    const turned = group === 1 ? swapFirstTwo(build, flipped, kernel.length) : flipped;
    return build.node('Conv', [gradient, turned], {
      kernel_shape: kernel,
      pads: flippedPads,
      dilations,
      group,
    });
  }
  return build.node('ConvTranspose', [gradient, filter], transposedAttributes(convolution));
}

/** Attributes of the transposed convolution that gives a convolution's or pool's image back from its output. */
export function transposedAttributes(
  window: Convolution,
): Readonly<Record<string, number | readonly number[]>> {
  const kernel = window.filter.slice(2);
  // What the windows cover beyond the image is cut off at the end; what they leave of it uncovered gets zeros.
  const beyond = kernel.map((size, i) => {
    const extent = window.dilations[i]! * (size - 1) + 1;
    const covered = (window.output[i + 2]! - 1) * window.strides[i]! + extent;
    return covered - window.pads[i]! - window.image[i + 2]!;
  });
  return {
    kernel_shape: kernel,
    strides: window.strides,
    dilations: window.dilations,
    group: window.group,
    pads: [...window.pads.slice(0, kernel.length), ...beyond.map((cut) => Math.max(0, cut))],
    output_padding: beyond.map((cut) => Math.max(0, -cut)),
  };
}

/** The gradient by the filter. */
export function filterGradient(
  build: GraphBuilder,
  convolution: Convolution,
  image: string,
  gradient: string,
): string {
  if (convolution.group !== 1)
    return isDepthwise(convolution)
      ? (depthwiseFilterGradient(build, convolution, image, gradient) ??
          byChannels(build, convolution, image, gradient))
      : byCorrelation(build, convolution, image, gradient);
  const kernel = convolution.filter.slice(2);
  const isPoint = kernel.every((size) => size === 1) && convolution.pads.every((pad) => pad === 0);
  if (isPoint) return byPoints(build, convolution, image, gradient);
  const columns = [convolution.image[0]!, ...kernel, convolution.image[1]!, ...convolution.output.slice(2)];
  return elementsOf(columns) > mostColumnElements
    ? byCorrelation(build, convolution, image, gradient)
    : byColumns(build, convolution, image, gradient);
}

/** With a kernel of one point, the columns are the image itself: dW = Σ over samples of dY · Xᵀ. */
function byPoints(build: GraphBuilder, convolution: Convolution, image: string, gradient: string): string {
  const { strides, output } = convolution;
  const axes = strides.flatMap((_, i) => (convolution.image[i + 2] === output[i + 2] ? [] : [i + 2]));
  const used =
    axes.length === 0
      ? image
      : build.node('Slice', [
          image,
          build.ints(axes.map(() => 0)),
          build.ints(axes.map((axis) => (output[axis]! - 1) * strides[axis - 2]! + 1)),
          build.ints(axes),
          build.ints(axes.map((axis) => strides[axis - 2]!)),
        ]);
  return sumOfProducts(build, convolution, used, gradient);
}

/** With the windows of the image as columns. */
function byColumns(build: GraphBuilder, convolution: Convolution, image: string, gradient: string): string {
  const { strides, dilations, pads } = convolution;
  const columns = windowColumns(build, image, {
    channels: convolution.image[1]!,
    kernel: convolution.filter.slice(2),
    attributes: { strides, dilations, pads },
  });
  return sumOfProducts(build, convolution, columns, gradient);
}

/**
 * Σ over samples of dY [M, P] · columnsᵀ [P, C·K], in the filter's shape. A product for each sample and a sum of them is
 * quickest unless the points are few: then moving the samples next to the points costs less than adding the products.
 */
function sumOfProducts(
  build: GraphBuilder,
  { image, filter, output }: Convolution,
  columns: string,
  gradient: string,
): string {
  const batch = image[0]!;
  const points = elementsOf(output.slice(2));
  const [outputs, inputs] = [filter[0]!, elementsOf(filter.slice(1))];
  const [sent, seen] = [
    build.reshape(gradient, [batch, outputs, points]),
    build.reshape(columns, [batch, inputs, points]),
  ];
  if (outputs * inputs > fewPoints * points * (outputs + inputs)) {
    const joined = (value: string, rows: number): string =>
      build.reshape(build.node('Transpose', [value], { perm: [1, 0, 2] }), [rows, batch * points]);
    const whole = build.node('Gemm', [joined(sent, outputs), joined(seen, inputs)], { transB: 1 });
    return build.reshape(whole, filter);
  }
  const products = build.node('MatMul', [sent, build.node('Transpose', [seen], { perm: [0, 2, 1] })]);
  return build.reshape(sumOfRows(build, products, [batch, outputs * inputs]), filter);
}

/** How many times fewer elements the factors must have than their product for one product of all samples. */
const fewPoints = 8;

/** Each channel of each sample is convolved by its own output's gradient; strides and dilations change places. */
function byChannels(build: GraphBuilder, convolution: Convolution, image: string, gradient: string): string {
  const [batch, channels] = [convolution.image[0]!, convolution.image[1]!];
  const planes = batch * channels;
  const correlated = correlate(build, convolution, {
    image: build.reshape(image, [1, planes, ...convolution.image.slice(2)]),
    filter: build.reshape(gradient, [planes, 1, ...convolution.output.slice(2)]),
    group: planes,
  });
  const sums = sumOfRows(build, correlated, [batch, elementsOf(convolution.filter)]);
  return build.reshape(sums, convolution.filter);
}

/** Samples take the place of channels: the batch is summed over by the convolution itself. */
function byCorrelation(
  build: GraphBuilder,
  convolution: Convolution,
  image: string,
  gradient: string,
): string {
  const { group, filter } = convolution;
  const [batch, channels, ...spatial] = convolution.image;
  const rank = spatial.length;
  const perGroup = channels! / group;
  const axes = spatial.map((_, i) => i + 3);
  const grouped = build.reshape(image, [batch!, group, perGroup, ...spatial]);
  const turned = build.node('Transpose', [grouped], { perm: [2, 1, 0, ...axes] });
  const correlated = correlate(build, convolution, {
    image: build.reshape(turned, [perGroup, group * batch!, ...spatial]),
    filter: swapFirstTwo(build, gradient, rank),
    group,
  });
  return build.reshape(swapFirstTwo(build, correlated, rank), filter);
}

/** Convolves with a gradient as the filter, and leaves the rows beyond the kernel that strides can bring about. */
function correlate(
  build: GraphBuilder,
  convolution: Convolution,
  parts: { readonly image: string; readonly filter: string; readonly group: number },
): string {
  const kernel = convolution.filter.slice(2);
  const rank = kernel.length;
  const result = build.node('Conv', [parts.image, parts.filter], {
    kernel_shape: convolution.output.slice(2),
    strides: convolution.dilations,
    dilations: convolution.strides,
    pads: convolution.pads,
    group: parts.group,
  });
  const sizes = kernel.map((_, i) => {
    const padded = convolution.image[i + 2]! + convolution.pads[i]! + convolution.pads[i + rank]!;
    const extent = (convolution.output[i + 2]! - 1) * convolution.strides[i]! + 1;
    return Math.floor((padded - extent) / convolution.dilations[i]!) + 1;
  });
  return cutTo(build, result, sizes, kernel);
}

/** The first elements along the spatial axes. */
export function cutTo(
  build: GraphBuilder,
  value: string,
  sizes: readonly number[],
  wanted: readonly number[],
): string {
  const axes = wanted.flatMap((size, i) => (sizes[i] === size ? [] : [i]));
  if (axes.length === 0) return value;
  return build.node('Slice', [
    value,
    build.ints(axes.map(() => 0)),
    build.ints(axes.map((i) => wanted[i]!)),
    build.ints(axes.map((i) => i + 2)),
  ]);
}

/** One filter per channel. */
function isDepthwise({ group, image, filter }: Convolution): boolean {
  return group === image[1] && filter[0] === group;
}

function flip(build: GraphBuilder, filter: string, kernel: readonly number[]): string {
  const axes = kernel.flatMap((size, i) => (size === 1 ? [] : [i + 2]));
  if (axes.length === 0) return filter;
  return build.node('Slice', [
    filter,
    build.ints(axes.map(() => -1)),
    // One before the first element, however the end is clamped.
    build.ints(axes.map(() => -(2 ** 31))),
    build.ints(axes),
    build.ints(axes.map(() => -1)),
  ]);
}

function swapFirstTwo(build: GraphBuilder, value: string, spatialRank: number): string {
  const axes = Array.from({ length: spatialRank }, (_, i) => i + 2);
  return build.node('Transpose', [value], { perm: [1, 0, ...axes] });
}
