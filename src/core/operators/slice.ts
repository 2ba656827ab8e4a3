// Slice: Python's slicing along some axes. Bounds are attributes until version 9, inputs since.
import { attribute, type Dimension } from '../ir/graph';
import { sameAxes } from './channels';
import { axisOf, knownShape } from './dimensions';
import { arriving, GradientRefused, type GradientContext } from './gradient';
import { passesOnGrid } from './quantizedUse';
import { passesFirst, type InferredOutput, type NodeContext, type Operator } from './operator';

export const slice: Operator = {
  name: 'Slice',
  quantized: passesOnGrid,
  passes: passesFirst,
  channels: (context) => {
    const input = context.inputShape(0);
    const bounds = input && boundsOf(context, input.length);
    return bounds && { links: sameAxes(input, (axis) => bounds[axis] !== undefined) };
  },
  gradient: (context) => [sliceGradient(context)],
  shape: (context) => [sliced(context)],
};

interface Bounds {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function sliced(context: NodeContext): InferredOutput {
  const input = context.inputShape(0);
  if (!input) return { shape: undefined };
  const bounds = boundsOf(context, input.length);
  if (!bounds) return { shape: input.map(() => undefined) };
  const shape = input.map((size, i) => {
    const bound = bounds[i];
    return bound ? sizeOf(size, bound) : size;
  });
  const values = context.inputValues(0);
  const known = knownShape(input);
  return { shape, values: values && known && picked(values, known, bounds) };
}

/** One entry per axis, empty where an axis is not cut; undefined where the bounds are not known before running. */
function boundsOf(
  context: Pick<NodeContext, 'node' | 'inputValues'>,
  rank: number,
): readonly (Bounds | undefined)[] | undefined {
  const { node, inputValues } = context;
  const starts = attribute(node, 'starts', 'ints') ?? inputValues(1);
  const ends = attribute(node, 'ends', 'ints') ?? inputValues(2);
  const given = (input: number): boolean => (node.inputs[input] ?? '') !== '';
  const axes = attribute(node, 'axes', 'ints') ?? (given(3) ? inputValues(3) : starts?.map((_, i) => i));
  const steps = given(4) ? inputValues(4) : starts?.map(() => 1);
  if (!starts || !ends || !axes || !steps) return undefined;
  const result: (Bounds | undefined)[] = Array.from({ length: rank }, () => undefined);
  for (const [i, axis] of axes.entries()) {
    const at = axisOf(axis, rank);
    if (at === undefined) return undefined;
    result[at] = { start: starts[i]!, end: ends[i]!, step: steps[i]! };
  }
  return result;
}

/**
 * The gradient at the places that were kept, 0 elsewhere. A negative step is a positive one read from its end; a step
 * above 1 is undone by padding each element to the width of the step.
 */
function sliceGradient(context: GradientContext): string | undefined {
  const { build } = context;
  const input = context.inputShape(0);
  const output = context.outputShape(0);
  const bounds = boundsOf(context, input.length);
  if (!bounds) throw new GradientRefused('Slice: bounds that are not known before running');
  if (output.includes(0)) return undefined;
  let gradient = arriving(context);
  const pads = { before: input.map(() => 0), after: input.map(() => 0) };
  for (const [axis, bound] of bounds.entries()) {
    if (!bound) continue;
    const count = output[axis]!;
    const step = Math.abs(bound.step);
    const { start } = clamped(input[axis]!, bound);
    const first = bound.step < 0 ? start - (count - 1) * step : start;
    if (bound.step < 0) gradient = backwards(context, gradient, axis);
    pads.before[axis] = first;
    pads.after[axis] = input[axis]! - first - count;
    if (step === 1 || count === 1) continue;
    // Spread: [… n …] becomes [… n·step …], whose last step − 1 zeros may reach over the end of the axis.
    const sizes = output.map((size, i) => (i < axis ? spreadSize(size, bounds[i]) : size));
    const around = [...sizes.slice(0, axis + 1), 1, ...sizes.slice(axis + 1)];
    const wide = build.reshape(gradient, around);
    const spread = padded(
      context,
      wide,
      around.map(() => 0),
      around.map((_, i) => (i === axis + 1 ? step - 1 : 0)),
    );
    gradient = build.reshape(spread, sizes.with(axis, count * step));
    pads.after[axis] = input[axis]! - first - count * step;
  }
  return [...pads.before, ...pads.after].every((pad) => pad === 0)
    ? gradient
    : padded(context, gradient, pads.before, pads.after);
}

/** Size of an axis after its elements were spread. */
function spreadSize(count: number, bound: Bounds | undefined): number {
  return bound && count > 1 ? count * Math.abs(bound.step) : count;
}

function padded(
  { build }: GradientContext,
  value: string,
  before: readonly number[],
  after: readonly number[],
): string {
  return build.node('Pad', [value, build.ints([...before, ...after])]);
}

function backwards({ build }: GradientContext, value: string, axis: number): string {
  const lowest = Number.MIN_SAFE_INTEGER;
  return build.node('Slice', [value, ...[[-1], [lowest], [axis], [-1]].map((one) => build.ints(one))]);
}

function sizeOf(size: Dimension, bounds: Bounds): Dimension {
  if (typeof size !== 'number') return undefined;
  const { start, end } = clamped(size, bounds);
  return Math.max(0, Math.ceil((end - start) / bounds.step));
}

/** Bounds inside the axis: negative ones count from the end; a negative step ends before the first element. */
function clamped(
  size: number,
  { start, end, step }: Bounds,
): { readonly start: number; readonly end: number } {
  const first = start < 0 ? start + size : start;
  const last = end < 0 ? end + size : end;
  if (step > 0) return { start: clamp(first, 0, size), end: clamp(last, 0, size) };
  return { start: clamp(first, 0, size - 1), end: clamp(last, -1, size - 1) };
}

/** The elements that a slice of row-major values keeps. */
function picked(
  values: readonly number[],
  shape: readonly number[],
  bounds: readonly (Bounds | undefined)[],
): readonly number[] {
  const [size, ...inner] = shape;
  if (size === undefined) return values;
  const [own = { start: 0, end: size, step: 1 }, ...innerBounds] = bounds;
  const stride = values.length / size;
  const { start } = clamped(size, own);
  const count = Number(sizeOf(size, own));
  return Array.from({ length: count }, (_, i) => {
    const from = (start + i * own.step) * stride;
    return picked(values.slice(from, from + stride), inner, innerBounds);
  }).flat();
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
