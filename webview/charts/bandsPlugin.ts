// Draws the stretches of a chart of lines: every second one is shaded, a line stands where one begins, and above it what
// it is called, as far as there is room.
import type { Plugin } from 'chart.js';
import type { Theme } from '../theme';
import type { LineBand } from './lineContent';

/** Pixels that names need above the chart. */
export function bandsHeight({ fontSize }: Theme): number {
  return fontSize + 8;
}

const padding = 4;

export function bandsPlugin(
  bands: () => readonly LineBand[] | undefined,
  theme: () => Theme,
): Plugin<'line'> {
  return {
    id: 'bands',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      const axis = scales['x'];
      const shown = bands();
      if (!axis || !shown) return;
      const { left, right, top, bottom } = chartArea;
      const { foreground, dimForeground, fontFamily, fontSize } = theme();
      const pixel = (place: number): number => Math.max(left, Math.min(right, axis.getPixelForValue(place)));
      const above = top - bandsHeight(theme());
      ctx.save();
      ctx.font = `${fontSize}px ${fontFamily}`;
      ctx.textBaseline = 'middle';
      for (const [index, { min, max, labels }] of shown.entries()) {
        const [start, end] = [pixel(min), pixel(max)];
        if (index % 2 === 1) {
          ctx.globalAlpha = 0.06;
          ctx.fillStyle = foreground;
          ctx.fillRect(start, above, end - start, bottom - above);
        }
        if (index > 0 && min >= axis.min && min <= axis.max) {
          ctx.globalAlpha = 0.7;
          ctx.strokeStyle = dimForeground;
          ctx.beginPath();
          ctx.moveTo(start, above);
          ctx.lineTo(start, bottom);
          ctx.stroke();
        }
        const label = labels.find((text) => ctx.measureText(text).width <= end - start - 2 * padding);
        ctx.globalAlpha = 1;
        ctx.fillStyle = foreground;
        if (label !== undefined) ctx.fillText(label, start + padding, (above + top) / 2);
      }
      ctx.restore();
    },
  };
}
