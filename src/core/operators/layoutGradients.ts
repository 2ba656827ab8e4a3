// Gradients of operators that join, cut, repeat and rearrange: the way back of each element, summed over its copies.
import { attribute } from '../ir/graph';
import { axisOf } from './dimensions';
import { expressions } from './expressions';
import { arriving, GradientRefused, sumToShape, type GradientContext, type GradientRule } from './gradient';

export const layoutGradients = {
  /** Cuts the gradient where the inputs were joined. */
  concat: (context) => {
    const axis = axisAlong(context, 1, context.outputShape(0).length);
    const sizes = context.node.inputs.map((_, i) => context.inputShape(i)[axis]!);
    return context.build.split(arriving(context), axis, sizes);
  },
  /** Joins the gradients of the parts; a part without one counts as 0. */
  split: (context) => {
    const { build, node } = context;
    const parts = node.outputs.map(
      (_, i) => context.outputGradient(i) ?? expressions(build).zeros(context.outputShape(i)),
    );
    return [build.node('Concat', parts, { axis: axisAlong(context, 0, context.inputShape(0).length) })];
  },
  expand: (context) => [
    sumToShape(context.build, arriving(context), context.outputShape(0), context.inputShape(0)),
  ],
  /** Each axis as [copies, size], and the sum over the copies. */
  tile: (context) => {
    const { build } = context;
    const output = context.outputShape(0);
    const shape = context.inputShape(0);
    const copies = shape.map((size, i) => (size === 0 ? 1 : output[i]! / size));
    if (copies.every((count) => count === 1)) return [arriving(context)];
    if (output.includes(0)) return [];
    const apart: number[] = [];
    const axes: number[] = [];
    for (const [i, size] of shape.entries()) {
      if (copies[i] !== 1) axes.push(apart.push(copies[i]!) - 1);
      apart.push(size);
    }
    return [build.reduce('ReduceSum', build.reshape(arriving(context), apart), axes, { keep: false })];
  },
  depthToSpace: (context) => {
    const { build, node } = context;
    const blocksize = attribute(node, 'blocksize', 'int') ?? 1;
    if (attribute(node, 'mode', 'string') !== 'CRD')
      return [build.node('SpaceToDepth', [arriving(context)], { blocksize })];
    const [batch, channels, height, width] = context.inputShape(0) as [number, number, number, number];
    const inner = channels / (blocksize * blocksize);
    const apart = build.reshape(arriving(context), [batch, inner, height, blocksize, width, blocksize]);
    const perm = [0, 1, 3, 5, 2, 4];
    return [build.reshape(build.node('Transpose', [apart], { perm }), context.inputShape(0))];
  },
  spaceToDepth: (context) => {
    const blocksize = attribute(context.node, 'blocksize', 'int') ?? 1;
    return [context.build.node('DepthToSpace', [arriving(context)], { blocksize })];
  },
} satisfies Readonly<Record<string, GradientRule>>;

function axisAlong({ node }: GradientContext, standard: number, rank: number): number {
  const axis = axisOf(attribute(node, 'axis', 'int') ?? standard, rank);
  if (axis === undefined) throw new GradientRefused(`${node.operator}: an axis that the data does not have`);
  return axis;
}
