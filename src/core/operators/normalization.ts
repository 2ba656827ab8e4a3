// Normalization layers. Their scales and shifts are few and sensitive, so they are neither pruned nor quantized.
import type { Shape } from '../ir/graph';
import { batchNormalizationForm } from './batchNormalizationForm';
import { withDimension } from './dimensions';
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
    trainingForm: batchNormalizationForm,
  },
  { ...sameShape('InstanceNormalization', learned(1, 2)), gradient: instanceNormalizationGradient },
  { ...sameShape('GroupNormalization', learned(1, 2)), gradient: groupNormalizationGradient },
  { ...sameShape('LRN', []), gradient: lrnGradient },
  sameShape('MeanVarianceNormalization', []),
  sameShape('LpNormalization', []),
  // Of the first ONNX versions, with their numbers as attributes.
  sameShape('Affine', []),
  sameShape('ImageScaler', []),
  {
    name: 'LayerNormalization',
    weights: () => learned(1, 2),
    shape: normalized,
    gradient: layerNormalizationGradient,
  },
  { name: 'RMSNormalization', weights: () => learned(1), shape: normalized },
  // ONNX Runtime registers these in the standard domain too.
  { name: 'SimplifiedLayerNormalization', weights: () => learned(1), shape: normalized },
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
