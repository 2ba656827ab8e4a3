// Levels that Lloyd's algorithm can begin with, as Han, Mao and Dally compare them (Deep compression; ICLR 2016, §3.2):
// evenly over the range, evenly over the numbers, or numbers drawn at random.
import { uniform } from '../../../../shared/base/random';
import { countUpTo } from './countUpTo';
import type { Points } from './points';

export type Initial = 'linear' | 'density' | 'random';

/** So many levels, ascending and different from each other where the points are. @param seed Of what is drawn. */
export function initialLevels(points: Points, count: number, initial: Initial, seed: number): Float64Array {
  return distinct(ways[initial](points, count, seed));
}

const ways: Readonly<Record<Initial, (points: Points, count: number, seed: number) => Float64Array>> = {
  linear: ({ values }, count) => {
    const [low = 0, high = 0] = [values[0], values.at(-1)];
    const step = count > 1 ? (high - low) / (count - 1) : 0;
    return Float64Array.from({ length: count }, (_, i) => low + i * step);
  },
  density: (points, count) => {
    const at = quantiles(points);
    return Float64Array.from({ length: count }, (_, i) => at((i + 0.5) / count));
  },
  random: (points, count, seed) => {
    const at = quantiles(points);
    const next = uniform(seed);
    return Float64Array.from({ length: count }, () => at(next())).toSorted();
  },
};

/** The number that a fraction of all numbers is below. */
function quantiles({ values, counts }: Points): (fraction: number) => number {
  let total = 0;
  const upTo = counts.map((count) => (total += count));
  return (fraction) => {
    const place = countUpTo(upTo, fraction * total);
    return values[Math.min(place, values.length - 1)]!;
  };
}

function distinct(ascending: Float64Array): Float64Array {
  return ascending.filter((level, at) => at === 0 || level !== ascending[at - 1]);
}
