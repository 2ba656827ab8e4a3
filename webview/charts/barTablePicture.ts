// A table of figures with bars beside some of them as a picture, to be saved: what the page shows as HTML.
import type { Theme } from '../theme';

export interface PictureCell {
  readonly text: string;
  /** Part of a whole, from 0 to 1, that is drawn as a bar before the text. */
  readonly fraction?: number;
}

export interface BarTablePicture {
  readonly title: string;
  /** The first one is of names, which stand on the left; all others are of figures. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly PictureCell[])[];
  readonly theme: Theme;
}

/** Sizes in CSS pixels; the picture has twice as many. */
const scale = 2;
const rowHeight = 22;
const padding = 8;
const barWidth = 60;
const barHeight = 6;
const mostNameWidth = 320;

export function paintBarTable(canvas: HTMLCanvasElement, picture: BarTablePicture): void {
  const { title, columns, rows, theme } = picture;
  const context = canvas.getContext('2d');
  if (!context) return;
  const font = `${theme.fontSize + 1}px ${theme.fontFamily}`;
  context.font = font;
  const hasBar = columns.map((_, column) => rows.some((row) => row[column]?.fraction !== undefined));
  const widths = columns.map((name, column) => {
    const texts = [name, ...rows.map((row) => row[column]?.text ?? '')];
    const widest = Math.ceil(Math.max(...texts.map((text) => context.measureText(text).width)));
    const text = column === 0 ? Math.min(mostNameWidth, widest) : widest;
    return text + 2 * padding + (hasBar[column] ? barWidth + padding : 0);
  });
  const width = widths.reduce((sum, each) => sum + each, 0);
  canvas.width = scale * Math.max(width, Math.ceil(context.measureText(title).width) + 2 * padding);
  canvas.height = scale * ((rows.length + 2) * rowHeight + padding);
  context.scale(scale, scale);
  context.font = font;
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  context.fillText(title, padding, rowHeight / 2);
  writeRow(
    columns.map((text) => ({ text })),
    1,
    theme.dimForeground,
  );
  rows.forEach((row, index) => writeRow(row, index + 2, theme.foreground));

  function writeRow(cells: readonly PictureCell[], row: number, color: string): void {
    if (!context) return;
    const middle = (row + 0.5) * rowHeight;
    let left = 0;
    cells.forEach(({ text, fraction }, column) => {
      const own = widths[column] ?? 0;
      if (fraction !== undefined) {
        context.fillStyle = theme.gridLine;
        context.fillRect(left + padding, middle - barHeight / 2, barWidth, barHeight);
        context.fillStyle = theme.after;
        context.fillRect(left + padding, middle - barHeight / 2, barWidth * fraction, barHeight);
      }
      context.fillStyle = color;
      context.textAlign = column === 0 ? 'left' : 'right';
      context.fillText(text, column === 0 ? padding : left + own - padding, middle, own - padding);
      left += own;
    });
    context.textAlign = 'left';
  }
}
