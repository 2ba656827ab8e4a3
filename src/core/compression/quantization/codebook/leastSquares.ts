// Levels with the least sum of squared distances to points on a line, each of which counts for its nearest level:
// k-means in one dimension, solved exactly. The points that share a level are neighbours, so that with m levels
//   cost[m][i] = min over j of cost[m − 1][j] + (squared distances of points j…i−1 to their mean)
// is the least cost of the first i points (Wang, Song: Ckmeans.1d.dp: optimal k-means clustering in one dimension by
// dynamic programming; R Journal 2011). The best j grows with i and with m, which divide and conquer uses: O(n log n) for
// each level (Grønlund et al.: Fast exact k-means, k-medians and Bregman divergence clustering in 1D; 2017, §2).
import type { Pause } from '../../../ir/pacing';
import type { Points } from './points';

/** The best `count` levels for the points, ascending; the points themselves where there are no more of them. */
export async function leastSquaresLevels(points: Points, count: number, pause: Pause): Promise<Float64Array> {
  const { values } = points;
  if (values.length <= count) return values.slice();
  // No point may be left without a level.
  const left = new Float64Array(values.length + 1).fill(Infinity);
  left[values.length] = 0;
  const found = await partitions(points, count, left, pause);
  return found.levels(count);
}

/** The best `count` levels for the points among those of which one is 0. */
export async function leastSquaresLevelsWithZero(
  { values, counts }: Points,
  count: number,
  pause: Pause,
): Promise<Float64Array> {
  const below = values.filter((value) => value < 0).length;
  const above = values.findIndex((value) => value > 0);
  const from = above < 0 ? values.length : above;
  // The level 0 gets the points next to it on both sides; the other levels of each side are chosen by themselves.
  const negative = { values: values.slice(0, below), counts: counts.slice(0, below) };
  const lower = await belowZero(negative, count - 1, pause);
  const positive = { values: values.slice(from), counts: counts.slice(from) };
  const upper = await belowZero(mirrored(positive), count - 1, pause);
  let best = 0;
  let least = Infinity;
  for (let m = 0; m < count; m++) {
    const cost = lower.cost(m) + upper.cost(count - 1 - m);
    if (cost < least) [best, least] = [m, cost];
  }
  const high = upper.levels(count - 1 - best).map((value) => -value);
  return Float64Array.from([...lower.levels(best), 0, ...high.toReversed()]);
}

function mirrored({ values, counts }: Points): Points {
  return { values: values.map((value) => -value).toReversed(), counts: counts.toReversed() };
}

/** The partitions of points below zero, of which those nearest to it may count for the level 0. */
function belowZero(points: Points, most: number, pause: Pause): Promise<Partitions> {
  const { values, counts } = points;
  const left = new Float64Array(values.length + 1);
  for (let i = values.length - 1; i >= 0; i--) left[i] = left[i + 1]! + counts[i]! * values[i]! ** 2;
  return partitions(points, Math.min(most, values.length), left, pause);
}

interface Partitions {
  /** The least cost with up to so many levels, points that are left to others included. */
  readonly cost: (levels: number) => number;
  readonly levels: (levels: number) => Float64Array;
}

/** The best partitions with up to `most` levels, where leaving the points from i on to others costs left[i]. */
async function partitions(
  points: Points,
  most: number,
  left: Float64Array,
  pause: Pause,
): Promise<Partitions> {
  const n = points.values.length;
  const sums = prefixSums(points);
  const starts: Uint32Array[] = [];
  const ends = [0];
  const totals = [left[0]!];
  let costs = new Float64Array(n + 1).fill(Infinity);
  costs[0] = 0;
  for (let m = 1; m <= most; m++) {
    await pause();
    const row = nextRow(sums, costs, m, starts.at(-1));
    costs = row.costs;
    starts.push(row.starts);
    const [end, total] = cheapestEnd(costs, left, m);
    // One level more may not help where points are left to others: then it is not used.
    const better = total < totals[m - 1]!;
    totals.push(better ? total : totals[m - 1]!);
    ends.push(better ? end : -1);
  }
  const used = (levels: number): number => {
    let m = Math.min(levels, most);
    while (ends[m] === -1) m--;
    return m;
  };
  return {
    cost: (levels) => totals[used(levels)]!,
    levels: (levels) => {
      const m = used(levels);
      const found = new Float64Array(m);
      let end = ends[m]!;
      for (let at = m - 1; at >= 0; at--) {
        const start = starts[at]![end]!;
        found[at] = sums.mean(start, end);
        end = start;
      }
      return found;
    },
  };
}

function cheapestEnd(
  costs: Float64Array,
  left: Float64Array,
  from: number,
): readonly [end: number, total: number] {
  let [end, total] = [-1, Infinity];
  for (let i = from; i < costs.length; i++) {
    const sum = costs[i]! + left[i]!;
    if (sum < total) [end, total] = [i, sum];
  }
  return [end, total];
}

/** The costs of the first i points with m levels, and the point at which the last of these begins. */
function nextRow(
  { error }: Sums,
  before: Float64Array,
  m: number,
  startsBefore: Uint32Array | undefined,
): { readonly costs: Float64Array<ArrayBuffer>; readonly starts: Uint32Array } {
  const n = before.length - 1;
  const costs = new Float64Array(n + 1).fill(Infinity);
  const starts = new Uint32Array(n + 1);
  const fill = (low: number, high: number, firstStart: number, lastStart: number): void => {
    if (low > high) return;
    const i = (low + high) >> 1;
    let [least, best] = [Infinity, firstStart];
    const from = Math.max(firstStart, startsBefore?.[i] ?? 0);
    for (let j = from, to = Math.min(lastStart, i - 1); j <= to; j++) {
      const cost = before[j]! + error(j, i);
      if (cost < least) [least, best] = [cost, j];
    }
    costs[i] = least;
    starts[i] = best;
    fill(low, i - 1, firstStart, best);
    fill(i + 1, high, best, lastStart);
  };
  fill(m, n, m - 1, n - 1);
  return { costs, starts };
}

interface Sums {
  /** Sum of the squared distances of the points from `start` (inclusive) to `end` (exclusive) to their mean. */
  readonly error: (start: number, end: number) => number;
  readonly mean: (start: number, end: number) => number;
}

function prefixSums({ values, counts }: Points): Sums {
  const n = values.length;
  const weights = new Float64Array(n + 1);
  const firsts = new Float64Array(n + 1);
  const seconds = new Float64Array(n + 1);
  // Around the middle, so that little cancels.
  const total = counts.reduce((sum, count) => sum + count, 0);
  const middle = values.reduce((sum, value, i) => sum + (value * counts[i]!) / total, 0);
  for (let i = 0; i < n; i++) {
    const value = values[i]! - middle;
    weights[i + 1] = weights[i]! + counts[i]!;
    firsts[i + 1] = firsts[i]! + counts[i]! * value;
    seconds[i + 1] = seconds[i]! + counts[i]! * value * value;
  }
  return {
    error: (start, end) => {
      const first = firsts[end]! - firsts[start]!;
      const error = seconds[end]! - seconds[start]! - (first * first) / (weights[end]! - weights[start]!);
      return error > 0 ? error : 0;
    },
    mean: (start, end) => middle + (firsts[end]! - firsts[start]!) / (weights[end]! - weights[start]!),
  };
}
