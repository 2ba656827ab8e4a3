// Normalization layers. Their scales and shifts are few and sensitive, so they are neither pruned nor quantized.
import { attribute, type Shape } from '../ir/graph';
import { batchNormalizationForm } from './batchNormalizationForm';
import { eachElement, inputAxis, sameAxes, type ChannelFacts } from './channels';
import { axesOf, withDimension } from './dimensions';
import {
  batchNormalizationGradient,
  groupNormalizationGradient,
  instanceNormalizationGradient,
  layerNormalizationGradient,
  lrnGradient,
} from './normalizationGradient';
import type { NodeContext, Operator, WeightInput } from './operator';

const microsoft = 'com.microsoft';

export const normalizationOperators: readonly Operator[] = [
  {
    name: 'BatchNormalization',
    weights: () => [...learned(1, 2), measured(3, 0), measured(4, 1)],
    shape: ({ node, inputShape }) =>
      node.outputs.map((_, i) => ({ shape: i === 0 ? inputShape(0) : inputShape(3) })),
    gradient: batchNormalizationGradient,
    channels: ({ inputShape }) => perChannel(sameAxes(inputShape(0)), 4),
    trainingForm: batchNormalizationForm,
  },
  {
    ...sameShape('InstanceNormalization', learned(1, 2)),
    gradient: instanceNormalizationGradient,
    channels: instanceChannels,
  },
  { ...sameShape('GroupNormalization', learned(1, 2)), gradient: groupNormalizationGradient },
  {
    ...sameShape('LRN', []),
    gradient: lrnGradient,
    channels: ({ inputShape }) => ({ links: sameAxes(inputShape(0), (axis) => axis === 1) }),
  },
  { ...sameShape('MeanVarianceNormalization', []), channels: ownAxesApart },
  sameShape('LpNormalization', []),
  // Of the first ONNX versions, with their numbers as attributes.
  { ...sameShape('Affine', []), channels: eachElement },
  sameShape('ImageScaler', []),
  {
    name: 'LayerNormalization',
    weights: () => learned(1, 2),
    shape: normalized,
    gradient: layerNormalizationGradient,
    channels: lastAxesApart,
  },
  { name: 'RMSNormalization', weights: () => learned(1), shape: normalized, channels: lastAxesApart },
  // ONNX Runtime registers these in the standard domain too.
  {
    name: 'SimplifiedLayerNormalization',
    weights: () => learned(1),
    shape: normalized,
    channels: lastAxesApart,
  },
  {
    name: 'SkipLayerNormalization',
    domain: microsoft,
    weights: () => [...learned(2, 3), bias(4)],
    shape: skipped,
  },
  {
    name: 'SkipSimplifiedLayerNormalization',
    domain: microsoft,
    weights: () => [...learned(2), bias(3)],
    shape: skipped,
  },
  { ...sameShape('GroupNorm', learned(1, 2)), domain: microsoft },
  { ...sameShape('SkipGroupNorm', [...learned(1, 2), bias(4)]), domain: microsoft },
];

/** The input with scales and, where there is one, that with shifts. */
function learned(...inputs: readonly [scale: number, shift?: number]): readonly WeightInput[] {
  return inputs.map((input, i) => ({ input: input!, role: 'normalization', neutral: i === 0 ? 1 : 0 }));
}

function measured(input: number, neutral: 0 | 1): WeightInput {
  return { input, role: 'normalization', measured: true, neutral };
}

function bias(input: number): WeightInput {
  return { input, role: 'bias' };
}

function sameShape(name: string, weights: readonly WeightInput[]): Operator {
  return { name, weights: () => weights, shape: ({ inputShape }) => [{ shape: inputShape(0) }] };
}

function instanceChannels({ inputShape }: NodeContext): ChannelFacts {
  return perChannel(
    sameAxes(inputShape(0), (axis) => axis > 1),
    2,
  );
}

/** Each of the given number of parameters has one element per channel. */
function perChannel(links: ChannelFacts['links'], parameters: number): ChannelFacts {
  const own = Array.from({ length: parameters }, (_, i) => ({ a: inputAxis(i + 1, 0), b: inputAxis(0, 1) }));
  return { links: [...links, ...own] };
}

/** What is normalized over has a mean and a deviation that every element takes part in. */
function lastAxesApart({ node, inputShape }: NodeContext): ChannelFacts {
  const rank = inputShape(0)?.length ?? 0;
  const axis = attribute(node, 'axis', 'int') ?? -1;
  const from = axis < 0 ? axis + rank : axis;
  return { links: sameAxes(inputShape(0), (at) => at >= from) };
}

function ownAxesApart({ node, inputShape }: NodeContext): ChannelFacts | undefined {
  const input = inputShape(0);
  const axes = input && axesOf(attribute(node, 'axes', 'ints') ?? [0, 2, 3], input.length);
  return axes && { links: sameAxes(input, (axis) => axes.includes(axis)) };
}

/** The result, then mean and inverse deviation with size 1 along the normalized axes. */
function normalized({ node, inputShape }: NodeContext): readonly { readonly shape: Shape | undefined }[] {
  const input = inputShape(0);
  const stated = node.attributes.find((candidate) => candidate.name === 'axis');
  const axis = stated?.kind === 'int' ? stated.value : -1;
  const from = input && axis < 0 ? axis + input.length : axis;
  const statistics = input?.map((size, i) => (i < from ? size : 1));
  return node.outputs.map((_, i) => ({ shape: i === 0 ? input : statistics }));
}

/** The result, then mean and inverse deviation, then the sum that was normalized. */
function skipped({ node, inputShape }: NodeContext): readonly { readonly shape: Shape | undefined }[] {
  const input = inputShape(0);
  const statistics = input && withDimension(input, input.length - 1, 1);
  return node.outputs.map((_, i) => ({ shape: i === 0 || i === 3 ? input : statistics }));
}
