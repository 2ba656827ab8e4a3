// The range on whose grid the values are distributed most like they are, by the Kullback-Leibler divergence: the
// calibration of Migacz, "8-bit inference with TensorRT" (GTC 2017), for any levels and for ranges of two sides.
import { affineGrid, quantizeValue, type Levels, type Range, type Scheme } from '../grids/affineGrid';
import { narrowerParts } from './narrowerRanges';
import { binCentre, type ValueHistogram } from './valueHistogram';

/**
 * Thresholds t from the largest magnitude down, each cutting off what lies outside −t..t. P is the distribution over
 * the bins inside, with what is outside added to the bins at the ends. Q is that of the grid: the values inside that
 * fall on a level are spread evenly over its bins that hold any. The threshold of the smallest Σ P·log(P / Q) is taken.
 * A grid of fewer bins than it has levels would copy P exactly, so that none is narrower than its levels. Values that are
 * exactly zero are left out: they are on every grid, and behind a Relu they would outweigh all others.
 */
export function entropyRange(observed: ValueHistogram, scheme: Scheme, levels: Levels): Range {
  const histogram = withoutZeros(observed);
  const { min, max, width, count } = histogram;
  if (count === 0) return { min, max };
  const largest = Math.max(-min, max);
  let best: Range = { min, max };
  let smallest = divergence(histogram, best, affineGrid(best, scheme, levels));
  for (const part of narrowerParts) {
    const threshold = largest * part;
    const range = { min: Math.max(min, -threshold), max: Math.min(max, threshold) };
    // Values of one sign that begin above the threshold have nothing inside.
    if (range.min > range.max) break;
    const bins = (Math.max(range.max, 0) - Math.min(range.min, 0)) / width;
    if (bins < levels.highest - levels.lowest + 1) break;
    const found = divergence(histogram, range, affineGrid(range, scheme, levels));
    if (found < smallest) [smallest, best] = [found, range];
  }
  return best;
}

function withoutZeros(histogram: ValueHistogram): ValueHistogram {
  const { zeros, first, count } = histogram;
  if (zeros === 0) return histogram;
  const counts = histogram.counts.slice();
  counts[-first]! -= zeros;
  return { ...histogram, counts, count: count - zeros };
}

/** Of a bin that holds something in P and nothing in Q, the share that it is given in Q. */
const smoothing = 1e-4;

/** KL(P‖Q) in nats. */
function divergence(histogram: ValueHistogram, range: Range, grid: ReturnType<typeof affineGrid>): number {
  const { counts, first, width, count } = histogram;
  const from = Math.max(0, Math.floor(range.min / width) - first);
  const to = Math.min(counts.length - 1, Math.floor(range.max / width) - first);
  const levels = grid.highest - grid.lowest + 1;
  const inLevel = new Float64Array(levels);
  const binsOfLevel = new Uint32Array(levels);
  const levelOf = new Uint16Array(to - from + 1);
  let inside = 0;
  for (let bin = from; bin <= to; bin++) {
    const level = quantizeValue(binCentre(histogram, bin), grid) - grid.lowest;
    levelOf[bin - from] = level;
    const own = counts[bin]!;
    inside += own;
    inLevel[level]! += own;
    if (own > 0) binsOfLevel[level]!++;
  }
  if (inside === 0) return Infinity;
  const { below, above } = outside(counts, from, to);
  let sum = 0;
  for (let bin = from; bin <= to; bin++) {
    const own = counts[bin]!;
    const p = (own + (bin === from ? below : 0) + (bin === to ? above : 0)) / count;
    if (p === 0) continue;
    const level = levelOf[bin - from]!;
    const q = own > 0 ? inLevel[level]! / binsOfLevel[level]! / inside : smoothing / (to - from + 1);
    sum += p * Math.log(p / q);
  }
  return sum;
}

function outside(
  counts: Float64Array,
  from: number,
  to: number,
): { readonly below: number; readonly above: number } {
  let [below, above] = [0, 0];
  for (let bin = 0; bin < from; bin++) below += counts[bin]!;
  for (let bin = to + 1; bin < counts.length; bin++) above += counts[bin]!;
  return { below, above };
}
