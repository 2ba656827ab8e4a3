// A histogram by Chart.js: one or two series over the same range, each with bins of its own. Nothing moves: it is
// drawn once and again when the theme or the axis changes.
import * as l10n from '@vscode/l10n';
import {
  BarController,
  BarElement,
  Chart,
  LinearScale,
  LogarithmicScale,
  Tooltip,
  type ChartDataset,
  type Plugin,
} from 'chart.js';
import { formatCount, formatInteger, formatValue } from '../../src/shared/base/numbers';
import type { Disposable } from '../../src/shared/base/disposable';
import type { Theme, ThemeSource } from '../theme';
import { tooltipLook } from './themedChart';
import { countAxis, rangeOf, roundTicks, zeroBin, type Bin } from './histogramBins';

Chart.register(BarController, BarElement, LinearScale, LogarithmicScale, Tooltip);

export interface HistogramSeries {
  readonly label: string;
  readonly tone: 'before' | 'after' | 'error';
  readonly bins: readonly Bin[];
  /** Said beside the bin of zeros. */
  readonly zeroNote?: string;
}

/** What is drawn. */
export interface HistogramContent {
  readonly series: readonly HistogramSeries[];
  /** Values that are lines across the bars while there is room between them, else the band from first to last. */
  readonly levels: readonly number[];
}

export interface HistogramChartOptions {
  readonly canvas: HTMLCanvasElement;
  readonly content: HistogramContent;
  readonly theme: ThemeSource;
  readonly logCounts: boolean;
  readonly xTitle: string;
}

export interface HistogramChart extends Disposable {
  readonly setLogCounts: (logCounts: boolean) => void;
  readonly show: (content: HistogramContent) => void;
}

interface BarPoint {
  readonly x: number;
  readonly y: number;
  readonly bin: Bin;
}

type HistogramConfig = Chart<'bar', BarPoint[]>;

export function createHistogramChart(options: HistogramChartOptions): HistogramChart {
  let { logCounts, content } = options;
  let chart = make();
  const remake = (): void => {
    chart.destroy();
    chart = make();
  };
  const theming = options.theme.onDidChange(remake);
  return {
    setLogCounts: (next) => {
      logCounts = next;
      remake();
    },
    show: (next) => {
      content = next;
      remake();
    },
    dispose: () => {
      theming.dispose();
      chart.destroy();
    },
  };

  function make(): HistogramConfig {
    return makeChart({ ...options, content, logCounts });
  }
}

