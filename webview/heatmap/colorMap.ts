// The heatmap's colours. Magnitudes use cividis (Nuñez, Anderton, Renslow 2018): its lightness grows evenly and it
// reads the same with every kind of colour vision. Errors use blue for negative and orange for positive, equally
// light on both sides. Zeros take the colour of the page, so that what was pruned looks like a hole.

export type Rgb = readonly [red: number, green: number, blue: number];

/** A colour by place: 256 colours as red, green, blue one after another. */
export type ColorTable = Uint8ClampedArray;

export interface HeatmapColors {
  readonly zero: Rgb;
  readonly magnitude: ColorTable;
  readonly error: ColorTable;
}

export type Ground = 'dark' | 'light';

const cividis: readonly Rgb[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];

// The end of cividis that is close to the page's colour is left out, so that small weights differ from zeros.
const magnitudeRange = { dark: [0.12, 1], light: [0, 0.9] } as const;

const errorStops: Readonly<Record<Ground, readonly Rgb[]>> = {
  dark: [
    [122, 190, 255],
    [44, 123, 200],
    [30, 66, 106],
    [44, 44, 46],
    [112, 62, 22],
    [206, 108, 20],
    [255, 176, 92],
  ],
  light: [
    [8, 64, 129],
    [33, 113, 181],
    [146, 194, 224],
    [244, 244, 244],
    [253, 190, 133],
    [217, 95, 14],
    [140, 54, 4],
  ],
};

export function heatmapColors(ground: Ground, page: Rgb): HeatmapColors {
  const [from, to] = magnitudeRange[ground];
  return {
    zero: page,
    magnitude: colorTable((place) => colorBetween(cividis, from + (to - from) * place)),
    error: colorTable((place) => colorBetween(errorStops[ground], place)),
  };
}

/** The colour at a place from 0 to 1 along evenly spaced stops, mixed linearly in sRGB. */
export function colorBetween(stops: readonly Rgb[], place: number): Rgb {
  const along = Math.min(Math.max(place, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(along), stops.length - 2);
  const [low, high] = [stops[index], stops[index + 1]];
  if (!low || !high) throw new RangeError('A colour map needs two stops');
  const mix = (channel: 0 | 1 | 2): number => low[channel] + (high[channel] - low[channel]) * (along - index);
  return [mix(0), mix(1), mix(2)];
}

/** Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2). */
export function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Of a channel from 0 to 255. */
function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function colorTable(colorAt: (place: number) => Rgb): ColorTable {
  const table = new Uint8ClampedArray(3 * 256);
  for (let index = 0; index < 256; index++) table.set(colorAt(index / 255), 3 * index);
  return table;
}
