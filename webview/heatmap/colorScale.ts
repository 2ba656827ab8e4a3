// The range of values that the colours of a heatmap span. Few weights are far larger than the rest, so the range ends
// where all but one in a thousand cells are inside; what is beyond takes the last colour, and the legend says so.
import type { HeatmapView, HistogramView } from '../../src/shared/contracts/layerViews';

export interface ColorScale {
  readonly kind: 'magnitude' | 'error';
  /** The value of the last colour; for errors, also of the first with its sign changed. Above zero. */
  readonly top: number;
  /** Whether some cells are beyond `top`. */
  readonly clipped: boolean;
}

const inside = 0.999;

/** One scale for the same weights before and after, so that the two can be compared. */
export function magnitudeScale(...heatmaps: readonly HeatmapView[]): ColorScale {
  return scaleOf(
    'magnitude',
    heatmaps.map((heatmap) =>
      // The mean of the weights that are left, which is what the colour shows.
      heatmap.magnitude.map((value, index) => {
        const left = 1 - (heatmap.zeros[index] ?? 0);
        return left > 0 ? value / left : 0;
      }),
    ),
  );
}

/**
 * The scale of single weights, from their histograms: the same for every part of the matrix that is looked at closely,
 * before and after. Precise to a bin.
 */
export function singleWeightScale(
  kind: ColorScale['kind'],
  histograms: readonly HistogramView[],
): ColorScale {
  let top = 0;
  let largest = 0;
  for (const { min, max, counts, zeros } of histograms) {
    const width = (max - min) / counts.length;
    const bins = counts
      .map((count, bin) => {
        const [from, to] = [min + bin * width, min + (bin + 1) * width];
        const others = from <= 0 && to > 0 ? Math.max(0, count - zeros) : count;
        return { size: Math.max(Math.abs(from), Math.abs(to)), count: others };
      })
      .toSorted((a, b) => a.size - b.size);
    const total = bins.reduce((sum, { count }) => sum + count, 0);
    let below = 0;
    const enough = bins.find(({ count }) => (below += count) >= inside * total);
    top = Math.max(top, enough?.size ?? 0);
    largest = Math.max(largest, Math.abs(min), Math.abs(max));
  }
  return top > 0 ? { kind, top, clipped: largest > top } : { kind, top: 1, clipped: false };
}

export function errorScale(heatmap: HeatmapView): ColorScale {
  return scaleOf('error', [heatmap.mean.map(Math.abs)]);
}

function scaleOf(kind: ColorScale['kind'], sizes: readonly Float32Array[]): ColorScale {
  const all = new Float32Array(sizes.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of sizes) {
    for (const size of part) if (size > 0 && Number.isFinite(size)) all[filled++] = size;
  }
  if (filled === 0) return { kind, top: 1, clipped: false };
  const sorted = all.subarray(0, filled).toSorted();
  const top = sorted[Math.ceil(inside * filled) - 1] ?? 1;
  return { kind, top, clipped: (sorted[filled - 1] ?? 0) > top };
}
