// How a chart of lines looks, as Chart.js and its plugins are told: axes, lines, the shaded gap, marks, zoom.
import type { ChartConfiguration, ChartDataset, ChartOptions, Point, Scale } from 'chart.js';
import type { AnnotationOptions } from 'chartjs-plugin-annotation';
import { formatShortPercent, formatValue } from '../../src/shared/base/numbers';
import type { Theme } from '../theme';
import { bandsHeight } from './bandsPlugin';
import { roundTicks } from './histogramBins';
import {
  endOf,
  shapeEvery,
  valueRange,
  type AxisRange,
  type LineContent,
  type LineMark,
  type LineSeries,
} from './lineContent';
import { logTicks } from './logTicks';

export interface LineAxes {
  readonly x: { readonly title: string; readonly kind: 'epochs' | 'samples' };
  readonly y: { readonly title: string; readonly kind: 'value' | 'fraction' };
}

export interface LineLook {
  readonly axes: LineAxes;
  readonly theme: Theme;
  /** Values on a logarithmic axis; those that are not positive are left out then. */
  readonly log: boolean;
  /** The part of the range that is shown. */
  readonly window: AxisRange;
}

/** What the plugins tell of the reader's gestures. Undefined for a chart that does not zoom. */
export interface ZoomListener {
  /** False where a wheel should scroll the page instead. */
  readonly onWheel: (event: WheelEvent) => boolean;
  readonly onMoved: () => void;
}

export type LineConfig = ChartConfiguration<'line', Point[]>;

/** An epoch and its neighbours are the closest look. */
const closestEpochs = 2;

export function lineConfig(
  content: LineContent,
  look: LineLook,
  zoom: ZoomListener | undefined,
): Pick<LineConfig, 'data'> & { readonly options: ChartOptions<'line'> } {
  const { theme } = look;
  const lines = content.series.map((series, index) => lineOf(series, index, content, look));
  const strip = content.strip && stripOf(content.strip, theme);
  const level = content.level && levelOf(content.level, theme);
  return {
    data: { datasets: [...lines, ...(level ? [level] : []), ...(strip ? [strip] : [])] },
    options: {
      animation: false,
      layout: { padding: { top: content.bands ? bandsHeight(theme) : 0 } },
      maintainAspectRatio: false,
      normalized: true,
      events: [],
      scales: scalesOf(content, look),
      plugins: {
        annotation: {
          animations: { numbers: { duration: 0 } },
          annotations: annotations(content.marks, look),
        },
        ...(zoom && { zoom: zoomOptions(content.range, zoom) }),
      },
    },
  };
}

function lineOf(
  series: LineSeries,
  index: number,
  { range }: LineContent,
  { axes, theme, log, window }: LineLook,
): ChartDataset<'line', Point[]> {
  const train = series.role === 'train';
  const { side = train ? 'before' : 'after' } = series;
  const color = theme[side];
  const inView = series.points.filter(({ x }) => x >= window.min && x <= window.max).length;
  const every = shapeEvery(inView);
  // Of two runs one is longer; that the other one ends is nothing to mark.
  const end = series.side === undefined ? endOf(series) : undefined;
  return {
    label: series.label,
    data: series.points.map(({ x, y }) => ({ x, y: y === null || (log && y <= 0) ? Number.NaN : y })),
    yAxisID: 'y',
    borderColor: color,
    backgroundColor: color,
    borderWidth: 2,
    borderDash: train ? [] : [6, 3],
    borderJoinStyle: 'round',
    pointStyle: ({ dataIndex }) => (dataIndex === end ? 'crossRot' : train ? 'circle' : 'triangle'),
    pointRadius: ({ dataIndex }) => {
      if (dataIndex === end) return 7;
      return dataIndex % every === 0 ? (train ? 2.5 : 4) : 0;
    },
    pointBorderColor: ({ dataIndex }) => (dataIndex === end ? theme.failure : color),
    pointBorderWidth: ({ dataIndex }) => (dataIndex === end ? 2.5 : 1),
    // Points at the ends of the axis stand on its edge; a line that is zoomed into must not leave the chart.
    clip: window.min > range.min || window.max < range.max ? 0 : 8,
    fill: index === 1 && series.side === undefined ? gapFill(axes.y.kind, theme) : false,
  };
}

