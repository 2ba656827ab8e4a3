// Reductions over axes, and the choice of extremes along one.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { inputAxis, outputAxis, type ChannelFacts } from './channels';
import { axesOf, axisOf, knownShape, withDimension } from './dimensions';
import { noGradient } from './gradient';
import { reductionGradients } from './reductionGradients';
import type { NodeContext, Operator } from './operator';

const reductions =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

export const reductionOperators: readonly Operator[] = [
  ...reductions.split(' ').map((name): Operator => ({
    name,
    gradient: reductionGradients[name] ?? noGradient,
    channels: besideReduced,
    shape: (context) => [{ shape: reduced(context), values: reducedValues(context, name) }],
  })),
  ...['ArgMax', 'ArgMin'].map((name): Operator => ({
    name,
    gradient: noGradient,
    shape: (context) => [{ shape: alongOneAxis(context) }],
  })),
  {
    name: 'TopK',
    shape: ({ node, inputShape, inputValues }) => {
      const input = inputShape(0);
      const axis = input && axisOf(attribute(node, 'axis', 'int') ?? -1, input.length);
      const k: Dimension = attribute(node, 'k', 'int') ?? inputValues(1)?.[0];
      const shape = axis === undefined ? undefined : withDimension(input!, axis, k);
      return [{ shape }, { shape }];
    },
  },
];

function reduced(context: NodeContext): Shape | undefined {
  const input = context.inputShape(0);
  const gone = input && reducedAxes(context, input);
  if (!gone) return undefined;
  return keepsAxes(context)
    ? input.map((size, i) => (gone.includes(i) ? 1 : size))
    : input.filter((_, i) => !gone.includes(i));
}

function keepsAxes({ node }: NodeContext): boolean {
  return attribute(node, 'keepdims', 'int') !== 0;
}

function reducedAxes({ node, inputValues }: NodeContext, input: Shape): readonly number[] | undefined {
  const given = attribute(node, 'axes', 'ints') !== undefined || (node.inputs[1] ?? '') !== '';
  const stated = given ? (attribute(node, 'axes', 'ints') ?? inputValues(1)) : [];
  const axes = stated && axesOf(stated, input.length);
  if (axes?.length !== 0) return axes;
  return attribute(node, 'noop_with_empty_axes', 'int') === 1 ? [] : input.map((_, i) => i);
}

/** Every element along a reduced axis takes part in the result. */
function besideReduced(context: NodeContext): ChannelFacts | undefined {
  const input = context.inputShape(0);
  const gone = input && reducedAxes(context, input);
  if (!gone) return undefined;
  const rest = input.map((_, axis) => axis).filter((axis) => !gone.includes(axis));
  return {
    links: rest.map((axis, i) => ({
      a: inputAxis(0, axis),
      b: outputAxis(0, keepsAxes(context) ? axis : i),
    })),
  };
}

/** Numbers of elements are products of shapes: exporters write them so. */
function reducedValues(context: NodeContext, name: string): readonly number[] | undefined {
  const values = context.inputValues(0);
  if (!values || knownShape(reduced(context))?.every((size) => size === 1) !== true) return undefined;
  if (name === 'ReduceProd') return [values.reduce((product, value) => product * value, 1)];
  if (name === 'ReduceSum') return [values.reduce((sum, value) => sum + value, 0)];
  return undefined;
}

function alongOneAxis({ node, inputShape }: NodeContext): Shape | undefined {
  const input = inputShape(0);
  const axis = input && axisOf(attribute(node, 'axis', 'int') ?? 0, input.length);
  if (!input || axis === undefined) return undefined;
  if (attribute(node, 'keepdims', 'int') === 0) return input.filter((_, i) => i !== axis);
  return withDimension(input, axis, 1);
}
