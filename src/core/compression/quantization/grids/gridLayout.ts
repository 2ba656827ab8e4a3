// Which elements of a tensor share a grid: all of them, those of an output channel, or groups of neighbouring inputs
// (ONNX calls these blocks). Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018,
// §2 and §3), compares the first two.
import { elementsOf } from '../../../ir/elements';

/** Row-major layout. Element i is at place k = floor(i / inner) mod length along an axis. */
export interface GridLayout {
  /** Number of grids. */
  readonly count: number;
  /** Elements that follow each other at one place of the axis. */
  readonly inner: number;
  /** Places along the axis; 1 for one grid per tensor. */
  readonly length: number;
  /** The axis of channels, or that along which groups lie; undefined for one grid per tensor. */
  readonly axis: number | undefined;
  /** So many places along the axis are a group; undefined where each is a channel, whatever the other axes. */
  readonly groupSize: number | undefined;
  /** The shape as which the tensor is stored, where groups need another than its own. */
  readonly storedShape: readonly number[] | undefined;
}

/** One grid for the whole tensor. */
export function tensorLayout(shape: readonly number[]): GridLayout {
  return {
    count: 1,
    inner: Math.max(1, elementsOf(shape)),
    length: 1,
    axis: undefined,
    groupSize: undefined,
    storedShape: undefined,
  };
}

/** One grid for each place along the axis; one for the whole tensor without an axis. */
export function channelLayout(shape: readonly number[], axis: number | undefined): GridLayout {
  if (axis === undefined) return tensorLayout(shape);
  const length = shape[axis] ?? 1;
  const inner = elementsOf(shape.slice(axis + 1));
  return { count: length, inner, length, axis, groupSize: undefined, storedShape: undefined };
}

/**
 * One grid for each `groupSize` inputs of each output; the last group of an output may be smaller. Undefined where the
 * output axis is neither the first nor the last one of more than one place. Behind a first output axis all others are
 * inputs: the kernel of a convolution is stored as [outputs, inputs · height · width].
 */
export function groupLayout(
  shape: readonly number[],
  outputAxis: number,
  groupSize: number,
): GridLayout | undefined {
  const outputs = shape[outputAxis] ?? 1;
  const length = elementsOf(shape) / Math.max(1, outputs);
  const count = outputs * Math.ceil(length / groupSize);
  if (elementsOf(shape.slice(0, outputAxis)) === 1) {
    const storedShape = shape.length === 2 && shape[0] === outputs ? undefined : [outputs, length];
    return { count, inner: 1, length, axis: 1, groupSize, storedShape };
  }
  if (elementsOf(shape.slice(outputAxis + 1)) !== 1) return undefined;
  const storedShape = shape.length === 2 && shape[0] === length ? undefined : [length, outputs];
  return { count, inner: outputs, length, axis: 0, groupSize, storedShape };
}

/** The shape of the scales beside a tensor of the given shape: none, [channels], or the groups of each output. */
export function scaleShape(layout: GridLayout): readonly number[] {
  const { count, axis, groupSize, length, inner } = layout;
  if (axis === undefined) return [];
  if (groupSize === undefined) return [count];
  const groups = Math.ceil(length / groupSize);
  return axis === 0 ? [groups, inner] : [count / groups, groups];
}

/** Calls `use` for every run of neighbouring elements of one grid, from element `start` on. */
export function eachRun(
  layout: GridLayout,
  start: number,
  elements: number,
  use: (grid: number, from: number, to: number) => void,
): void {
  const { inner, length, groupSize } = layout;
  if (groupSize !== undefined) {
    eachGroupRun(layout, start, elements, use);
    return;
  }
  for (let from = 0; from < elements;) {
    const position = start + from;
    const to = Math.min(elements, from + inner - (position % inner));
    use(Math.floor(position / inner) % length, from, to);
    from = to;
  }
}

/** Groups along the last axis are runs; along an axis before it, neighbours are in groups beside each other. */
function eachGroupRun(
  { inner, length, groupSize = length }: GridLayout,
  start: number,
  elements: number,
  use: (grid: number, from: number, to: number) => void,
): void {
  const groups = Math.ceil(length / groupSize);
  for (let from = 0; from < elements;) {
    const position = start + from;
    const line = Math.floor(position / inner);
    const place = line % length;
    const group = Math.floor(line / length) * groups + Math.floor(place / groupSize);
    if (inner > 1) {
      use(group * inner + (position % inner), from, from + 1);
      from += 1;
      continue;
    }
    const to = Math.min(elements, from + Math.min(length - place, groupSize - (place % groupSize)));
    use(group, from, to);
    from = to;
  }
}
