// The gradients of a depthwise convolution as products of matrices. ONNX Runtime has no quick kernel for
// a convolution with as many groups as channels whose weights are not constant, but its products of matrices are quick:
// they compute much that is then thrown away, and were up to four times as fast.
import { elementsOf } from '../ir/elements';
import type { Convolution } from './convGradient';
import type { GraphBuilder } from '../ir/graphBuilder';

/**
 * With all axes in the product, it holds every pair of a pixel and an output of a channel: quickest up to about 6×6
 * pixels, measured with 8 to 256 channels. Above, only the last axis is in it and the kernel's other axes are gone
 * through one position at a time, until the pairs that are no part of the filter cost too much.
 */
const mostPairsOfPixels = 2 ** 11;
const mostPairsOfColumns = 2 ** 12;

/**
 * Σ over samples of each channel's dY correlated with its X, in the filter's shape; undefined where the other ways are
 * faster. The filter has one output for each channel.
 */
export function depthwiseFilterGradient(
  build: GraphBuilder,
  convolution: Convolution,
  image: string,
  gradient: string,
): string | undefined {
  const [sizes, outputs] = [convolution.image.slice(2), convolution.output.slice(2)];
  const rank = sizes.length;
  if (elementsOf(sizes) * elementsOf(outputs) <= mostPairsOfPixels)
    return byPairs(build, convolution, { image, gradient, outer: 0 });
  if (sizes[rank - 1]! * outputs[rank - 1]! <= mostPairsOfColumns)
    return byPairs(build, convolution, { image, gradient, outer: rank - 1 });
  return undefined;
}

/**
 * For each channel, dX is dY times a matrix with the filter's weight for each pair of an output and a pixel that it
 * sees; in the image's shape, or undefined where there are so many pairs that a convolution is faster.
 */
export function depthwiseImageGradient(
  build: GraphBuilder,
  convolution: Convolution,
  filter: string,
  gradient: string,
): string | undefined {
  const [batch = 1, channels = 1, ...sizes] = convolution.image;
  const [pixels, columns] = [elementsOf(sizes), elementsOf(convolution.output.slice(2))];
  if (pixels * columns > mostPairsOfPixels) return undefined;
  const positions = elementsOf(convolution.filter.slice(2));
  const picks = build.floats([pixels * columns, positions], pairs(convolution, 0));
  const weights = build.node('Gemm', [build.reshape(filter, [channels, positions]), picks], { transB: 1 });
  const fromPixels = build.reshape(weights, [channels, pixels, columns]);
  const toPixels = build.node('Transpose', [fromPixels], { perm: [0, 2, 1] });
  const sent = build.reshape(gradient, [batch, channels, columns]);
  const byChannel = build.node('MatMul', [build.node('Transpose', [sent], { perm: [1, 0, 2] }), toPixels]);
  return build.reshape(build.node('Transpose', [byChannel], { perm: [1, 0, 2] }), convolution.image);
}

interface Parts {
  readonly image: string;
  readonly gradient: string;
  /** How many of the spatial axes, from the first, are gone through position by position. */
  readonly outer: number;
}

/**
 * For each position of the kernel along the outer axes, P = Xᵀ·dY over samples and outer outputs has a row for each
 * inner pixel and a column for each inner output; each kernel position is the sum of some of its elements.
 */
function byPairs(build: GraphBuilder, convolution: Convolution, { image, gradient, outer }: Parts): string {
  const { filter, output, strides, dilations, pads } = convolution;
  const [batch = 1, channels = 1, ...sizes] = convolution.image;
  const rank = sizes.length;
  const outputs = output.slice(2);
  const kernel = filter.slice(2);
  const [pixels, columns] = [elementsOf(sizes.slice(outer)), elementsOf(outputs.slice(outer))];
  const rows = elementsOf(outputs.slice(0, outer)) * batch;
  const picks = build.floats([pixels * columns, elementsOf(kernel.slice(outer))], pairs(convolution, outer));

  // [channels, outer…, batch, inner]: what the sum goes over is together.
  const axes = Array.from({ length: outer }, (_, axis) => axis + 2);
  const turned = (value: string, around: readonly number[], inner: number): string =>
    build.node('Transpose', [build.reshape(value, [batch, channels, ...around, inner])], {
      perm: [1, ...axes, 0, outer + 2],
    });
  const sent = build.reshape(turned(gradient, outputs.slice(0, outer), columns), [channels, rows, columns]);
  const unpadded = turned(image, sizes.slice(0, outer), pixels);
  const around = (begin: number): number[] => [0, ...pads.slice(begin, begin + outer), 0, 0];
  const sides = [...around(0), ...around(rank)];
  const padded = sides.some((pad) => pad > 0) ? build.node('Pad', [unpadded, build.ints(sides)]) : unpadded;
  const seenFrom = (position: readonly number[]): string => {
    if (outer === 0) return padded;
    const starts = position.map((at, axis) => at * dilations[axis]!);
    return build.node('Slice', [
      padded,
      build.ints(starts),
      build.ints(starts.map((start, axis) => start + (outputs[axis]! - 1) * strides[axis]! + 1)),
      build.ints(starts.map((_, axis) => axis + 1)),
      build.ints(strides.slice(0, outer)),
    ]);
  };
  const positions = coordinates(kernel.slice(0, outer)).map((position) => {
    const seen = build.reshape(seenFrom(position), [channels, rows, pixels]);
    const across = build.node('Transpose', [seen], { perm: [0, 2, 1] });
    const flat = build.reshape(build.node('MatMul', [across, sent]), [channels, pixels * columns]);
    return build.node('MatMul', [flat, picks]);
  });
  const whole = positions.length === 1 ? positions[0]! : build.node('Concat', positions, { axis: 1 });
  return build.reshape(whole, filter);
}

/** [pixels · outputs, kernel positions] over the inner axes: 1 where an output sees the pixel from that position. */
function pairs({ image, filter, output, strides, dilations, pads }: Convolution, outer: number): number[] {
  const from = outer + 2;
  const [sizes, outputs, kernel] = [image.slice(from), output.slice(from), filter.slice(from)];
  const perPair = elementsOf(kernel);
  const columns = elementsOf(outputs);
  const result = Array.from({ length: elementsOf(sizes) * columns * perPair }, () => 0);
  for (const [column, place] of coordinates(outputs).entries()) {
    for (const [position, offset] of coordinates(kernel).entries()) {
      const pixel = place.map((at, i) => {
        const axis = i + outer;
        return at * strides[axis]! + offset[i]! * dilations[axis]! - pads[axis]!;
      });
      if (pixel.some((at, i) => at < 0 || at >= sizes[i]!)) continue;
      const index = pixel.reduce((sum, at, i) => sum * sizes[i]! + at, 0);
      result[(index * columns + column) * perPair + position] = 1;
    }
  }
  return result;
}

/** All coordinates in an array of the given sizes, the last axis first. */
function coordinates(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<readonly (readonly number[])[]>(
    (all, size) => all.flatMap((start) => Array.from({ length: size }, (_, at) => [...start, at])),
    [[]],
  );
}
