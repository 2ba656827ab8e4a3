// Operators that read the same elements in the same order under another shape.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { axesOf, knownShape } from './dimensions';
import { reshapeChannels, viewChannels } from './reshapeChannels';
import { arriving } from './gradient';
import { passesOnGrid } from './quantizedUse';
import { passesFirst, product, type InferredOutput, type NodeContext, type Operator } from './operator';

export const reshapeOperators: readonly Operator[] = [
  { ...viewOperator('Reshape', reshaped, axisOfSameStep), shapeInput: 1, channels: reshapeChannels },
  viewOperator('Flatten', flattened, axisOfSameStep),
  viewOperator('Squeeze', squeezed, axisBeforeSqueeze),
  viewOperator('Unsqueeze', unsqueezed, axisBeforeUnsqueeze),
];

type SourceAxis = NonNullable<Operator['sourceAxis']>;

function viewOperator(
  name: string,
  shapeOf: (context: NodeContext) => Shape | undefined,
  sourceAxis: SourceAxis,
): Operator {
  return {
    name,
    passes: passesFirst,
    quantized: passesOnGrid,
    sourceAxis,
    channels: viewChannels,
    // The same elements in the shape that they had.
    gradient: (context) => [context.build.reshape(arriving(context), context.inputShape(0))],
    shape: (context): readonly InferredOutput[] => [
      { shape: shapeOf(context), values: context.inputValues(0) },
    ],
  };
}

/** The input axis of the same size and with as many elements per step as the output axis. */
function axisOfSameStep(axis: number, context: NodeContext): number | undefined {
  const source = knownShape(context.inputShape(0));
  const target = knownShape(context.outputShape(0));
  if (!source || !target) return undefined;
  const inner = product(target.slice(axis + 1));
  const found = source.findIndex(
    (size, i) => size === target[axis] && product(source.slice(i + 1)) === inner,
  );
  return found < 0 ? undefined : found;
}

function axisBeforeSqueeze(axis: number, context: NodeContext): number | undefined {
  const input = context.inputShape(0);
  const gone = input && squeezedAxes(context, input);
  if (!gone) return undefined;
  return input.map((_, i) => i).filter((i) => !gone.includes(i))[axis];
}

function axisBeforeUnsqueeze(axis: number, context: NodeContext): number | undefined {
  const rank = context.outputShape(0)?.length;
  const stated = statedAxes(context);
  const added = rank === undefined ? undefined : stated && axesOf(stated, rank);
  if (!added || added.includes(axis)) return undefined;
  return axis - added.filter((before) => before < axis).length;
}

function reshaped(context: NodeContext): Shape | undefined {
  const input = context.inputShape(0);
  // Before version 5 the shape was an attribute.
  const target = attribute(context.node, 'shape', 'ints') ?? context.inputValues(1);
  if (!target) return undefinedOfRank(context.inputShape(1)?.[0]);
  const copiesZeros = attribute(context.node, 'allowzero', 'int') !== 1;
  const shape: Dimension[] = target.map((size, i) => (size === 0 && copiesZeros ? input?.[i] : size));
  const open = shape.indexOf(-1);
  if (open < 0) return shape;
  const elements = product(input);
  const others = product(shape.filter((_, i) => i !== open));
  shape[open] = elements === undefined || !others ? undefined : elements / others;
  return shape;
}

function undefinedOfRank(rank: Dimension): Shape | undefined {
  return typeof rank === 'number' ? Array.from({ length: rank }, () => undefined) : undefined;
}

function flattened({ node, inputShape }: NodeContext): Shape | undefined {
  const input = inputShape(0);
  if (!input) return undefined;
  const axis = attribute(node, 'axis', 'int') ?? 1;
  const from = axis < 0 ? axis + input.length : axis;
  return [product(input.slice(0, from)), product(input.slice(from))];
}

function squeezed(context: NodeContext): Shape | undefined {
  const input = context.inputShape(0);
  const gone = input && squeezedAxes(context, input);
  return gone && input.filter((_, i) => !gone.includes(i));
}

function squeezedAxes(context: NodeContext, input: Shape): readonly number[] | undefined {
  if (hasAxes(context)) {
    const stated = statedAxes(context);
    return stated && axesOf(stated, input.length);
  }
  // Without axes every 1 goes, which only known sizes can tell.
  return knownShape(input)?.flatMap((size, i) => (size === 1 ? [i] : []));
}

function unsqueezed(context: NodeContext): Shape | undefined {
  const input = context.inputShape(0);
  const stated = statedAxes(context);
  if (!input || !stated) return undefined;
  const rank = input.length + stated.length;
  const axes = axesOf(stated, rank);
  if (!axes) return undefined;
  const rest = [...input];
  return Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()));
}

function hasAxes({ node }: NodeContext): boolean {
  return attribute(node, 'axes', 'ints') !== undefined || (node.inputs[1] ?? '') !== '';
}

/** An attribute until version 13, an input since. */
function statedAxes({ node, inputValues }: NodeContext): readonly number[] | undefined {
  return attribute(node, 'axes', 'ints') ?? inputValues(1);
}