/** Strong where validation is worse than training, faint where it is better. */
function gapFill(kind: LineAxes['y']['kind'], theme: Theme): ChartDataset<'line'>['fill'] {
  const [worse, better] = [faint(theme.after, 28), faint(theme.before, 12)];
  return kind === 'value'
    ? { target: 0, above: worse, below: better }
    : { target: 0, above: better, below: worse };
}

function stripOf(
  { label, points }: NonNullable<LineContent['strip']>,
  theme: Theme,
): ChartDataset<'line', Point[]> {
  return {
    label,
    data: points.map(({ x, y }) => ({ x, y: y ?? Number.NaN })),
    yAxisID: 'strip',
    borderColor: theme.dimForeground,
    borderWidth: 1.5,
    stepped: 'middle',
    pointRadius: 0,
    fill: false,
  };
}

/** Steps that rise where a stretch begins: the fraction of a point holds since the one before it. */
function levelOf(
  { label, points }: NonNullable<LineContent['level']>,
  theme: Theme,
): ChartDataset<'line', Point[]> {
  return {
    label,
    data: points.map(({ x, y }) => ({ x, y: y ?? Number.NaN })),
    yAxisID: 'level',
    borderColor: theme.error,
    borderWidth: 1.5,
    borderDash: [2, 2],
    stepped: 'after',
    pointRadius: 0,
    fill: false,
  };
}

function scalesOf(
  { strip, series, level }: LineContent,
  { axes, theme, log, window }: LineLook,
): NonNullable<ChartOptions<'line'>['scales']> {
  const font = { family: theme.fontFamily, size: theme.fontSize };
  const ticks = { color: theme.dimForeground, font, maxRotation: 0, autoSkipPadding: 12 };
  const title = { display: true, color: theme.dimForeground, font, padding: 0 };
  const values = valueRange(series, window, log ? 'logarithmic' : 'linear');
  const highest = Math.max(0, ...(strip?.points.map(({ y }) => y ?? 0) ?? []));
  return {
    x: {
      type: axes.x.kind === 'samples' ? 'logarithmic' : 'linear',
      min: window.min,
      max: window.max,
      title: { ...title, text: axes.x.title },
      grid: { display: false },
      border: { color: theme.gridLine },
      afterBuildTicks: (axis) => {
        const places =
          axes.x.kind === 'samples'
            ? (series[0]?.points.map(({ x }) => x) ?? [])
            : roundTicks(axis.min, axis.max, 8).filter(Number.isInteger);
        axis.ticks = places.map((value) => ({ value }));
      },
      ticks: { ...ticks, callback: (value) => Number(value).toLocaleString('en-US') },
    },
    // Of axes in one stack the first is the lowest.
    ...(strip && {
      strip: {
        type: 'linear',
        stack: 'lines',
        stackWeight: 1,
        min: 0,
        // Room above, so that the label of the highest is clear of the axis that stands on this one.
        max: 1.5 * highest,
        title: { ...title, text: strip.label },
        grid: { display: false },
        border: { color: theme.gridLine },
        afterBuildTicks: (axis: Scale) => {
          axis.ticks = [{ value: 0 }, { value: highest }];
        },
        ticks: {
          ...ticks,
          padding: 4,
          autoSkip: false,
          callback: (value: number | string) => formatValue(Number(value)),
        },
      },
    }),
    ...(level && levelScales(level.label, strip !== undefined, theme, { ticks, title })),
    y: {
      type: log ? 'logarithmic' : 'linear',
      ...(strip && { stack: 'lines', stackWeight: 3 }),
      min: values.min,
      max: axes.y.kind === 'fraction' ? Math.min(values.max, 1) : values.max,
      title: { ...title, text: axes.y.title },
      grid: { color: theme.gridLine, drawTicks: false },
      border: { display: false },
      afterBuildTicks: (axis) => {
        const round = log ? logTicks(axis.min, axis.max) : roundTicks(axis.min, axis.max, 5);
        axis.ticks = round.map((value) => ({ value }));
      },
      ticks: {
        ...ticks,
        padding: 4,
        callback: (value, _, all) =>
          axes.y.kind === 'fraction'
            ? formatShortPercent(Number(value), percentDigits(all.map((tick) => tick.value)))
            : formatValue(Number(value)),
      },
    },
  };
}

