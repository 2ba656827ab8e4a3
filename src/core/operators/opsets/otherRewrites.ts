// Rewrites of single operators that lost an attribute, changed their name or changed in one rare use.
import { attribute } from '../../ir/graph';
import { withoutAttributes } from './nodeParts';
import type { Rewrite } from './opsetChange';

/** BatchNormalization 9: statistics for every single activation instead of every channel are gone. */
export const spatialOnly: Rewrite = (node) =>
  attribute(node, 'spatial', 'int') === 0 ? 'refused' : [withoutAttributes(node, ['spatial'])];

/**
 * BatchNormalization 14: outputs after the first, which asked for training, are left out where nothing uses them; the
 * statistics that they were differ from those of today.
 */
export const withoutStatistics: Rewrite = (node, context) => {
  const [output = '', ...statistics] = node.outputs;
  if (statistics.some((name) => name !== '' && context.isUsed(name))) return 'refused';
  return statistics.length === 0 ? [node] : [{ ...node, outputs: [output] }];
};

/** RoiAlign 16: coordinates were not moved by half a pixel, which became the default. */
export const wholePixels: Rewrite = (node) => [
  {
    ...node,
    attributes: [
      ...node.attributes,
      { name: 'coordinate_transformation_mode', kind: 'string', value: 'output_half_pixel' },
    ],
  },
];

/** ConvTranspose 11: where the output's shape is given, an odd padding has its extra element on the other side. */
export const withoutOutputShape: Rewrite = (node) =>
  node.attributes.some(({ name }) => name === 'output_shape') ? 'refused' : [node];

/** Scatter 11: it goes by another name. */
export const scatterElements: Rewrite = (node) => [{ ...node, operator: 'ScatterElements' }];

/** Split 18: where no sizes are given, the number of equal parts is stated instead of counted. */
export const outputsAsAttribute: Rewrite = (node) => {
  if ((node.inputs[1] ?? '') !== '') return [node];
  const parts = { name: 'num_outputs', kind: 'int' as const, value: node.outputs.length };
  return [{ ...node, attributes: [...node.attributes, parts] }];
};

/** GridSample 20: interpolation is named by its degree, whatever the number of dimensions. */
export const interpolationByDegree: Rewrite = (node) => {
  const mode = attribute(node, 'mode', 'string') ?? 'bilinear';
  const value = { bilinear: 'linear', bicubic: 'cubic' }[mode] ?? mode;
  const { attributes } = withoutAttributes(node, ['mode']);
  return [{ ...node, attributes: [...attributes, { name: 'mode', kind: 'string', value }] }];
};
