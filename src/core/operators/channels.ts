// How an operator couples positions along the axes of its inputs and outputs: what has to be removed together when a
// channel is removed for real. The idea of a dependency graph is of DepGraph (Fang, Ma, Song, Mi, Wang; CVPR 2023);
// here weights are inputs like any other, so that a layer is nothing but a coupling of axes.
import type { Shape } from '../ir/graph';
import type { NodeContext } from './operator';

/** An axis, counted from the start, of one input or output of a node. */
export interface Place {
  readonly side: 'input' | 'output';
  readonly index: number;
  readonly axis: number;
}

/** Positions of one axis that can only be removed together with positions of another, or of the same. */
export interface ChannelLink {
  readonly a: Place;
  readonly b: Place;
  /** The positions of `b` that one of `a` is coupled with; the same position if not given. */
  readonly at?: (position: number) => readonly number[];
  /** The axis counts independent products of activations, as that of the heads of attention does. */
  readonly heads?: true;
}

/** An axis that holds, row by row, what several axes hold on the other side. Only one of them can lose positions. */
export interface AxisSplit {
  readonly whole: Place;
  readonly parts: readonly Place[];
}

/** An axis, or the positions of it from one on and before another. */
export interface SizedPlace extends Place {
  readonly from?: number;
  readonly to?: number;
}

/** Where a node states sizes: entry i of an input or attribute is the size of place i. Entries below 1 state none. */
export interface StatedSizes {
  readonly in: { readonly input: number } | { readonly attribute: string };
  readonly places: readonly SizedPlace[];
}

/** Axes that are in no link and no split have to keep all of their positions. */
export interface ChannelFacts {
  readonly links: readonly ChannelLink[];
  readonly splits?: readonly AxisSplit[];
  readonly sizes?: readonly StatedSizes[];
  /** Of its input it reads the sizes alone, not the elements. */
  readonly readsSizes?: true;
}

/** Undefined where the node's form is not one that channels can be followed through. */
export type ChannelRule = (context: NodeContext) => ChannelFacts | undefined;

export function inputAxis(index: number, axis: number): Place {
  return { side: 'input', index, axis };
}

export function outputAxis(index: number, axis: number): Place {
  return { side: 'output', index, axis };
}

/** Couples axes of an input with the same axes of an output; `mixes` tells which axes are not independent. */
export function sameAxes(
  shape: Shape | undefined,
  mixes: (axis: number) => boolean = () => false,
  input = 0,
  output = 0,
): readonly ChannelLink[] {
  return (shape ?? []).flatMap((_, axis) =>
    mixes(axis) ? [] : [{ a: inputAxis(input, axis), b: outputAxis(output, axis) }],
  );
}

/** Of an operator that works on every element of its first input alone. */
export const eachElement: ChannelRule = ({ node, inputShape }) => ({
  links: node.outputs.flatMap((name, i) => (name === '' ? [] : sameAxes(inputShape(0), undefined, 0, i))),
});

/**
 * Couples the axes of an input with those of the output that it is broadcast to, the last axes with each other or from
 * `first` on. An axis of size 1 that is stretched is coupled with nothing.
 */
export function broadcastAxes(context: NodeContext, input: number, first?: number): readonly ChannelLink[] {
  const source = context.inputShape(input);
  const target = context.outputShape(0);
  if (!source || !target) return [];
  const shift = first ?? target.length - source.length;
  return source.flatMap((size, axis) =>
    size === target[axis + shift] ? [{ a: inputAxis(input, axis), b: outputAxis(0, axis + shift) }] : [],
  );
}

/** Of an operator on several inputs, element by element with broadcasting. */
export const eachBroadcast: ChannelRule = (context) => {
  const { node } = context;
  if (context.outputShape(0) === undefined) return undefined;
  // Until version 6 an attribute said where the second input's axes begin.
  const stated = node.attributes.find(({ name }) => name === 'axis');
  const legacy = node.attributes.some(({ name, kind }) => name === 'broadcast' && kind === 'int');
  const rank = context.outputShape(0)?.length ?? 0;
  const axis = legacy && stated?.kind === 'int' ? stated.value : undefined;
  const counted = axis === undefined || axis >= 0 ? axis : axis + rank;
  // Slopes of those versions are those of channels.
  const slopes = context.opset < 7 && !legacy && rank > 1 && context.inputShape(1)?.length === 1;
  const first = slopes ? 1 : counted;
  return {
    links: node.inputs.flatMap((_, input) => broadcastAxes(context, input, input === 1 ? first : undefined)),
  };
};
