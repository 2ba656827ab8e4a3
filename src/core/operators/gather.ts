// Reading and writing of elements by index. A table that is gathered from is an embedding.
import { attribute } from '../ir/graph';
import { inputAxis, outputAxis, type ChannelFacts } from './channels';
import { axisOf } from './dimensions';
import { gatherElementsGradient, gatherGradient } from './gatherGradients';
import type { InferredOutput, NodeContext, Operator } from './operator';
import { passesOnGrid } from './quantizedUse';

export const gatherOperators: readonly Operator[] = [
  {
    name: 'Gather',
    weights: () => [{ input: 0, role: 'weight', outputAxis: 0 }],
    gradient: gatherGradient,
    quantized: passesOnGrid,
    channels: besideGathered,
    shape: (context) => [gathered(context)],
  },
  {
    name: 'GatherElements',
    gradient: gatherElementsGradient,
    shape: ({ inputShape }) => [{ shape: inputShape(1) }],
  },
  { name: 'GatherND', shape: (context) => [gatheredNd(context)] },
  { name: 'GatherND', domain: 'com.microsoft', shape: (context) => [gatheredNd(context)] },
  ...['Scatter', 'ScatterElements', 'ScatterND', 'TensorScatter'].map((name): Operator => ({
    name,
    shape: ({ inputShape }) => [{ shape: inputShape(0) }],
  })),
];

/** The axis that is gathered from has its positions named by numbers. */
function besideGathered({ node, inputShape }: NodeContext): ChannelFacts | undefined {
  const data = inputShape(0);
  const indices = inputShape(1);
  const axis = data && axisOf(attribute(node, 'axis', 'int') ?? 0, data.length);
  if (!indices || axis === undefined) return undefined;
  return {
    links: data!.flatMap((_, at) => {
      if (at === axis) return [];
      return [{ a: inputAxis(0, at), b: outputAxis(0, at < axis ? at : at + indices.length - 1) }];
    }),
  };
}

function gathered({ node, inputShape, inputValues }: NodeContext): InferredOutput {
  const data = inputShape(0);
  const indices = inputShape(1);
  const axis = data && axisOf(attribute(node, 'axis', 'int') ?? 0, data.length);
  if (!data || !indices || axis === undefined) return { shape: undefined };
  const values = inputValues(0);
  const chosen = data.length === 1 ? inputValues(1) : undefined;
  return {
    shape: [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)],
    values:
      values && chosen?.every((index) => axisOf(index, values.length) !== undefined)
        ? chosen.map((index) => values[index < 0 ? index + values.length : index]!)
        : undefined,
  };
}

function gatheredNd({ node, inputShape }: NodeContext): InferredOutput {
  const data = inputShape(0);
  const indices = inputShape(1);
  const depth = indices?.at(-1);
  if (!data || !indices || typeof depth !== 'number') return { shape: undefined };
  const batch = attribute(node, 'batch_dims', 'int') ?? 0;
  return { shape: [...indices.slice(0, -1), ...data.slice(batch + depth)] };
}
