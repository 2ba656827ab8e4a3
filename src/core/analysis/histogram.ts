// The distribution of values in equal bins. Two passes, the range and the counts, so that values need not be held.
import type { HistogramView } from '../../shared/contracts/layerViews';

export const histogramBins = 64;

export interface ValueRange {
  add(values: Float32Array | Float64Array): void;
  /** Smallest and largest finite value taken in; both 0 where there was none. */
  range(): { readonly min: number; readonly max: number };
}

/** The first pass. */
export function valueRange(): ValueRange {
  const found = { min: Infinity, max: -Infinity };
  return {
    add(values) {
      // Locals, because numbers that live on the heap are made anew at every change.
      let { min, max } = found;
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (value < min && value !== -Infinity) min = value;
        if (value > max && value !== Infinity) max = value;
      }
      Object.assign(found, { min, max });
    },
    range: () => (found.min <= found.max ? found : { min: 0, max: 0 }),
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
  const isRange = Number.isFinite(histogramBins / (max - min));
  const bins = isRange ? histogramBins : 1;
  const scale = isRange ? histogramBins / (max - min) : 0;
  const counts = new Float64Array(bins);
  let zeros = 0;
  let notFinite = 0;
  return {
    add(values) {
      let newZeros = 0;
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        if (value - value !== 0) {
          notFinite++;
          continue;
        }
        if (value === 0) newZeros++;
        const bin = ((value - min) * scale) | 0;
        counts[bin < bins ? bin : bins - 1]!++;
      }
      zeros += newZeros;
    },
    view: () => ({ min, max, counts: [...counts], zeros, ...(notFinite > 0 ? { notFinite } : {}) }),
  };
}
