// Whether numbers that are to be predicted are classes or values, and the two as a data set holds them.
import { dataProblem } from './dataProblem';
import type { ClassTargets, ValueTargets } from './dataSet';

/** Said by a person, where numbers look like the other. */
export type TargetKind = 'classes' | 'values';

export interface LabelTargets {
  readonly targets: ClassTargets;
  readonly labels: Int32Array;
}

export interface NumberTargets {
  readonly targets: ValueTargets;
  /** Row-major [count, ...shape]. */
  readonly values: Float32Array;
}

const mostClasses = 1_000_000;

/** A file with more classes than these names them in words. */
const mostNumberedClasses = 50;

/**
 * Whether these are few different whole numbers, as labels are: each about ten times or more, or about twice where
 * there are at most ten of them.
 */
export function repeat(values: ArrayLike<number>): boolean {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value)) return false;
    distinct.add(value);
    if (distinct.size > mostNumberedClasses) return false;
  }
  return values.length >= distinct.size * (distinct.size <= 10 ? 2 : 10);
}

/**
 * Targets from an array [count, ...shape]. Integers, and floats that repeat as labels do, are class indices; rows of which
 * one is 1 and the others 0 are classes too; all else are values. Throws DATA_INVALID.
 */
export function arrayTargets(
  name: string,
  numbers: Float32Array | Float64Array,
  shape: readonly number[],
  isInteger: boolean,
  kind?: TargetKind,
): LabelTargets | NumberTargets {
  const [, ...rest] = shape;
  const width = rest.reduce((product, dimension) => product * dimension, 1);
  const asValues = (): NumberTargets => ({
    targets: { kind: 'values', shape: rest.length === 0 ? [1] : rest },
    values: Float32Array.from(numbers),
  });
  if (kind === 'values') return asValues();
  if (width === 1) {
    const areLabels = isInteger || (repeat(numbers) && numbers.every((number) => number >= 0));
    return kind === 'classes' || areLabels ? indexLabels(name, numbers) : asValues();
  }
  const labels = rest.length === 1 ? oneHotLabels(numbers, width) : undefined;
  if (labels) return { targets: { kind: 'classes', count: width }, labels };
  return kind === 'classes'
    ? dataProblem(name, 'its rows are not classes: one number of each must be 1, the others 0')
    : asValues();
}

function indexLabels(name: string, numbers: ArrayLike<number>): LabelTargets {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) {
    const label = numbers[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= mostClasses) {
      return dataProblem(name, `label ${i} is ${label}, but classes are whole numbers from 0 on`);
    }
    most = Math.max(most, label);
  }
  return { targets: { kind: 'classes', count: most + 1 }, labels: Int32Array.from(numbers) };
}

/** The place of the 1 in each row, if every row has one and is 0 elsewhere. */
function oneHotLabels(numbers: ArrayLike<number>, width: number): Int32Array | undefined {
  const labels = new Int32Array(numbers.length / width).fill(-1);
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] === 0) continue;
    const row = Math.floor(i / width);
    if (numbers[i] !== 1 || labels[row] !== -1) return undefined;
    labels[row] = i % width;
  }
  return labels.includes(-1) ? undefined : labels;
}
