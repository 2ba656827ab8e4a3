// Means of a few seeds with their intervals of 95 % by Student's t distribution: with so few, the normal one is too sure.

/** Quantiles of t at 0.975, by degrees of freedom from 1 to 9. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

export interface Interval {
  readonly mean: number;
  /** Half of the interval's width; no number where there is one value only. */
  readonly half: number;
}

/**
 * Mean x̄ ± t · s / √n of up to ten independent values. Of differences of pairs it is the paired interval. Throws a
 * RangeError for no or more values.
 */
export function intervalOf(values: readonly number[]): Interval {
  const count = values.length;
  if (count === 0 || count > quantiles.length + 1) {
    throw new RangeError(`intervals are of 1 to ${quantiles.length + 1} values, not of ${count}`);
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const quantile = quantiles[count - 2] ?? NaN;
  return { mean, half: quantile * Math.sqrt(squares / (count - 1) / count) };
}

/** "0.68 ± 0.05". */
export function valueInterval(values: readonly number[]): string {
  const { mean, half } = intervalOf(values);
  return `${mean.toFixed(2)}${Number.isNaN(half) ? '' : ` ± ${half.toFixed(2)}`}`;
}

/** Fractions as percentages: "98.42% ± 0.11". */
export function percentInterval(fractions: readonly number[]): string {
  return valueInterval(fractions.map((fraction) => 100 * fraction)).replace(/( |$)/, '%$1');
}

/** Differences of pairs of fractions in percentage points: "+0.31 ± 0.12". Both lists are in the same order of seeds. */
export function pointsInterval(fractions: readonly number[], others: readonly number[]): string {
  const differences = fractions.map((fraction, i) => 100 * (fraction - others[i]!));
  const text = valueInterval(differences);
  return text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
}

/** What the intervals that are printed are. */
export const intervalNote = 'Means over the seeds ± the half-width of the 95% interval (Student’s t).';
