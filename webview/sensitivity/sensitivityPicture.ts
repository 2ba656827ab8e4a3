// The heatmap of layers by settings as a picture, to be saved: the same colours and figures as in the table on the page.
import {
  sensitivityText,
  settingText,
  type SensitivityMeasure,
} from '../../src/shared/base/sensitivityFigures';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';
import type { Theme } from '../theme';
import { harmScale } from './harm';
import { cellColors } from './heatCell';

export interface SensitivityPicture {
  readonly report: SensitivityReportView;
  readonly measure: SensitivityMeasure;
  readonly title: string;
  readonly theme: Theme;
}

/** Sizes in CSS pixels; the picture has twice as many. */
const scale = 2;
const rowHeight = 22;
const cellWidth = 64;
const padding = 8;
const mostNameWidth = 320;

export function paintSensitivity(canvas: HTMLCanvasElement, picture: SensitivityPicture): void {
  const { report, measure, title, theme } = picture;
  const { settings, layers, step } = report;
  const context = canvas.getContext('2d');
  if (!context) return;
  const font = `${theme.fontSize + 1}px ${theme.fontFamily}`;
  context.font = font;
  const names = layers.map(({ name, coupled = [] }) =>
    coupled.length > 0 ? `${name} +${coupled.length}` : name,
  );
  const widest = Math.max(0, ...names.map((name) => context.measureText(name).width));
  const nameWidth = Math.min(mostNameWidth, Math.ceil(widest)) + 2 * padding;
  canvas.width = scale * (nameWidth + settings.length * cellWidth + padding);
  canvas.height = scale * ((layers.length + 2) * rowHeight + padding);
  context.scale(scale, scale);
  context.font = font;
  context.textBaseline = 'middle';
  const write = (text: string, x: number, row: number, align: CanvasTextAlign, width: number): void => {
    context.textAlign = align;
    context.fillText(text, x, (row + 0.5) * rowHeight, width);
  };
  context.fillStyle = theme.foreground;
  write(title, padding, 0, 'left', nameWidth + settings.length * cellWidth - padding);
  context.fillStyle = theme.dimForeground;
  settings.forEach((setting, column) =>
    write(settingText(step, setting), nameWidth + (column + 1) * cellWidth - padding, 1, 'right', cellWidth),
  );
  const placeOf = harmScale(report, measure);
  layers.forEach(({ points }, index) => {
    const row = index + 2;
    context.fillStyle = theme.foreground;
    write(names[index] ?? '', padding, row, 'left', nameWidth - 2 * padding);
    points.forEach((point, column) => {
      const { ground, text } = cellColors(theme.heatmap.error, placeOf(point));
      const left = nameWidth + column * cellWidth;
      context.fillStyle = ground;
      context.fillRect(left, row * rowHeight, cellWidth - 1, rowHeight - 1);
      context.fillStyle = text;
      write(sensitivityText(measure, point[measure]), left + cellWidth - padding, row, 'right', cellWidth);
    });
  });
}
