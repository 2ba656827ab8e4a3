// The gradients of pools: where a maximum came from, or over what a mean was taken.
import { elementsOf } from '../ir/elements';
import { attribute } from '../ir/graph';
import type { GraphBuilder } from '../ir/graphBuilder';
import { transposedAttributes } from './convGradient';
import { expressions } from './expressions';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';
import { explicitPads, windowOf } from './windows';

// The gradient goes to the first maximum of each window, as PyTorch has it. A mask of what equals the maximum would
// give it to several where values tie, as quantized ones do all the time, and those over an even background.
export const maxPoolGradient: GradientRule = (context) => {
  const kernel = tiles(context);
  // Indices cost several times what the pool itself does; above four elements, marks cost as much.
  return kernel?.length === 2 && elementsOf(kernel) <= 4 && context.build.type === 'float32'
    ? [byMarks(context, kernel)]
    : [byIndices(context)];
};

/**
 * Of windows that tile the image: marks each maximum with a number that falls along its window, so that a second pool
 * finds the first of them. Unlike indices, all of it runs on ONNX Runtime's fast kernels.
 */
function byMarks(context: GradientContext, kernel: readonly number[]): string {
  const { build, input, output } = context;
  const e = expressions(build);
  const [height, width] = context.inputShape(0).slice(2) as [number, number];
  const [rows, columns] = kernel as [number, number];
  const order = Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width) % rows, (i % width) % columns];
    return rows * columns - (y * columns + x);
  });
  const isMaximum = e.indicator(e.compare('Equal', input(0), repeated(build, output(0), kernel)));
  const marks = e.multiply(isMaximum, build.floats([1, 1, height, width], order));
  const first = build.node('MaxPool', [marks], { kernel_shape: kernel, strides: kernel });
  const isFirst = e.indicator(e.compare('Equal', marks, repeated(build, first, kernel)));
  return e.multiply(isFirst, repeated(build, arriving(context), kernel));
}

function byIndices(context: GradientContext): string {
  const { build, opset } = context;
  if (opset < 8) throw new GradientRefused('MaxPool: no indices before opset 8');
  if (build.opset < 16) throw new GradientRefused('MaxPool: no sums over indices before opset 16');
  const image = context.inputShape(0);
  const outputs = elementsOf(context.outputShape(0));
  const indices = build.reshape(firstMaxima(context), [outputs]);
  const zeros = build.node('Expand', [build.scalar(0), build.ints([elementsOf(image)])]);
  const flat = build.node('ScatterElements', [zeros, indices, build.reshape(arriving(context), [outputs])], {
    axis: 0,
    reduction: 'add',
  });
  return build.reshape(flat, image);
}

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
  if (tiles(context)) {
    const part = build.node('Mul', [gradient, build.scalar(1 / elementsOf(kernel))]);
    return [repeated(build, part, kernel)];
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
  const share = build.node('Expand', [build.scalar(1 / elementsOf(spatial)), build.ints([1, 1, ...spatial])]);
  return [build.node('Mul', [arriving(context), share])];
};

// To the first maximum of each channel.
export const globalMaxPoolGradient: GradientRule = (context) => {
  const { build, input, inputShape } = context;
  const image = inputShape(0);
  const [batch, channels] = [image[0]!, image[1]!];
  const rows = [batch, channels, elementsOf(image.slice(2))];
  const first = build.node('ArgMax', [build.reshape(input(0), rows)], { axis: 2, keepdims: 1 });
  const zeros = build.node('Expand', [build.scalar(0), build.ints(rows)]);
  const gradient = build.reshape(arriving(context), [batch, channels, 1]);
  return [build.reshape(build.node('ScatterElements', [zeros, first, gradient], { axis: 2 }), image)];
};

/** The kernel of a pool whose windows lie side by side and cover the image; undefined where they do not. */
function tiles({ node, inputShape, outputShape }: GradientContext): readonly number[] | undefined {
  const spatial = inputShape(0).slice(2);
  const window = windowOf(node, spatial.length);
  const plain =
    explicitPads(spatial, window).every((pad) => pad === 0) &&
    window.dilations.every((dilation) => dilation === 1);
  const kernel = window.kernel.map(Number);
  const covers = kernel.every(
    (size, i) => size === window.strides[i] && spatial[i] === size * outputShape(0)[i + 2]!,
  );
  return plain && covers ? kernel : undefined;
}

/** Gives each element of a window what its pooled value is. */
function repeated(build: GraphBuilder, value: string, kernel: readonly number[]): string {
  const scales = build.floats([kernel.length + 2], [1, 1, ...kernel]);
  return build.node('Resize', [value, undefined, scales], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
}

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
