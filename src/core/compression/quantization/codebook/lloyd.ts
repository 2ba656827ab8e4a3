// Lloyd's algorithm for points on a line: levels become the means of the points that are nearest to them, again and
// again, until no point changes its level. Each round lowers the sum of squared distances, to a minimum near the first
// levels (Lloyd: Least squares quantization in PCM; IEEE Transactions on Information Theory 1982).
import type { Pause } from '../../../ir/pacing';
import { countUpTo } from './countUpTo';
import type { Points } from './points';

/** Rounds end by themselves, as no partition comes twice; this is for numbers that rounding keeps in motion. */
const mostRounds = 10_000;

/** What the levels become. @param levels Ascending. @param holdZero Whether a level that is 0 stays so. */
export async function lloyd(
  points: Points,
  levels: Float64Array,
  holdZero: boolean,
  pause: Pause,
): Promise<Float64Array> {
  const { values, counts } = points;
  const weights = running(values.length, (i) => counts[i]!);
  const sums = running(values.length, (i) => counts[i]! * values[i]!);
  let current = levels;
  let before: readonly number[] = [];
  for (let round = 0; round < mostRounds; round++) {
    await pause();
    const ends = endsOf(values, current);
    if (ends.length === before.length && ends.every((end, at) => end === before[at])) break;
    before = ends;
    current = current.map((level, at) => {
      const [start, end] = [at === 0 ? 0 : ends[at - 1]!, ends[at]!];
      // A level without points keeps its place.
      if (start === end || (holdZero && level === 0)) return level;
      return (sums[end]! - sums[start]!) / (weights[end]! - weights[start]!);
    });
  }
  return current;
}

function running(length: number, term: (index: number) => number): Float64Array {
  const sums = new Float64Array(length + 1);
  for (let i = 0; i < length; i++) sums[i + 1] = sums[i]! + term(i);
  return sums;
}

/** Where the points of each level end (exclusive): half-way to the next level. */
function endsOf(values: Float64Array, levels: Float64Array): readonly number[] {
  return Array.from(levels, (level, at) => {
    const next = levels[at + 1];
    return next === undefined ? values.length : countUpTo(values, (level + next) / 2);
  });
}
