// Fits a power law to the tail of positive numbers: density ∝ x^−α for x ≥ xmin.
// Source: A. Clauset, C. Shalizi, M. Newman, "Power-law distributions in empirical data", SIAM Review 51 (2009):
// α by maximum likelihood (3.1), xmin by the smallest Kolmogorov–Smirnov distance (3.9).

export interface PowerLaw {
  readonly exponent: number;
  /** Where the tail begins. */
  readonly from: number;
  /** Numbers in the tail. */
  readonly count: number;
  /** Largest distance between the tail's distribution and the fitted one, 0 to 1. */
  readonly distance: number;
}

/** Mean logarithm over the tail's first number below which the numbers are the same but for rounding. */
const leastSpread = 1e-6;

/**
 * The power law that fits the numbers best from some number on; undefined where fewer than `leastTail` numbers are
 * positive, or they hardly differ. Takes O(n²) steps.
 */
export function fitPowerLaw(numbers: ArrayLike<number>, leastTail: number): PowerLaw | undefined {
  const sorted = Float64Array.from(numbers)
    .filter((x) => x > 0)
    .toSorted();
  const logs = sorted.map(Math.log);
  let best: PowerLaw | undefined;
  // Σ ln x over the tail, from its end on; the tail's first number is subtracted where α is computed.
  let sum = 0;
  for (let start = sorted.length - 1; start >= 0; start--) {
    sum += logs[start]!;
    const count = sorted.length - start;
    if (count < leastTail || sorted[start - 1] === sorted[start]) continue;
    const excess = sum - count * logs[start]!;
    if (!(excess > leastSpread * count)) continue;
    const exponent = 1 + count / excess;
    const distance = largestDistance(logs, start, exponent);
    if (!best || distance < best.distance) best = { exponent, from: sorted[start]!, count, distance };
  }
  return best;
}

/** Between the empirical distribution of the tail and P(x) = 1 − (x / xmin)^(1−α), on both sides of every step. */
function largestDistance(logs: Float64Array, start: number, exponent: number): number {
  const count = logs.length - start;
  const least = logs[start]!;
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const fitted = 1 - Math.exp((1 - exponent) * (logs[start + i]! - least));
    largest = Math.max(largest, fitted - i / count, (i + 1) / count - fitted);
  }
  return largest;
}
