// Turns a heatmap's cells into pixels: one pixel a cell, drawn larger later.
import type { HeatmapView } from '../../src/shared/contracts/layerViews';
import type { HeatmapColors } from './colorMap';
import type { ColorScale } from './colorScale';

/** Writes red, green, blue, alpha of every cell, row by row, into `pixels`, which has cellRows·cellColumns·4 bytes. */
export function paintHeatmap(
  heatmap: HeatmapView,
  scale: ColorScale,
  colors: HeatmapColors,
  pixels: Uint8ClampedArray,
): void {
  if (scale.kind === 'error') paintErrors(heatmap, scale, colors, pixels);
  else paintMagnitudes(heatmap, scale, colors, pixels);
}

/**
 * The hue tells the mean magnitude of the weights that are not zero; a cell fades into the colour of zeros by the
 * fraction of its weights that are.
 */
function paintMagnitudes(
  { magnitude, zeros }: HeatmapView,
  { top }: ColorScale,
  colors: HeatmapColors,
  pixels: Uint8ClampedArray,
): void {
  const table = colors.magnitude;
  const [zeroRed, zeroGreen, zeroBlue] = colors.zero;
  for (let index = 0; index < magnitude.length; index++) {
    const empty = zeros[index] ?? 0;
    const left = 1 - empty;
    const size = left > 0 ? (magnitude[index] ?? 0) / left / top : 0;
    const at = 3 * Math.min(255, Math.round(255 * size));
    pixels[4 * index] = zeroRed * empty + (table[at] ?? 0) * left;
    pixels[4 * index + 1] = zeroGreen * empty + (table[at + 1] ?? 0) * left;
    pixels[4 * index + 2] = zeroBlue * empty + (table[at + 2] ?? 0) * left;
    pixels[4 * index + 3] = 255;
  }
}

function paintErrors(
  { mean }: HeatmapView,
  { top }: ColorScale,
  colors: HeatmapColors,
  pixels: Uint8ClampedArray,
): void {
  const table = colors.error;
  for (let index = 0; index < mean.length; index++) {
    const place = Math.min(1, Math.max(0, 0.5 + (0.5 * (mean[index] ?? 0)) / top));
    const at = 3 * Math.round(255 * place);
    pixels[4 * index] = table[at] ?? 0;
    pixels[4 * index + 1] = table[at + 1] ?? 0;
    pixels[4 * index + 2] = table[at + 2] ?? 0;
    pixels[4 * index + 3] = 255;
  }
}
