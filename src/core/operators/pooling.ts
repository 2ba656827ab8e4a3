// Pools and reductions over spatial dimensions. They multiply nothing with learned weights and count no MACs.
import { attribute } from '../ir/graph';
import { sameAxes, type ChannelRule } from './channels';
import type { NodeContext, Operator } from './operator';
import { computesOnGrid, poolsOnGrid } from './quantizedUse';
import {
  averagePoolGradient,
  globalAveragePoolGradient,
  globalMaxPoolGradient,
  maxPoolGradient,
} from './poolingGradient';
import { transposedOutput, windowOf, windowOutput } from './windows';

export const poolingOperators: readonly Operator[] = [
  {
    name: 'AveragePool',
    shape: pooled,
    gradient: averagePoolGradient,
    channels: planeByPlane,
    quantized: computesOnGrid,
  },
  {
    name: 'MaxPool',
    shape: pooled,
    gradient: maxPoolGradient,
    channels: planeByPlane,
    quantized: poolsOnGrid,
  },
  { name: 'LpPool', shape: pooled, channels: planeByPlane },
  {
    name: 'GlobalAveragePool',
    shape: pooledGlobally,
    gradient: globalAveragePoolGradient,
    channels: planeByPlane,
    quantized: computesOnGrid,
  },
  { name: 'GlobalMaxPool', shape: pooledGlobally, gradient: globalMaxPoolGradient, channels: planeByPlane },
  { name: 'GlobalLpPool', shape: pooledGlobally, channels: planeByPlane },
  { name: 'QLinearAveragePool', domain: 'com.microsoft', shape: pooled },
  { name: 'QLinearGlobalAveragePool', domain: 'com.microsoft', shape: pooledGlobally },
  {
    name: 'MaxUnpool',
    shape: (context) => {
      const image = context.inputShape(0);
      // The size may be given as an input of its own.
      if (!image || (context.node.inputs[2] ?? '') !== '') return [{ shape: context.inputValues(2) }];
      const window = windowOf(context.node, image.length - 2);
      return [{ shape: [image[0], image[1], ...transposedOutput(image.slice(2), window, context.node)] }];
    },
  },
  {
    name: 'RoiAlign',
    shape: ({ node, inputShape }) => {
      const image = inputShape(0);
      const regions = inputShape(1);
      const height = attribute(node, 'output_height', 'int') ?? 1;
      const width = attribute(node, 'output_width', 'int') ?? 1;
      return [{ shape: image && regions && [regions[0], image[1], height, width] }];
    },
  },
  {
    name: 'MaxRoiPool',
    shape: ({ node, inputShape }) => {
      const image = inputShape(0);
      const regions = inputShape(1);
      const size = attribute(node, 'pooled_shape', 'ints');
      return [{ shape: image && regions && size && [regions[0], image[1], ...size] }];
    },
  },
];

/** The indices of maxima that a second output holds count through all channels. */
function planeByPlane({ node, inputShape }: NodeContext): ReturnType<ChannelRule> {
  if ((node.outputs[1] ?? '') !== '') return undefined;
  return { links: sameAxes(inputShape(0), (axis) => axis > 1) };
}

function pooled({
  node,
  inputShape,
}: NodeContext): readonly { readonly shape: ReturnType<typeof inputShape> }[] {
  const image = inputShape(0);
  if (!image || attribute(node, 'channels_last', 'int') === 1) return [{ shape: undefined }];
  const spatial = image.slice(2);
  const shape = [image[0], image[1], ...windowOutput(spatial, windowOf(node, spatial.length))];
  // A maximum pool can give the indices of the maxima as well.
  return node.outputs.map(() => ({ shape }));
}

function pooledGlobally({
  node,
  inputShape,
}: NodeContext): readonly { readonly shape: ReturnType<typeof inputShape> }[] {
  const image = inputShape(0);
  if (!image || attribute(node, 'channels_last', 'int') === 1) return [{ shape: undefined }];
  return [{ shape: image.map((size, i) => (i < 2 ? size : 1)) }];
}
