// A chart that is made once, and again when the reader changes the theme; and how every chart's tooltip looks.
import { Chart, type ChartConfiguration, type ChartType, type DefaultDataPoint } from 'chart.js';
import type { Disposable } from '../../src/shared/base/disposable';
import type { Theme, ThemeSource } from '../theme';

export function createThemedChart<Type extends ChartType, Data = DefaultDataPoint<Type>, Label = unknown>(
  canvas: HTMLCanvasElement,
  theme: ThemeSource,
  configOf: (theme: Theme) => ChartConfiguration<Type, Data, Label>,
): Disposable {
  let chart = new Chart(canvas, configOf(theme.current()));
  const theming = theme.onDidChange((next) => {
    chart.destroy();
    chart = new Chart(canvas, configOf(next));
  });
  return {
    dispose: () => {
      theming.dispose();
      chart.destroy();
    },
  };
}

export function tooltipLook(theme: Theme) {
  const font = { family: theme.fontFamily, size: theme.fontSize };
  return {
    backgroundColor: theme.background,
    borderColor: theme.gridLine,
    borderWidth: 1,
    titleColor: theme.foreground,
    bodyColor: theme.foreground,
    titleFont: font,
    bodyFont: font,
  };
}
