// The distribution of values that come in parts, in memory that does not grow with their number. Bins are as wide as a
// power of two and lie on its multiples, so that merging two neighbours gives a bin of the next width exactly: the
// histogram of some values is the same in whatever order and parts they come.

/** At most as many bins; once there are more than half as many, they have been merged. */
export const mostBins = 2048;

/** Counts of bins: bin i holds values from (first + i) · width on, and below (first + i + 1) · width. */
export interface ValueHistogram {
  /** A power of two. */
  readonly width: number;
  /** Place of the first bin, a whole number. */
  readonly first: number;
  /** From the bin of the smallest value to that of the largest. */
  readonly counts: Float64Array;
  /** Smallest and largest value, exactly. */
  readonly min: number;
  readonly max: number;
  /** Values in the bins. */
  readonly count: number;
  /** Those of them that are exactly zero. */
  readonly zeros: number;
  /** Values that are NaN or infinite, which are in no bin. */
  readonly notFinite: number;
}

/** The middle of a bin. */
export function binCentre({ width, first }: Pick<ValueHistogram, 'width' | 'first'>, bin: number): number {
  return (first + bin + 0.5) * width;
}

/** Bins are no narrower than the digits that float32 has of the largest value. */
const digits = 23;
const smallestExponent = -149;

/** Takes in values and gives their histogram. */
export class HistogramBuilder {
  private exponent = smallestExponent;
  private first = 0;
  private readonly counts = new Float64Array(mostBins);
  private min = Infinity;
  private max = -Infinity;
  private count = 0;
  private zeros = 0;
  private notFinite = 0;

  /** Goes on from a histogram that was built before. */
  constructor(from?: ValueHistogram) {
    if (!from || from.count === 0) {
      this.notFinite = from?.notFinite ?? 0;
      return;
    }
    this.exponent = Math.log2(from.width);
    this.first = from.first;
    this.counts.set(from.counts);
    this.min = from.min;
    this.max = from.max;
    this.count = from.count;
    this.zeros = from.zeros;
    this.notFinite = from.notFinite;
  }

  add(values: Float32Array | Float64Array): void {
    this.cover(values);
    if (this.count === 0 && this.min > this.max) {
      this.notFinite += values.length;
      return;
    }
    const { counts, first } = this;
    const inverse = 2 ** -this.exponent;
    let zeros = 0;
    let taken = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value - value !== 0) continue;
      if (value === 0) zeros++;
      counts[Math.floor(value * inverse) - first]!++;
      taken++;
    }
    this.zeros += zeros;
    this.count += taken;
    this.notFinite += values.length - taken;
  }

  histogram(): ValueHistogram {
    const { exponent, first, min, max, count, zeros, notFinite } = this;
    if (count === 0) {
      return { width: 1, first: 0, counts: new Float64Array(), min: 0, max: 0, count, zeros, notFinite };
    }
    const bins = Math.floor(max * 2 ** -exponent) - first + 1;
    const counts = this.counts.slice(0, bins);
    return { width: 2 ** exponent, first, counts, min: min + 0, max: max + 0, count, zeros, notFinite };
  }

  /** Widens the range to that of the values, and the bins until they cover it. */
  private cover(values: Float32Array | Float64Array): void {
    let { min, max } = this;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < min && value !== -Infinity) min = value;
      if (value > max && value !== Infinity) max = value;
    }
    if (min > max || (min === this.min && max === this.max)) return;
    const exponent = exponentFor(min, max);
    // Adding zero makes a negative zero a plain one.
    const first = Math.floor(min * 2 ** -exponent) + 0;
    if (this.count > 0 && (exponent !== this.exponent || first !== this.first)) {
      const old = this.counts.slice();
      const merged = 2 ** (exponent - this.exponent);
      this.counts.fill(0);
      for (const [bin, count] of old.entries()) {
        if (count > 0) this.counts[Math.floor((this.first + bin) / merged) - first]! += count;
      }
    }
    this.min = min;
    this.max = max;
    this.exponent = exponent;
    this.first = first;
  }
}

/** The narrowest bins of which not too many cover the range. It only grows as the range does. */
function exponentFor(min: number, max: number): number {
  const largest = Math.max(-min, max);
  let exponent = largest === 0 ? smallestExponent : Math.floor(Math.log2(largest)) - digits;
  exponent = Math.max(smallestExponent, exponent);
  while (Math.floor(max * 2 ** -exponent) - Math.floor(min * 2 ** -exponent) >= mostBins) exponent++;
  return exponent;
}
