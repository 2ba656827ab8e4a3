// A chart of lines by Chart.js that grows while it is looked at: what is shown is replaced in place, and the part that
// the reader zoomed to and the point under the cursor stay.
import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  type Plugin,
  type Point,
} from 'chart.js';
import annotationPlugin from 'chartjs-plugin-annotation';
import zoomPlugin from 'chartjs-plugin-zoom';
import type { Disposable } from '../../src/shared/base/disposable';
import type { ThemeSource } from '../theme';
import { bandsPlugin } from './bandsPlugin';
import { listenToChart } from './chartInput';
import { lineConfig, type LineAxes, type ZoomListener } from './lineConfig';
import { nearestPoint, type AxisRange, type LineContent } from './lineContent';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  Filler,
  annotationPlugin,
);

export interface LineChartOptions {
  readonly canvas: HTMLCanvasElement;
  readonly axes: LineAxes;
  readonly content: LineContent;
  readonly theme: ThemeSource;
  readonly log: boolean;
  readonly zoomable: boolean;
  /** The index of the point under the pointer or the keyboard's cursor. */
  readonly onCursor: (index: number | undefined, byKeyboard: boolean) => void;
  /** Told whether all is shown. */
  readonly onWindow?: (whole: boolean) => void;
}

export interface LineChart extends Disposable {
  readonly show: (content: LineContent) => void;
  readonly setLog: (log: boolean) => void;
  readonly zoom: (factor: number) => void;
  readonly reset: () => void;
}

export function createLineChart(options: LineChartOptions): LineChart {
  const { canvas, axes, theme, zoomable } = options;
  let { content, log } = options;
  /** The part that the reader zoomed to; undefined while all is shown. */
  let window: AxisRange | undefined;
  let cursor: number | undefined;

  const zooming: ZoomListener = {
    // Where the chart can show no more, the wheel scrolls the page.
    onWheel: ({ deltaY }) => deltaY < 0 || window !== undefined,
    onMoved: () => takeWindow(),
  };
  const chart = new Chart<'line', Point[]>(canvas, {
    type: 'line',
    ...config(),
    plugins: [
      ...(zoomable ? [zoomPlugin] : []),
      bandsPlugin(
        () => content.bands,
        () => theme.current(),
      ),
      cursorPlugin(),
    ],
  });
  const theming = theme.onDidChange(redraw);
  listenToChart(canvas, {
    hover: (x) => setCursor(x === undefined ? undefined : pointAt(x), false),
    moveCursor,
    zoom,
    pan: (right) => {
      if (zoomable) chart.pan({ x: -right * chart.chartArea.width });
    },
    reset,
  });
  options.onWindow?.(true);

  return {
    show: (next) => {
      content = next;
      redraw();
    },
    setLog: (next) => {
      log = next;
      redraw();
    },
    zoom,
    reset,
    dispose: () => {
      theming.dispose();
      chart.destroy();
    },
  };

  function config(): ReturnType<typeof lineConfig> {
    const look = { axes, log, theme: theme.current(), window: window ?? content.range };
    return lineConfig(content, look, zoomable ? zooming : undefined);
  }

  function redraw(): void {
    const { data, options: next } = config();
    chart.data = data;
    chart.options = next;
    chart.update('none');
  }

  function zoom(factor: number): void {
    if (!zoomable || (factor <= 1 && window === undefined)) return;
    // The plugin's amount takes away that much more than one of what is shown.
    chart.zoom({ x: 2 - 1 / factor }, 'none');
  }

  function reset(): void {
    if (window === undefined) return;
    window = undefined;
    redraw();
    options.onWindow?.(true);
  }

  /** After the plugin moved the axis. */
  function takeWindow(): void {
    const axis = chart.scales['x'];
    if (!axis) return;
    const { min, max } = content.range;
    const whole = axis.min <= min && axis.max >= max;
    window = whole ? undefined : { min: axis.min, max: axis.max };
    // How many points get a shape depends on how many are in view.
    redraw();
    options.onWindow?.(whole);
  }

  function places(): LineContent['series'][number]['points'] {
    return content.series[0]?.points ?? [];
  }

  function pointAt(pixel: number): number | undefined {
    const axis = chart.scales['x'];
    return axis && nearestPoint(places(), ({ x }) => Math.abs(axis.getPixelForValue(x) - pixel));
  }

  function moveCursor(by: number): void {
    const last = places().length - 1;
    if (last < 0) return;
    // The first key begins where the newest point is.
    const next = cursor === undefined && Number.isFinite(by) ? last : (cursor ?? 0) + by;
    setCursor(Math.max(0, Math.min(last, next)), true);
    keepInView();
  }

  function keepInView(): void {
    const [axis, place] = [chart.scales['x'], places()[cursor ?? -1]];
    if (!axis || !place || window === undefined) return;
    const beyond = place.x < axis.min ? axis.min - place.x : place.x > axis.max ? axis.max - place.x : 0;
    if (beyond !== 0) chart.pan({ x: (beyond * chart.chartArea.width) / (axis.max - axis.min) });
  }

  function setCursor(index: number | undefined, byKeyboard: boolean): void {
    if (index === cursor) return;
    cursor = index;
    chart.draw();
    options.onCursor(index, byKeyboard);
  }

  /** A line through the points under the cursor, and a ring around each. */
  function cursorPlugin(): Plugin<'line'> {
    return {
      id: 'cursor',
      afterDatasetsDraw: ({ ctx, chartArea, scales }) => {
        const [axis, place] = [scales['x'], places()[cursor ?? -1]];
        if (!axis || !place || place.x < axis.min || place.x > axis.max) return;
        const { foreground, background } = theme.current();
        const x = axis.getPixelForValue(place.x);
        ctx.save();
        ctx.strokeStyle = foreground;
        ctx.globalAlpha = 0.6;
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
        ctx.globalAlpha = 1;
        ctx.fillStyle = background;
        ctx.lineWidth = 2;
        for (const { points } of content.series) {
          const y = points[cursor ?? -1]?.y;
          const pixel = y === null || y === undefined ? undefined : scales['y']?.getPixelForValue(y);
          if (pixel === undefined || !Number.isFinite(pixel)) continue;
          ctx.beginPath();
          ctx.arc(x, pixel, 4, 0, 2 * Math.PI);
          ctx.fill();
          ctx.stroke();
        }
        ctx.restore();
      },
    };
  }
}
