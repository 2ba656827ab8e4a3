// Cells to pixels, and the range of values that the colours span.
import { describe, expect, it } from 'vitest';
import type { HeatmapView } from '../../../src/shared/contracts/layerViews';
import { heatmapColors } from '../../../webview/heatmap/colorMap';
import { errorScale, magnitudeScale, singleWeightScale } from '../../../webview/heatmap/colorScale';
import { paintHeatmap } from '../../../webview/heatmap/paintHeatmap';

const colors = heatmapColors('dark', [30, 30, 30]);

function heatmap(cells: readonly { mean: number; zeros?: number }[]): HeatmapView {
  return {
    matrixRows: 1,
    matrixColumns: cells.length,
    region: { row: 0, column: 0, rows: 1, columns: cells.length },
    cellRows: 1,
    cellColumns: cells.length,
    mean: Float32Array.from(cells, ({ mean }) => mean),
    magnitude: Float32Array.from(cells, ({ mean }) => Math.abs(mean)),
    zeros: Float32Array.from(cells, ({ zeros = 0 }) => zeros),
    maxMagnitude: 1,
  };
}

function paint(view: HeatmapView, scale = magnitudeScale(view)): number[][] {
  const pixels = new Uint8ClampedArray(4 * view.mean.length);
  paintHeatmap(view, scale, colors, pixels);
  return Array.from({ length: view.mean.length }, (_, index) => [
    ...pixels.subarray(4 * index, 4 * index + 4),
  ]);
}

const entry = (table: Uint8ClampedArray, index: number): number[] => [
  ...table.subarray(3 * index, 3 * index + 3),
  255,
];

describe('magnitudes', () => {
  it('take colours by their size, whatever their sign', () => {
    const [small, large] = paint(heatmap([{ mean: 0.5 }, { mean: -1 }]));
    expect(small).toEqual(entry(colors.magnitude, 128));
    expect(large).toEqual(entry(colors.magnitude, 255));
  });

  it('show a cell of zeros in the colour of the page', () => {
    const [zero] = paint(heatmap([{ mean: 0, zeros: 1 }, { mean: 1 }]));
    expect(zero).toEqual([30, 30, 30, 255]);
  });

  it('fade towards zero by the fraction of zeros, in the hue of the weights that are left', () => {
    // Half of the weights are zero; those left have magnitude 1, so the mean of all is a half.
    const [half] = paint(heatmap([{ mean: 0.5, zeros: 0.5 }, { mean: 1 }]));
    const full = entry(colors.magnitude, 255);
    expect(half!.slice(0, 3)).toEqual([0, 1, 2].map((channel) => Math.round((30 + full[channel]!) / 2)));
  });
});

it('paints errors from both ends of a symmetric range', () => {
  const view = heatmap([{ mean: -0.2 }, { mean: 0 }, { mean: 0.2 }]);
  const [negative, none, positive] = paint(view, errorScale(view));
  expect(negative).toEqual(entry(colors.error, 0));
  expect(none).toEqual(entry(colors.error, 128));
  expect(positive).toEqual(entry(colors.error, 255));
});

describe('a colour scale', () => {
  it('ends where all but one in a thousand are inside, and says that some are not', () => {
    const cells = Array.from({ length: 2000 }, () => ({ mean: 0.1 }));
    expect(magnitudeScale(heatmap([...cells, { mean: 50 }]))).toMatchObject({ clipped: true });
    expect(magnitudeScale(heatmap([...cells, { mean: 50 }])).top).toBeCloseTo(0.1);
    expect(magnitudeScale(heatmap(cells)).clipped).toBe(false);
  });

  it('is the same for both sides of a comparison', () => {
    const [before, after] = [heatmap([{ mean: 1 }]), heatmap([{ mean: 0.25 }])];
    expect(magnitudeScale(before, after)).toEqual(magnitudeScale(after, before));
    expect(magnitudeScale(before, after).top).toBe(1);
  });

  it('has a range above zero where all weights are zero', () => {
    expect(magnitudeScale(heatmap([{ mean: 0, zeros: 1 }])).top).toBe(1);
    expect(errorScale(heatmap([{ mean: 0 }])).top).toBe(1);
  });

  it('passes over cells without a finite value', () => {
    expect(magnitudeScale(heatmap([{ mean: Number.NaN }, { mean: 0.5 }])).top).toBe(0.5);
  });

  it('of single weights comes from their histogram, without the zeros', () => {
    // Bins of width 0.5 from −1 to 1: 2 weights, 90 zeros and 10 small ones, 8 small, 1 large.
    const histogram = { min: -1, max: 1, counts: [2, 0, 100, 8], zeros: 90 };
    const scale = singleWeightScale('magnitude', [histogram]);
    expect(scale.top).toBe(1);
    const narrow = { min: -1, max: 1, counts: [0, 0, 5000, 1], zeros: 0 };
    expect(singleWeightScale('magnitude', [narrow])).toEqual({ kind: 'magnitude', top: 0.5, clipped: true });
  });
});
