// The distribution of values in equal bins. Two passes, the range and the counts, so that values need not be held.
import type { HistogramView } from '../../shared/contracts/viewModels';

export const histogramBins = 64;

export interface ValueRange {
  add(values: Float32Array | Float64Array): void;
  /** Smallest and largest finite value taken in; both 0 where there was none. */
  range(): { readonly min: number; readonly max: number };
}

/** The first pass. */
export function valueRange(): ValueRange {
  let min = Infinity;
  let max = -Infinity;
  return {
    add(values) {
      for (const value of values) {
        if (value < min && value !== -Infinity) min = value;
        if (value > max && value !== Infinity) max = value;
      }
    },
    range: () => (min <= max ? { min, max } : { min: 0, max: 0 }),
  };
}

export interface HistogramCounts {
  add(values: Float32Array | Float64Array): void;
  view(): HistogramView;
}

/**
 * The second pass: counts of `histogramBins` equal bins over the range of the first, or of a single bin where all
 * values are the same. Values that are not finite are in no bin.
 */
export function histogramCounts(range: { readonly min: number; readonly max: number }): HistogramCounts {
  const { min, max } = range;
  const scale = histogramBins / (max - min);
  const bins = Number.isFinite(scale) ? histogramBins : 1;
  const counts = new Float64Array(bins);
  let zeros = 0;
  let notFinite = 0;
  return {
    add(values) {
      for (const value of values) {
        if (value - value !== 0) {
          notFinite++;
          continue;
        }
        if (value === 0) zeros++;
        const bin = bins === 1 ? 0 : Math.floor((value - min) * scale);
        counts[bin < bins ? bin : bins - 1]!++;
      }
    },
    view: () => ({ min, max, counts: [...counts], zeros, ...(notFinite > 0 ? { notFinite } : {}) }),
  };
}
