// Colours of lines and bars that can be told from the ground that they stand on, whatever the theme.
import { luminance, type Rgb } from '../heatmap/colorMap';

/** What WCAG 2.2 asks of parts of graphics (success criterion 1.4.11). */
const leastContrast = 3;
const steps = 20;

/** The contrast of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [darker, lighter] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (lighter! + 0.05) / (darker! + 0.05);
}

/**
 * The colour itself where it stands out from the ground, else as little of the text's colour in it as makes it so. Some
 * themes give the colours of charts for large areas, where a thin line of them would be lost.
 */
export function visibleOn(ground: Rgb, color: Rgb, text: Rgb): Rgb {
  for (let step = 0; step < steps; step++) {
    const mixed = mix(color, text, step / steps);
    if (contrast(mixed, ground) >= leastContrast) return mixed;
  }
  return text;
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => Math.round(from[index] + part * (to[index] - from[index]));
  return [channel(0), channel(1), channel(2)];
}
