// The codebook of a weight by k-means: the values with the least sum of squared errors. Zeros that are there on purpose
// stay: where they are many, 0 is one of the values, and the others are the best beside it.
import type { Pause } from '../../../ir/pacing';
import type { Tensor } from '../../../ir/tensor';
import type { CodebookGrid } from '../grids/weightGrid';
import { initialLevels, type Initial } from './initialLevels';
import { leastSquaresLevels, leastSquaresLevelsWithZero } from './leastSquares';
import { lloyd } from './lloyd';
import { mergedPoints, pointsOf, type Points } from './points';

export interface KMeansOptions {
  /** From 1 to 8. */
  readonly bits: number;
  /** The exact minimum, or the levels that Lloyd's algorithm begins with. */
  readonly init: 'optimal' | Initial;
  /** Of what is drawn. */
  readonly seed: number;
}

/** Products of levels and points up to which the minimum is found exactly: tens of megabytes and about a second. */
const mostExact = 1 << 23;

/** With zeros among so many of the numbers, they are there on purpose. */
const leastZeros = 0.01;

/**
 * The codebook of a tensor's numbers, or undefined where some are NaN or infinite. With init optimal and up to
 * 2^22 numbers, 2^23 / 2^bits of them different, the sum of squared errors is the least that there is, up to rounding
 * in float64. Of more numbers, the least is found for means of neighbours, at most 2^23 / 2^bits of them, each for a
 * small part of the range, and Lloyd's algorithm goes on from there.
 */
export async function kMeansGrid(
  tensor: Tensor,
  options: KMeansOptions,
  pause: Pause,
): Promise<CodebookGrid | undefined> {
  const points = await pointsOf(tensor, pause);
  if (!points) return undefined;
  const levels = await kMeansLevels(points, options, pause);
  return { kind: 'codebook', bits: options.bits, values: ascendingFloats(levels) };
}

/** At most 2^bits levels, ascending. */
export async function kMeansLevels(
  points: Points,
  { bits, init, seed }: KMeansOptions,
  pause: Pause,
): Promise<Float64Array> {
  const count = 2 ** bits;
  if (points.values.length <= count) return points.values.slice();
  const holdZero = zerosIn(points) >= leastZeros;
  if (init !== 'optimal') {
    const first = holdZero
      ? withZero(initialLevels(nonZeros(points), count - 1, init, seed))
      : initialLevels(points, count, init, seed);
    return lloyd(points, first, holdZero, pause);
  }
  const merged = mergedPoints(points, Math.floor(mostExact / count), holdZero);
  const levels = holdZero
    ? await leastSquaresLevelsWithZero(merged, count, pause)
    : await leastSquaresLevels(merged, count, pause);
  return merged === points ? levels : lloyd(points, levels, holdZero, pause);
}

function zerosIn({ values, counts }: Points): number {
  const zero = values.indexOf(0);
  return zero < 0 ? 0 : counts[zero]! / counts.reduce((sum, count) => sum + count, 0);
}

function nonZeros({ values, counts }: Points): Points {
  const kept = (_: number, at: number): boolean => values[at] !== 0;
  return { values: values.filter(kept), counts: counts.filter(kept) };
}

function withZero(levels: Float64Array): Float64Array {
  return Float64Array.from(new Set([...levels, 0])).toSorted();
}

/** In float32, each once. */
function ascendingFloats(levels: Float64Array): Float32Array {
  return Float32Array.from(new Set(Float32Array.from(levels)));
}
