// The colours: evenly growing lightness for magnitudes, symmetric lightness for errors, zeros apart from all weights.
import { describe, expect, it } from 'vitest';
import {
  colorBetween,
  heatmapColors,
  luminance,
  type ColorTable,
  type Ground,
  type Rgb,
} from '../../../webview/heatmap/colorMap';

const pages: Record<Ground, Rgb> = { dark: [31, 31, 31], light: [255, 255, 255] };

/** CIE lightness of an entry, 0 to 100. */
function lightness(table: ColorTable, index: number): number {
  const y = luminance(colorOf(table, index));
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (y * 24389) / 27;
}

function colorOf(table: ColorTable, index: number): Rgb {
  return [table[3 * index]!, table[3 * index + 1]!, table[3 * index + 2]!];
}

describe.each(['dark', 'light'] as const)('the colours on a %s page', (ground) => {
  const { magnitude, error, zero } = heatmapColors(ground, pages[ground]);

  it('grow lighter with every magnitude, in even steps', () => {
    const all = Array.from({ length: 256 }, (_, index) => lightness(magnitude, index));
    const whole = all.at(-1)! - all[0]!;
    for (let index = 16; index < 256; index += 16) {
      const step = (all[index]! - all[index - 16]!) / (whole / 16);
      expect(step).toBeGreaterThan(0.6);
      expect(step).toBeLessThan(1.5);
    }
  });

  it('are as light for a negative error as for the same positive one', () => {
    for (let index = 0; index < 128; index += 8) {
      expect(Math.abs(lightness(error, index) - lightness(error, 255 - index))).toBeLessThan(9);
    }
  });

  it('show a larger error further from the colour of none', () => {
    const middle = lightness(error, 128);
    const away = [128, 64, 0].map((index) => Math.abs(lightness(error, index) - middle));
    expect(away[1]!).toBeGreaterThan(away[0]!);
    expect(away[2]!).toBeGreaterThan(away[1]!);
  });

  it('tell negative errors from positive ones by blue against red, which every eye can', () => {
    const [negative, positive] = [colorOf(error, 20), colorOf(error, 235)];
    expect(negative[2] - negative[0]).toBeGreaterThan(80);
    expect(positive[0] - positive[2]).toBeGreaterThan(80);
  });

  it('keep zeros apart from the smallest weight', () => {
    const smallest = colorOf(magnitude, 0);
    const distance = Math.hypot(...([0, 1, 2] as const).map((channel) => smallest[channel] - zero[channel]));
    expect(distance).toBeGreaterThan(60);
  });
});

it('mixes stops linearly and holds the ends', () => {
  const stops: readonly Rgb[] = [
    [0, 0, 0],
    [100, 200, 50],
    [200, 200, 250],
  ];
  expect(colorBetween(stops, 0.25)).toEqual([50, 100, 25]);
  expect(colorBetween(stops, -1)).toEqual([0, 0, 0]);
  expect(colorBetween(stops, 2)).toEqual([200, 200, 250]);
});