/** The axis of the level stands right of the lines; below it a place is left free beside a strip. */
function levelScales(
  label: string,
  besideStrip: boolean,
  theme: Theme,
  { ticks, title }: { readonly ticks: object; readonly title: object },
): NonNullable<ChartOptions<'line'>['scales']> {
  const right = { type: 'linear', position: 'right', grid: { display: false } } as const;
  return {
    level: {
      ...right,
      ...(besideStrip && { stack: 'levels', stackWeight: 3 }),
      min: 0,
      max: 1,
      title: { ...title, text: label, color: theme.error },
      border: { display: false },
      ticks: {
        ...ticks,
        color: theme.error,
        padding: 4,
        stepSize: 0.25,
        callback: (value: number | string) => formatShortPercent(Number(value)),
      },
    },
    // On the right the last of a stack is the lowest.
    ...(besideStrip && {
      besideStrip: {
        ...right,
        stack: 'levels',
        stackWeight: 1,
        border: { display: false },
        ticks: { display: false },
      },
    }),
  };
}

/** Digits that tell neighbouring ticks of a fraction apart. */
function percentDigits([first = 0, second = 1]: readonly number[]): number {
  return Math.max(0, Math.ceil(-Math.log10(Math.abs(second - first) * 100) - 1e-9));
}

function annotations(
  marks: readonly LineMark[],
  { theme, axes }: LineLook,
): Record<string, AnnotationOptions> {
  // Losses fall and accuracies rise: the label of the best epoch is where the lines are not. Where a run ends badly it
  // is the other way round.
  const free = axes.y.kind === 'value' ? 'start' : 'end';
  const taken = axes.y.kind === 'value' ? 'end' : 'start';
  const entries = marks.map((mark, index): [string, AnnotationOptions] => {
    const color = mark.tone === 'end' ? theme.failure : theme.foreground;
    return [
      `mark${index}`,
      {
        type: 'line',
        scaleID: 'x',
        value: mark.x,
        borderColor: color,
        borderWidth: 1,
        borderDash: mark.tone === 'end' ? [] : [2, 2],
        label: {
          display: true,
          content: mark.label,
          position: mark.tone === 'end' ? taken : free,
          xAdjust: ({ chart }) => besideLine(chart.scales['x'], chart.ctx, mark),
          backgroundColor: theme.background,
          color,
          font: { family: theme.fontFamily, size: theme.fontSize, weight: 'normal' },
          padding: { x: 3, y: 1 },
          borderRadius: 2,
        },
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** A label stands on the side of its line that has more room. */
function besideLine(
  axis: Scale | undefined,
  context: CanvasRenderingContext2D,
  { x, label }: LineMark,
): number {
  if (!axis) return 0;
  const half = context.measureText(label).width / 2 + 8;
  return axis.getPixelForValue(x) > (axis.left + axis.right) / 2 ? -half : half;
}

function zoomOptions(
  range: AxisRange,
  { onWheel, onMoved }: ZoomListener,
): NonNullable<NonNullable<ChartOptions<'line'>['plugins']>['zoom']> {
  return {
    limits: { x: { ...range, minRange: Math.min(closestEpochs, range.max - range.min) } },
    pan: { enabled: true, mode: 'x', threshold: 3, onPan: onMoved },
    zoom: {
      mode: 'x',
      wheel: { enabled: true, speed: 0.15 },
      pinch: { enabled: true },
      onZoomStart: ({ event }) => !(event instanceof WheelEvent) || onWheel(event),
      onZoom: onMoved,
    },
  };
}

/** A CSS colour seen through: the browser mixes it, whatever its notation. */
function faint(color: string, percent: number): string {
  return `color-mix(in srgb, ${color} ${percent}%, transparent)`;
}
