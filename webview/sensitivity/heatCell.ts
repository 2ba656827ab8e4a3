// The colours of a cell: its ground by the harm, and on it black or white, whichever reads better.
import { contrast } from '../charts/contrast';
import type { ColorTable, Rgb } from '../heatmap/colorMap';

export interface CellColors {
  readonly ground: string;
  readonly text: string;
}

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

/** `place` is from 0 to 1 along the colours. */
export function cellColors(table: ColorTable, place: number): CellColors {
  const index = 3 * Math.round(Math.min(1, Math.max(0, place)) * 255);
  const ground: Rgb = [table[index] ?? 0, table[index + 1] ?? 0, table[index + 2] ?? 0];
  const text = contrast(ground, black) > contrast(ground, white) ? black : white;
  return { ground: css(ground), text: css(text) };
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}