function makeChart(options: HistogramChartOptions): HistogramConfig {
  const { canvas, logCounts, content } = options;
  const { series, levels } = content;
  const theme = options.theme.current();
  const { min, max } = rangeOf(series.map(({ bins }) => bins));
  const counts = countAxis(series.map(({ bins }) => bins));
  const font = { family: theme.fontFamily, size: theme.fontSize };
  const ticks = { color: theme.dimForeground, font, maxRotation: 0, autoSkipPadding: 12 };
  return new Chart<'bar', BarPoint[]>(canvas, {
    type: 'bar',
    data: { datasets: series.map((one, index) => dataset(one, index, theme)) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      // Bars are as wide as their bins: each series has an axis of its own with the same range.
      datasets: { bar: { grouped: false, barPercentage: 1, categoryPercentage: 1 } },
      scales: {
        x0: {
          type: 'linear',
          min,
          max,
          offset: false,
          title: { display: true, text: options.xTitle, color: theme.dimForeground, font, padding: 0 },
          grid: { display: false },
          border: { color: theme.gridLine },
          afterBuildTicks: (axis) => {
            axis.ticks = roundTicks(min, max, 5).map((value) => ({ value }));
          },
          ticks: { ...ticks, callback: (value) => formatValue(Number(value)) },
        },
        ...(series.length > 1 ? { x1: { type: 'linear', min, max, display: false, offset: false } } : {}),
        y: {
          type: logCounts ? 'logarithmic' : 'linear',
          min: logCounts ? 0.7 : 0,
          ...(logCounts ? {} : { max: counts.max }),
          grid: { color: theme.gridLine, drawTicks: false },
          border: { display: false },
          afterBuildTicks: (axis) => {
            axis.ticks = countTicks(logCounts, axis.max).map((value) => ({ value }));
          },
          ticks: { ...ticks, padding: 4, callback: (value) => formatCount(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          mode: 'nearest',
          axis: 'x',
          intersect: false,
          displayColors: series.length > 1,
          ...tooltipLook(theme),
          callbacks: {
            title: ([item]) => {
              const bin = (item?.raw as BarPoint | undefined)?.bin;
              return bin ? l10n.t('{0} to {1}', formatValue(bin.from), formatValue(bin.to)) : '';
            },
            label: (item) =>
              `${item.dataset.label ?? ''}: ${formatInteger((item.raw as BarPoint).bin.count)}`,
          },
        },
      },
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
    },
    plugins: [
      wholePixels,
      outline(series, theme),
      drawnLevels(levels, theme),
      zeroNotes(series, theme, counts.cut && !logCounts),
    ],
  });
}

function dataset(series: HistogramSeries, index: number, theme: Theme): ChartDataset<'bar', BarPoint[]> {
  return {
    label: series.label,
    xAxisID: `x${index}`,
    data: series.bins.map((bin) => ({ x: (bin.from + bin.to) / 2, y: bin.count, bin })),
    backgroundColor: transparent(theme[series.tone], index === 0 ? 0.6 : 0.25),
    hoverBackgroundColor: theme[series.tone],
    borderWidth: 0,
    inflateAmount: 0,
  };
}

/** Round counts; on a logarithmic axis the powers of ten. */
function countTicks(logCounts: boolean, max: number): readonly number[] {
  if (!logCounts) return roundTicks(0, max, 4).filter(Number.isInteger);
  return Array.from({ length: Math.floor(Math.log10(Math.max(max, 1))) + 1 }, (_, power) => 10 ** power);
}

/** What Chart.js lays out of a bar: its middle and its top, in pixels. */
interface BarPlace {
  x: number;
  y: number;
  width: number;
}

/** Bars that meet share a whole pixel as their edge: else a seam shows between them, or a stripe where they overlap. */
const wholePixels: Plugin<'bar'> = {
  id: 'wholePixels',
  beforeDatasetDraw: (_chart, { meta }) => {
    for (const bar of meta.data as unknown as BarPlace[]) {
      const { x, width } = bar;
      const [left, right] = [Math.round(x - width / 2), Math.round(x + width / 2)];
      bar.x = (left + right) / 2;
      bar.width = Math.max(1, right - left);
    }
  },
};

/** The second series as a line over the first: two fills on one another would make a third colour. */
function outline(series: readonly HistogramSeries[], theme: Theme): Plugin<'bar'> {
  return {
    id: 'outline',
    afterDatasetDraw: (chart, { index, meta }) => {
      const tone = series[index]?.tone;
      if (index === 0 || tone === undefined) return;
      const { ctx, chartArea } = chart;
      const { left, top, right, bottom } = chartArea;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, top, right - left, bottom - top);
      ctx.clip();
      ctx.strokeStyle = theme[tone];
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      let last = bottom;
      for (const { x, y, width } of meta.data as unknown as BarPlace[]) {
        ctx.lineTo(x - width / 2, last);
        ctx.lineTo(x - width / 2, y);
        ctx.lineTo(x + width / 2, y);
        last = y;
      }
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** Pixels that levels have between them on average where each is drawn. */
const leastGap = 4;

/** The values that a quantized number can have: a line each, or where they are too many the band that they fill. */
function drawnLevels(levels: readonly number[], theme: Theme): Plugin<'bar'> {
  return {
    id: 'levels',
    beforeDatasetsDraw: (chart) => {
      const axis = chart.scales['x0'];
      const [first, last] = [levels[0], levels.at(-1)];
      if (!axis || first === undefined || last === undefined) return;
      const { ctx, chartArea } = chart;
      const places = [first, last].map((level) => Math.round(axis.getPixelForValue(level)) + 0.5);
      const [left = 0, right = 0] = places;
      const eachDrawn = right - left >= leastGap * (levels.length - 1);
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      if (!eachDrawn) {
        ctx.fillStyle = theme.gridBand;
        ctx.fillRect(left, chartArea.top, right - left, chartArea.height);
      }
      ctx.strokeStyle = theme.gridLevel;
      ctx.lineWidth = 1;
      ctx.beginPath();
      for (const x of eachDrawn ? levels.map((level) => axis.getPixelForValue(level)) : places) {
        ctx.moveTo(Math.round(x - 0.5) + 0.5, chartArea.top);
        ctx.lineTo(Math.round(x - 0.5) + 0.5, chartArea.bottom);
      }
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** Says at the bin of zeros how many there are; an arrow where the bar is higher than the axis. */
function zeroNotes(series: readonly HistogramSeries[], theme: Theme, cut: boolean): Plugin<'bar'> {
  return {
    id: 'zeroNotes',
    afterDatasetsDraw: (chart) => {
      const axis = chart.scales['x0'];
      if (!axis) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.fillStyle = theme.foreground;
      ctx.textBaseline = 'top';
      let line = 0;
      for (const { bins, zeroNote } of series) {
        const zero = zeroBin(bins);
        if (!zeroNote || !zero) continue;
        const right = axis.getPixelForValue(zero.to);
        const text = cut ? `↑ ${zeroNote}` : zeroNote;
        const fits = right + 5 + ctx.measureText(text).width < chartArea.right;
        ctx.textAlign = fits ? 'left' : 'right';
        const x = fits ? right + 5 : axis.getPixelForValue(zero.from) - 5;
        ctx.fillText(text, x, chartArea.top + 2 + line * (theme.fontSize + 4));
        line++;
      }
      ctx.restore();
    },
  };
}

/** A CSS colour seen through: the browser mixes it, whatever its notation. */
function transparent(color: string, alpha: number): string {
  return `color-mix(in srgb, ${color} ${100 * alpha}%, transparent)`;
}
