// Gradients of reading by index: each element's gradient is added at the place that it was read from. ScatterElements
// adds reliably; ScatterND with duplicate indices loses sums in ONNX Runtime's threads.
import { attribute } from '../ir/graph';
import { axisOf } from './dimensions';
import { expressions } from './expressions';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';

/** Of whole slices along an axis: the indices are repeated for every element of a slice. */
export const gatherGradient: GradientRule = (context) => {
  const { build, input } = context;
  const data = context.inputShape(0);
  const axis = gatherAxis(context);
  const count = context.inputShape(1).reduce((product, size) => product * size, 1);
  const shape = data.with(axis, count);
  const column = build.reshape(
    input(1),
    data.map((_, i) => (i === axis ? count : 1)),
  );
  const indices = build.node('Expand', [column, build.ints(shape)]);
  return [added(context, indices, build.reshape(arriving(context), shape), axis)];
};

export const gatherElementsGradient: GradientRule = (context) => [
  added(context, context.input(1), arriving(context), gatherAxis(context)),
];

function added(context: GradientContext, indices: string, updates: string, axis: number): string {
  const { build } = context;
  const zeros = expressions(build).zeros(context.inputShape(0));
  return build.node('ScatterElements', [zeros, indices, updates], { axis, reduction: 'add' });
}

function gatherAxis({ node, inputShape }: GradientContext): number {
  const axis = axisOf(attribute(node, 'axis', 'int') ?? 0, inputShape(0).length);
  if (axis === undefined) throw new GradientRefused(`${node.operator}: an axis that the data does not have`);
  return axis;
}
