// Arithmetic on shapes that several operators share. An unknown dimension makes what depends on it unknown, never wrong.
import type { Dimension, Shape } from '../ir/graph';

/** The shape, if all of its dimensions are numbers. */
export function knownShape(shape: Shape | undefined): readonly number[] | undefined {
  return shape?.every((dimension) => typeof dimension === 'number') ? shape : undefined;
}

/** An axis counted from the start; undefined where it is out of range. */
export function axisOf(axis: number, rank: number): number | undefined {
  const positive = axis < 0 ? axis + rank : axis;
  return positive >= 0 && positive < rank ? positive : undefined;
}

/** Axes counted from the start; undefined where one is out of range. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] | undefined {
  const positive = axes.map((axis) => axisOf(axis, rank));
  return positive.every((axis) => axis !== undefined) ? positive : undefined;
}

/** NumPy's broadcasting of any number of shapes; undefined where a rank is unknown or the shapes do not fit. */
export function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape = [];
  for (const shape of shapes) {
    const next = shape && broadcastTwo(result, shape);
    if (!next) return undefined;
    result = next;
  }
  return result;
}

function broadcastTwo(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let i = 0; i < rank; i++) {
    const x = i < rank - a.length ? 1 : a[i - (rank - a.length)];
    const y = i < rank - b.length ? 1 : b[i - (rank - b.length)];
    if (typeof x === 'number' && typeof y === 'number' && x !== y && x !== 1 && y !== 1) return undefined;
    result.push(broadcastDimension(x, y));
  }
  return result;
}

function broadcastDimension(x: Dimension, y: Dimension): Dimension {
  if (x === y || y === 1) return x;
  if (x === 1) return y;
  // Of an unknown size and a known one above 1, the result has the known one.
  if (typeof x === 'number') return x;
  return typeof y === 'number' ? y : undefined;
}

/** A copy of the shape with one dimension exchanged. */
export function withDimension(shape: Shape, axis: number, dimension: Dimension): Shape {
  return shape.map((old, i) => (i === axis ? dimension : old));
}

export function add(a: Dimension, b: Dimension): number | undefined {
  return typeof a === 'number' && typeof b === 'number' ? a + b : undefined;
}

export function multiply(a: Dimension, b: Dimension): Dimension {
  if (a === 1) return b;
  if (b === 1) return a;
  return typeof a === 'number' && typeof b === 'number' ? a * b : undefined;
}

/** Multiplies counts; undefined where one is unknown. */
export function times(...counts: readonly Dimension[]): number | undefined {
  let result = 1;
  for (const count of counts) {
    if (typeof count !== 'number') return undefined;
    result *= count;
  }
  return result;
}
