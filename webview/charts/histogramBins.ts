// Arithmetic of histograms for drawing them: bins, the axis that two of them share, and the bin that zeros tower in.
import type { HistogramView } from '../../src/shared/contracts/layerViews';

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Equal bins from min to max. Where all values are the same, one bin of some width around them. */
export function binsOf({ min, max, counts }: HistogramView): readonly Bin[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (max <= min) {
    const half = Math.abs(min) / 2 || 0.5;
    return [{ from: min - half, to: min + half, count: total }];
  }
  const width = (max - min) / counts.length;
  return counts.map((count, index) => ({
    from: min + index * width,
    to: index === counts.length - 1 ? max : min + (index + 1) * width,
    count,
  }));
}

/** The range of all bins together. */
export function rangeOf(series: readonly (readonly Bin[])[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const bins of series) {
    min = Math.min(min, bins[0]?.from ?? min);
    max = Math.max(max, bins.at(-1)?.to ?? max);
  }
  return { min, max };
}

/** The bin that holds zero; undefined where all values lie on one side of it. */
export function zeroBin(bins: readonly Bin[]): Bin | undefined {
  return bins.find(
    (bin, index) => bin.from <= 0 && (bin.to > 0 || (index === bins.length - 1 && bin.to === 0)),
  );
}

/**
 * Where a linear axis of counts ends. A bin of zeros that towers over all others is cut off, so that the shape of the
 * rest can be seen; `cut` tells that it was.
 */
export function countAxis(series: readonly (readonly Bin[])[]): { max: number; cut: boolean } {
  const all = highest(series.flatMap((bins) => bins.map((bin) => bin.count)));
  const others = highest(
    series.flatMap((bins) => {
      const zero = zeroBin(bins);
      return bins.flatMap((bin) => (bin === zero ? [] : [bin.count]));
    }),
  );
  return others > 0 && all > 2 * others ? { max: 1.25 * others, cut: true } : { max: 1.05 * all, cut: false };
}

function highest(counts: readonly number[]): number {
  return counts.reduce((most, count) => Math.max(most, count), 0);
}

/** Round numbers within a range, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(min: number, max: number, count: number): readonly number[] {
  const rough = (max - min) / count;
  if (!(rough > 0)) return [min];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  // Multiples of the step, without the dust of floating-point sums.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}
