// The gradient of a transposed convolution. It is the adjoint of a convolution, so its own adjoint is that convolution.
import { attribute } from '../ir/graph';
import { channelSums, cutTo, filterGradient, type Convolution } from './convGradient';
import { arriving, type GradientRule } from './gradient';
import { halved, windowOf } from './windows';

// Y = X ⋆ᵀ W + b: dX = dY ⋆ W, dW as that of a convolution with image dY and output gradient X.
export const convTransposeGradient: GradientRule = (context) => {
  const { node, build, input, inputShape, wants } = context;
  const gradient = arriving(context);
  const [image, filter, output] = [context.outputShape(0), inputShape(1), inputShape(0)];
  const rank = image.length - 2;
  const window = windowOf(node, rank, filter.slice(2));
  const kernel = filter.slice(2);
  const full = kernel.map(
    (size, i) => window.strides[i]! * (output[i + 2]! - 1) + window.dilations[i]! * (size - 1) + 1,
  );
  const outputPadding = attribute(node, 'output_padding', 'ints') ?? full.map(() => 0);
  // With a stated output size, the pads are what has to go.
  const isStated = attribute(node, 'output_shape', 'ints') !== undefined || window.autoPad.startsWith('SAME');
  const totals = full.map((size, i) => Math.max(0, size + outputPadding[i]! - image[i + 2]!));
  const valid = window.autoPad === 'VALID' ? totals.flatMap(() => [0, 0]) : window.pads;
  const pads = isStated
    ? halved(totals, window.autoPad === 'SAME_UPPER' ? 'SAME_UPPER' : 'SAME_LOWER')
    : valid;
  const convolution: Convolution = {
    image,
    filter,
    output,
    strides: window.strides,
    dilations: window.dilations,
    // The last windows end where the output does, or before it.
    pads: [...pads.slice(0, rank), ...full.map((size, i) => Math.max(0, size - image[i + 2]! - pads[i]!))],
    group: attribute(node, 'group', 'int') ?? 1,
  };
  const attributes = {
    kernel_shape: kernel,
    strides: convolution.strides,
    dilations: convolution.dilations,
    pads: convolution.pads,
    group: convolution.group,
  };
  const sizes = full.map((size, i) => {
    const padded = image[i + 2]! + convolution.pads[i]! + convolution.pads[i + rank]!;
    return Math.floor((padded - size) / convolution.strides[i]!) + output[i + 2]!;
  });
  const throughWindows = (): string =>
    cutTo(build, build.node('Conv', [gradient, input(1)], attributes), sizes, output.slice(2));
  return [
    wants(0) ? throughWindows() : undefined,
    wants(1) ? filterGradient(build, convolution, gradient, input(0)) : undefined,
    ...(wants(2) ? [channelSums(build, gradient, image.length)] : []),
  ];
};
