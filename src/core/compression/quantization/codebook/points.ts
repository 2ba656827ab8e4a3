// The numbers of a tensor as sorted points with their counts: what clustering in one dimension works on.
import { numbersWithin } from '../../../ir/numbers';
import type { Pause } from '../../../ir/pacing';
import type { Tensor } from '../../../ir/tensor';

/** Points on a line: values in ascending order, each once, and how many numbers are there. */
export interface Points {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

/** Numbers of a tensor that are sorted at once; larger ones are counted in cells. */
const mostSorted = 1 << 22;

/** Cells that the range of a larger tensor is divided into. */
const cells = 1 << 19;

const partElements = 1 << 18;

/**
 * The distinct numbers of a tensor. Of one with more than 2^22 elements: the means of its numbers in cells of equal
 * width, 2^19 of them from the smallest number to the largest, with zeros as a point of their own. Undefined where a
 * number is NaN or infinite.
 */
export async function pointsOf(tensor: Tensor, pause: Pause): Promise<Points | undefined> {
  const points =
    tensor.elements > mostSorted
      ? await countedInCells(tensor, pause)
      : distinct(await sorted(tensor, pause));
  const [first = 0, last = 0] = [points.values[0], points.values.at(-1)];
  return Number.isFinite(first) && Number.isFinite(last) && !points.values.some(Number.isNaN)
    ? points
    : undefined;
}

/** The numbers of an array in any order as points. */
export function distinctPoints(numbers: ArrayLike<number>): Points {
  return distinct(Float64Array.from(numbers).toSorted());
}

async function sorted(tensor: Tensor, pause: Pause): Promise<Float32Array | Float64Array> {
  const all =
    tensor.type === 'float64' ? new Float64Array(tensor.elements) : new Float32Array(tensor.elements);
  for (let start = 0; start < tensor.elements; start += partElements) {
    await pause();
    all.set(numbersWithin(tensor, start, Math.min(partElements, tensor.elements - start)), start);
  }
  return all.toSorted();
}

function distinct(ascending: Float32Array | Float64Array): Points {
  const values = new Float64Array(ascending.length);
  const counts = new Float64Array(ascending.length);
  let count = 0;
  for (const value of ascending) {
    if (count === 0 || value !== values[count - 1]) values[count++] = value;
    counts[count - 1]!++;
  }
  return { values: values.slice(0, count), counts: counts.slice(0, count) };
}

async function countedInCells(tensor: Tensor, pause: Pause): Promise<Points> {
  let [min, max] = [Infinity, -Infinity];
  let notFinite = 0;
  await eachNumber(tensor, pause, (value) => {
    if (!Number.isFinite(value)) notFinite++;
    if (value < min) min = value;
    if (value > max) max = value;
  });
  if (notFinite > 0) return { values: Float64Array.of(NaN), counts: Float64Array.of(notFinite) };
  const counts = new Float64Array(cells);
  const sums = new Float64Array(cells);
  const perUnit = max > min ? (cells - 1) / (max - min) : 0;
  let zeros = 0;
  await eachNumber(tensor, pause, (value) => {
    if (value === 0) {
      zeros++;
      return;
    }
    const cell = Math.floor((value - min) * perUnit);
    counts[cell]!++;
    sums[cell]! += value;
  });
  return ofCells(counts, sums, zeros);
}

/** The means of cells with numbers in them, and zero where there are zeros, in order. */
function ofCells(counts: Float64Array, sums: Float64Array, zeros: number): Points {
  const means: number[] = [];
  const found: number[] = [];
  const add = (value: number, count: number): void => {
    means.push(value);
    found.push(count);
  };
  let isZeroDue = zeros > 0;
  for (const [cell, count] of counts.entries()) {
    if (count === 0) continue;
    const mean = sums[cell]! / count;
    if (isZeroDue && mean > 0) {
      add(0, zeros);
      isZeroDue = false;
    }
    add(mean, count);
  }
  if (isZeroDue) add(0, zeros);
  return { values: Float64Array.from(means), counts: Float64Array.from(found) };
}

async function eachNumber(tensor: Tensor, pause: Pause, use: (value: number) => void): Promise<void> {
  for (let start = 0; start < tensor.elements; start += partElements) {
    await pause();
    const part = numbersWithin(tensor, start, Math.min(partElements, tensor.elements - start));
    for (const value of part) use(value);
  }
}

/**
 * At most so many points: means of neighbours, none of which stands for more than 2 / most of the numbers, where one
 * value alone is not more, or of the range. Zero stays a point of its own where it is to be held.
 */
export function mergedPoints(points: Points, most: number, holdZero: boolean): Points {
  const { values, counts } = points;
  if (values.length <= most) return points;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const low = values[0]!;
  const range = values.at(-1)! - low;
  const sums: number[] = [];
  const merged: number[] = [];
  let before = 0;
  let last = -1;
  for (let i = 0; i < values.length; i++) {
    // Half of the cells share the numbers alike, and half of them the range.
    const share = before / total + (values[i]! - low) / range;
    const cell = Math.floor((share / 2) * (most - 2));
    const apart = holdZero && (values[i] === 0 || values[i - 1] === 0);
    if (cell !== last || apart) {
      sums.push(0);
      merged.push(0);
      last = cell;
    }
    sums[sums.length - 1]! += values[i]! * counts[i]!;
    merged[merged.length - 1]! += counts[i]!;
    before += counts[i]!;
  }
  return {
    values: Float64Array.from(sums, (sum, i) => sum / merged[i]!),
    counts: Float64Array.from(merged),
  };
}
