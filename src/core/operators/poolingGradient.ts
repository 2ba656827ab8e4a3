// The gradients of pools: where a maximum came from, or over what a mean was taken.
import { attribute } from '../ir/graph';
import { transposedAttributes } from './convGradient';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';
import { explicitPads, windowOf } from './windows';

// The gradient goes to the first maximum of each window, as PyTorch has it. A mask of what equals the maximum would
// give it to several where values tie, as quantized ones do all the time; hence the indices.
export const maxPoolGradient: GradientRule = (context) => {
  const { build, opset } = context;
  if (opset < 8) throw new GradientRefused('MaxPool: no indices before opset 8');
  if (build.opset < 16) throw new GradientRefused('MaxPool: no sums over indices before opset 16');
  const image = context.inputShape(0);
  const elements = product(image);
  const outputs = product(context.outputShape(0));
  const indices = build.reshape(firstMaxima(context), [outputs]);
  const zeros = build.node('Expand', [build.scalar(0), build.ints([elements])]);
  const flat = build.node('ScatterElements', [zeros, indices, build.reshape(arriving(context), [outputs])], {
    axis: 0,
    reduction: 'add',
  });
  return [build.reshape(flat, image)];
};

/** Indices of the maxima into the flattened image, from a pool of our own where the node gives none. */
function firstMaxima({ node, build, input, output }: GradientContext): string {
  if ((node.outputs[1] ?? '') !== '' && attribute(node, 'storage_order', 'int') !== 1) return output(1);
  const [values, indices] = [build.name('pooled'), build.name('indices')];
  build.nodes.push({
    ...node,
    name: build.name('MaxPool'),
    inputs: [input(0)],
    outputs: [values, indices],
    attributes: node.attributes.filter(({ name }) => name !== 'storage_order'),
  });
  return indices;
}

// A mean over a window gives each of its elements the same part of the gradient.
export const averagePoolGradient: GradientRule = (context) => {
  const { node, build, inputShape } = context;
  const gradient = arriving(context);
  const image = inputShape(0);
  const output = context.outputShape(0);
  const spatial = image.slice(2);
  const window = windowOf(node, spatial.length);
  const kernel = window.kernel.map(Number);
  const pads = explicitPads(spatial, window);
  const plain = pads.every((pad) => pad === 0) && window.dilations.every((dilation) => dilation === 1);
  const tiles =
    plain && kernel.every((size, i) => size === window.strides[i] && spatial[i] === size * output[i + 2]!);
  if (tiles) {
    const part = build.node('Mul', [gradient, build.scalar(1 / product(kernel))]);
    const scales = build.floats([image.length], [1, 1, ...kernel]);
    return [
      build.node('Resize', [part, undefined, scales], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    ];
  }
  const shares = spatial.map((size, i) =>
    Array.from({ length: output[i + 2]! }, (_, o) =>
      countedElements(
        {
          from: o * window.strides[i]! - pads[i]!,
          kernel: kernel[i]!,
          dilation: window.dilations[i]!,
        },
        attribute(node, 'count_include_pad', 'int') === 1
          ? { first: -pads[i]!, end: size + pads[i + spatial.length]! }
          : { first: 0, end: size },
      ),
    ),
  );
  const weights = outerProduct(shares).map((count) => 1 / count);
  const weighted = build.node('Mul', [gradient, build.floats([1, 1, ...output.slice(2)], weights)]);
  const channels = image[1]!;
  const filter = [channels, 1, ...kernel];
  const attributes = transposedAttributes({
    image,
    filter,
    output,
    pads,
    strides: window.strides,
    dilations: window.dilations,
    group: channels,
  });
  const ones = build.node('Expand', [build.scalar(1), build.ints(filter)]);
  return [build.node('ConvTranspose', [weighted, ones], attributes)];
};

export const globalAveragePoolGradient: GradientRule = (context) => {
  const { build, inputShape } = context;
  const spatial = inputShape(0).slice(2);
  const share = build.node('Expand', [build.scalar(1 / product(spatial)), build.ints([1, 1, ...spatial])]);
  return [build.node('Mul', [arriving(context), share])];
};

// To the first maximum of each channel.
export const globalMaxPoolGradient: GradientRule = (context) => {
  const { build, input, inputShape } = context;
  const image = inputShape(0);
  const [batch, channels] = [image[0]!, image[1]!];
  const rows = [batch, channels, product(image.slice(2))];
  const first = build.node('ArgMax', [build.reshape(input(0), rows)], { axis: 2, keepdims: 1 });
  const zeros = build.node('Expand', [build.scalar(0), build.ints(rows)]);
  const gradient = build.reshape(arriving(context), [batch, channels, 1]);
  return [build.reshape(build.node('ScatterElements', [zeros, first, gradient], { axis: 2 }), image)];
};

/** How many elements of a window are counted in its mean. */
function countedElements(
  window: { readonly from: number; readonly kernel: number; readonly dilation: number },
  counted: { readonly first: number; readonly end: number },
): number {
  return Array.from({ length: window.kernel }, (_, k) => window.from + k * window.dilation).filter(
    (at) => at >= counted.first && at < counted.end,
  ).length;
}

/** Products of one number of each list, the last list running fastest. */
function outerProduct(lists: readonly (readonly number[])[]): number[] {
  return lists.reduce<number[]>((all, list) => all.flatMap((a) => list.map((b) => a * b)), [1]);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}
