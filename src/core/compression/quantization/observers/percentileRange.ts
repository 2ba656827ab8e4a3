// The range that a percentage of the values lies in: a few values that are far from all others do not widen the grid.
import type { Range, Scheme } from '../grids/affineGrid';
import type { ValueHistogram } from './valueHistogram';

/**
 * Of a symmetric grid, the magnitude that `percentile` per cent of the values do not exceed, on either side. Of an
 * asymmetric one, half of the rest is cut off at each end. Exact to a bin, within which values count as evenly spread;
 * never outside the values.
 */
export function percentileRange(histogram: ValueHistogram, scheme: Scheme, percentile: number): Range {
  const { min, max, count } = histogram;
  const rest = (1 - percentile / 100) * count;
  if (count === 0 || rest <= 0) return { min, max };
  if (scheme === 'symmetric') {
    const limit = magnitudeAbove(histogram, rest);
    return { min: Math.max(min, -limit), max: Math.min(max, limit) };
  }
  return { min: lowerEnd(histogram, rest / 2), max: upperEnd(histogram, rest / 2) };
}

/** The value that `rest` values lie below. */
function lowerEnd({ counts, first, width, min }: ValueHistogram, rest: number): number {
  let left = rest;
  for (const [bin, count] of counts.entries()) {
    if (count > left) return Math.max(min, (first + bin + left / count) * width);
    left -= count;
  }
  return min;
}

/** The value that `rest` values lie above. */
function upperEnd({ counts, first, width, max }: ValueHistogram, rest: number): number {
  let left = rest;
  for (let bin = counts.length - 1; bin >= 0; bin--) {
    const count = counts[bin]!;
    if (count > left) return Math.min(max, (first + bin + 1 - left / count) * width);
    left -= count;
  }
  return max;
}

/** The magnitude that `rest` values exceed: bins on both sides of zero are taken off by turns, the farther one first. */
function magnitudeAbove({ counts, first, width }: ValueHistogram, rest: number): number {
  let left = rest;
  let low = 0;
  let high = counts.length - 1;
  while (low < high) {
    const below = -(first + low) * width;
    const above = (first + high + 1) * width;
    const farther = below > above ? low : high;
    const count = counts[farther]!;
    if (count > left) return Math.max(below, above) - (left / count) * width;
    left -= count;
    if (farther === low) low++;
    else high--;
  }
  return Math.max(-(first + low) * width, (first + high + 1) * width);
}
