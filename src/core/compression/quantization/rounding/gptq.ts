// Rounds the weights of one layer column by column, and after each column changes those that are still to be rounded, so
// that they make up for its error. Frantar, Ashkboos, Hoefler, Alistarh: GPTQ: Accurate post-training quantization for
// generative pre-trained transformers; ICLR 2023 (algorithm 1), which is Optimal Brain Quantization (Frantar, Alistarh;
// NeurIPS 2022) with one order of the columns for all rows.
import type { Pause } from '../../../ir/pacing';
import { dampedFactor, squaredError, type LayerProblem } from '../../reconstruction/layerProblem';
import type { RoundingErrors } from './roundWeight';

/** The value on the grid of element `i` of a layer's rows that is nearest to a value. */
export type RoundElement = (i: number, value: number) => number;

export interface RoundedRows extends RoundingErrors {
  /** Row-major [rows, features], each on its grid. */
  readonly values: Float64Array;
}

/** Columns that are rounded before what they change is applied to the columns after them (§3.3, step 2). */
const blockColumns = 128;

/**
 * Weights on their grids. Those that are zero stay zero. A row for which the greedy order ends worse than rounding to
 * nearest is rounded to nearest. Undefined where `gram` holds numbers that are not finite.
 */
export async function gptq(
  problem: LayerProblem,
  round: RoundElement,
  pause: Pause,
): Promise<RoundedRows | undefined> {
  const order = columnOrder(problem);
  const factor = await dampedFactor({ ...problem, gram: ordered(problem, order) }, pause);
  if (!factor) return undefined;
  const { rows, features, weights } = problem;
  const left = new Float64Array(weights.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < features; j++) left[at++] = weights[row * features + order[j]!]!;
  }
  for (let begin = 0; begin < features; begin += blockColumns) {
    const end = Math.min(features, begin + blockColumns);
    const errors = await roundBlock({ problem, round, order, factor, left }, begin, end, pause);
    await passOn({ problem, factor, left, errors }, begin, end, pause);
  }
  const values = new Float64Array(weights.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < features; j++) values[row * features + order[j]!] = left[at++]!;
  }
  return betterRows(problem, values, round, pause);
}

/**
 * The columns with the strongest inputs first, while there are most others left to make up for them (the option
 * `act-order` of the paper's code).
 */
function columnOrder({ gram, features }: LayerProblem): Uint32Array {
  const strength = (j: number): number => gram[j * (features + 1)]!;
  return Uint32Array.from({ length: features }, (_, j) => j).toSorted(
    (a, b) => strength(b) - strength(a) || a - b,
  );
}

function ordered({ gram, features }: LayerProblem, order: Uint32Array): Float64Array {
  const result = new Float64Array(gram.length);
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < features; j++) result[i * features + j] = gram[order[i]! * features + order[j]!]!;
  }
  return result;
}

interface Work {
  readonly problem: LayerProblem;
  readonly factor: Float64Array;
  /** In the order of the columns: rounded up to the column at hand, and after it what is left to round. */
  readonly left: Float64Array;
}

/** Rounds the columns of a block; gives for each row and column the error over the diagonal of the factor. */
async function roundBlock(
  {
    problem,
    round,
    order,
    factor,
    left,
  }: Work & { readonly round: RoundElement; readonly order: Uint32Array },
  begin: number,
  end: number,
  pause: Pause,
): Promise<Float64Array> {
  const { rows, features, weights } = problem;
  const width = end - begin;
  const errors = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    await pause();
    const values = left.subarray(row * features, (row + 1) * features);
    for (let j = begin; j < end; j++) {
      const place = row * features + order[j]!;
      const rounded = weights[place] === 0 ? 0 : round(place, values[j]!);
      const error = (values[j]! - rounded) / factor[j * features + j]!;
      for (let c = j + 1; c < end; c++) values[c]! -= error * factor[j * features + c]!;
      values[j] = rounded;
      errors[row * width + j - begin] = error;
    }
  }
  return errors;
}

/** So many columns of a block of the factor are kept in the processor's cache for all rows. */
const tileColumns = 256;

/** Has the columns after a block make up for its errors. */
async function passOn(
  { problem, factor, left, errors }: Work & { readonly errors: Float64Array },
  begin: number,
  end: number,
  pause: Pause,
): Promise<void> {
  const { rows, features } = problem;
  for (let from = end; from < features; from += tileColumns) {
    const to = Math.min(features, from + tileColumns);
    for (let row = 0; row < rows; row++) {
      await pause();
      const first = row * features;
      for (let j = begin; j < end; j++) {
        const error = errors[row * (end - begin) + j - begin]!;
        const line = j * features;
        for (let c = from; c < to; c++) left[first + c]! -= error * factor[line + c]!;
      }
    }
  }
}

async function betterRows(
  { weights, gram, rows, features }: LayerProblem,
  values: Float64Array,
  round: RoundElement,
  pause: Pause,
): Promise<RoundedRows> {
  const zeros = new Float64Array(features);
  const sums = { signal: 0, errorOfNearest: 0, error: 0 };
  for (let row = 0; row < rows; row++) {
    await pause();
    const first = row * features;
    const given = weights.subarray(first, first + features);
    const own = values.subarray(first, first + features);
    const nearest = given.map((weight, j) => round(first + j, weight));
    const errorOfNearest = squaredError(given, nearest, gram);
    const error = squaredError(given, own, gram);
    const isBetter = error <= errorOfNearest;
    if (!isBetter) own.set(nearest);
    sums.signal += squaredError(given, zeros, gram);
    sums.errorOfNearest += errorOfNearest;
    sums.error += isBetter ? error : errorOfNearest;
  }
  return { values, ...sums };
}
