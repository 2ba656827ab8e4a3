// The range whose grid has the smallest mean squared error over the values: what it cuts off of a few large ones, it
// saves in rounding all others.
import { affineGrid, type Levels, type Range, type Scheme } from '../grids/affineGrid';
import { narrowerParts } from './narrowerRanges';
import { binCentre, type ValueHistogram } from './valueHistogram';

/**
 * Searched among the whole range and narrower ones, down to a hundredth of it: both ends by one part, and of an
 * asymmetric grid then each end by itself, by turns. Its error over the histogram is never above that of the whole range.
 */
export function squaredErrorRange(histogram: ValueHistogram, scheme: Scheme, levels: Levels): Range {
  const { min, max } = histogram;
  const whole: Candidate = { low: 1, high: 1, error: 0 };
  const sums = prefixSums(histogram);
  const measured = ({ low, high }: Pick<Candidate, 'low' | 'high'>): Candidate => ({
    low,
    high,
    error: squaredError(sums, { min: min * low, max: max * high }, scheme, levels),
  });
  let best = measured(whole);
  const consider = (low: number, high: number): void => {
    const candidate = measured({ low, high });
    if (candidate.error < best.error) best = candidate;
  };
  for (const part of narrowerParts) consider(part, part);
  if (scheme === 'asymmetric' && min < 0 && max > 0) {
    for (let turn = 0; turn < 2; turn++) {
      for (const part of narrowerParts) consider(part, best.high);
      for (const part of narrowerParts) consider(best.low, part);
    }
  }
  return { min: min * best.low, max: max * best.high };
}

interface Candidate {
  /** Parts of the two ends. */
  readonly low: number;
  readonly high: number;
  readonly error: number;
}

/** Sums over the bins before each one, with which the error of any grid takes as many steps as it has levels. */
interface PrefixSums {
  readonly histogram: ValueHistogram;
  readonly counts: Float64Array;
  readonly values: Float64Array;
  readonly squares: Float64Array;
}

/** Values count as the middle of their bin, zeros as zero. */
function prefixSums(histogram: ValueHistogram): PrefixSums {
  const { counts, first, zeros } = histogram;
  const bins = counts.length;
  const sums = [0, 1, 2].map(() => new Float64Array(bins + 1));
  const [n, x, squares] = sums as [Float64Array, Float64Array, Float64Array];
  for (let bin = 0; bin < bins; bin++) {
    const centre = binCentre(histogram, bin);
    const others = counts[bin]! - (first + bin === 0 ? zeros : 0);
    n[bin + 1] = n[bin]! + counts[bin]!;
    x[bin + 1] = x[bin]! + others * centre;
    squares[bin + 1] = squares[bin]! + others * centre * centre;
  }
  return { histogram, counts: n, values: x, squares };
}

/** Σ(x − x̂)² on the grid of a range: of each level, over the bins whose middle is nearest to it. */
function squaredError(sums: PrefixSums, range: Range, scheme: Scheme, levels: Levels): number {
  const { scale, zeroPoint, lowest, highest } = affineGrid(range, scheme, levels);
  const { first, width, counts } = sums.histogram;
  const bins = counts.length;
  let error = 0;
  let from = 0;
  for (let level = lowest; level <= highest; level++) {
    const value = (level - zeroPoint) * scale;
    // The first bin whose middle is past the middle between this level and the next.
    const past = Math.ceil((value + scale / 2) / width - first - 0.5);
    const to = level === highest ? bins : Math.max(from, Math.min(bins, past));
    const n = sums.counts[to]! - sums.counts[from]!;
    if (n > 0) {
      const x = sums.values[to]! - sums.values[from]!;
      error += sums.squares[to]! - sums.squares[from]! - 2 * value * x + value * value * n;
    }
    from = to;
  }
  return error;
}
