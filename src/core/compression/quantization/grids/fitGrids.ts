// Grids that lose the least of a weight: a narrower range cuts off a few large values and brings all others nearer to
// a level. The smallest mean squared error is searched among narrower ranges, as in Banner, Nahshan and Soudry, "Post
// training 4-bit quantization of convolutional networks for rapid-deployment" (NeurIPS 2019, §2), but over the values
// themselves and not a distribution that they are taken to have.
import { tensorChunks } from '../../../ir/numbers';
import type { Pause } from '../../../ir/pacing';
import type { Tensor } from '../../../ir/tensor';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  type Levels,
  type Range,
  type Scheme,
} from './affineGrid';
import { eachRun, type GridLayout } from './gridLayout';

/** Values of one grid after those of another. */
interface SortedByGrid {
  readonly values: Float32Array;
  /** Where the values of each grid begin; one more, where the last ones end. */
  readonly starts: Uint32Array;
}

/**
 * The range of each grid whose mean squared error is the smallest that is found: never above that of the given range,
 * which contains all values. Between 5 % and all of a range is searched, to a 320th of it; the two ends of an
 * asymmetric one by turns.
 */
export async function narrowedRanges(
  tensor: Tensor,
  layout: GridLayout,
  ranges: readonly Range[],
  scheme: Scheme,
  levels: Levels,
  pause: Pause,
): Promise<Range[]> {
  const { values, starts } = await sortedByGrid(tensor, layout, pause);
  const narrowed: Range[] = [];
  for (const [index, range] of ranges.entries()) {
    await pause();
    const own = values.subarray(starts[index], starts[index + 1]);
    narrowed.push(narrowedRange(own, range, scheme, levels));
  }
  return narrowed;
}

async function sortedByGrid(tensor: Tensor, layout: GridLayout, pause: Pause): Promise<SortedByGrid> {
  const starts = new Uint32Array(layout.count + 1);
  eachRun(layout, 0, tensor.elements, (grid, from, to) => {
    starts[grid + 1]! += to - from;
  });
  for (let i = 0; i < layout.count; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const values = new Float32Array(tensor.elements);
  let start = 0;
  for (const chunk of tensorChunks(tensor)) {
    await pause();
    eachRun(layout, start, chunk.length, (grid, from, to) => {
      values.set(chunk.subarray(from, to), next[grid]);
      next[grid]! += to - from;
    });
    start += chunk.length;
  }
  return { values, starts };
}

const coarseParts = Array.from({ length: 20 }, (_, i) => 1 - i / 20);

function narrowedRange(values: Float32Array, range: Range, scheme: Scheme, levels: Levels): Range {
  const errorOf = (candidate: Range): number => squaredError(values, candidate, scheme, levels);
  const both = (part: number): Range => ({ min: range.min * part, max: range.max * part });
  let best = bestOf(coarseParts, both, errorOf, { range, error: errorOf(range), part: 1 });
  best = bestOf(around(best.part), both, errorOf, best);
  if (scheme === 'symmetric') return best.range;
  for (let turn = 0; turn < 2; turn++) {
    const { min, max } = best.range;
    const lower = bestOf(fineParts, (part) => ({ min: min * part, max }), errorOf, best);
    best = bestOf(fineParts, (part) => ({ min: lower.range.min, max: max * part }), errorOf, lower);
  }
  return best.range;
}

const fineParts = [0.8, 0.9, 0.95, 0.975, 1.025];

/** The parts between the neighbours of a coarse one. */
function around(part: number): number[] {
  return Array.from({ length: 31 }, (_, i) => part + (i - 15) / 320).filter((each) => each > 0 && each < 1);
}

interface Candidate {
  readonly range: Range;
  readonly error: number;
  readonly part: number;
}

function bestOf(
  parts: readonly number[],
  rangeOf: (part: number) => Range,
  errorOf: (range: Range) => number,
  before: Candidate,
): Candidate {
  let best = before;
  for (const part of parts) {
    const range = rangeOf(part);
    const error = errorOf(range);
    if (error < best.error) best = { range, error, part };
  }
  return best;
}

/** Σ(w − ŵ)² on the grid of a range. */
function squaredError(values: Float32Array, range: Range, scheme: Scheme, levels: Levels): number {
  const grid = affineGrid(range, scheme, levels);
  let sum = 0;
  for (const value of values) {
    const difference = dequantizeValue(quantizeValue(value, grid), grid) - value;
    sum += difference * difference;
  }
  return sum;
}
