// Round numbers for a logarithmic axis.
import { roundTicks } from './histogramBins';

/** No more than this many powers of ten. */
const mostPowers = 6;

/**
 * The powers of ten within a range of positive numbers, thinned out where they are many; with two and five times them
 * where they are few, and round steps where the range is less than a factor of a few.
 */
export function logTicks(min: number, max: number): readonly number[] {
  if (!(min > 0) || !(max > min)) return [];
  const powers = within([1], min, max);
  if (powers.length > 3) {
    const every = Math.ceil(powers.length / mostPowers);
    return powers.filter((_, index) => index % every === 0);
  }
  const finer = within([1, 2, 5], min, max);
  return finer.length > 2 ? finer : roundTicks(min, max, 4).filter((tick) => tick > 0);
}

function within(factors: readonly number[], min: number, max: number): readonly number[] {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(12))))
    .filter((tick) => tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9));
}
