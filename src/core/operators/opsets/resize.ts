// Upsample and its successor Resize. Until version 10 there was one way to find where a pixel comes from, x / scale;
// since version 11 attributes choose among several, and the old way has to be asked for.
import { attribute } from '../../ir/graph';
import { encodeNumbers, isNumeric, tensorNumbers } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import { outputOf, standardNode, withoutAttributes } from './nodeParts';
import type { Rewrite, RewriteContext } from './opsetChange';

/** Upsample 9: the scales became an input. */
export const scalesAsInput: Rewrite = (node, context) => {
  const scales = attribute(node, 'scales', 'floats');
  if (!scales) return 'refused';
  const value = context.fresh(`${outputOf(node)}_scales`);
  const tensor = Tensor.fromBytes(value, 'float32', [scales.length], encodeNumbers('float32', scales));
  const constant = standardNode(
    context.fresh(`${value}_Constant`),
    'Constant',
    [],
    [value],
    [{ name: 'value', kind: 'tensor', value: tensor }],
  );
  return [constant, { ...withoutAttributes(node, ['scales']), inputs: [...node.inputs, value] }];
};

/** Upsample 10: it became Resize, which can also shrink. */
export const upsampleAsResize: Rewrite = (node) => [{ ...node, operator: 'Resize' }];

/**
 * Resize 11: the coordinates are asymmetric, x / scale. The nearest pixel was the one below when enlarging and, in
 * ONNX Runtime, the one above when shrinking; both in one node, or scales that nobody knows, cannot be said in
 * version 11. Regions of interest, the new second input, play no part; version 13 lets them be left out.
 */
export const legacyCoordinates: Rewrite = (node, context) => {
  const [data = '', scales = ''] = node.inputs;
  const isNearest = (attribute(node, 'mode', 'string') ?? 'nearest') === 'nearest';
  const nearest = isNearest ? nearestMode(scales, context) : undefined;
  if (nearest === 'refused') return 'refused';
  return [
    {
      ...node,
      inputs: [data, '', scales],
      attributes: [
        ...node.attributes,
        { name: 'coordinate_transformation_mode', kind: 'string', value: 'asymmetric' },
        ...(nearest ? [{ name: 'nearest_mode', kind: 'string' as const, value: nearest }] : []),
      ],
    },
  ];
};

/** Resize 13: one of the ways to find coordinates was removed. */
export const withoutHalfPixelForNearest: Rewrite = (node) =>
  attribute(node, 'coordinate_transformation_mode', 'string') === 'tf_half_pixel_for_nn' ? 'refused' : [node];

function nearestMode(scales: string, context: RewriteContext): 'floor' | 'ceil' | 'refused' {
  // What is Resize in a model older than Resize was Upsample, whose scales are at least 1 by its definition.
  if (context.from < 10) return 'floor';
  const stored = context.stored(scales);
  if (!stored || !isNumeric(stored.type)) return 'refused';
  const values = [...tensorNumbers(stored)];
  if (values.every((scale) => scale >= 1)) return 'floor';
  return values.every((scale) => scale <= 1) ? 'ceil' : 'refused';
}
