// A chart of points by Chart.js: groups in colours and shapes of their own, a line that none may cross, a ring around
// those that are marked and around the one under the cursor. It grows in place.
import {
  Chart,
  LinearScale,
  LogarithmicScale,
  PointElement,
  ScatterController,
  type ChartConfiguration,
  type ChartOptions,
  type Plugin,
  type Point,
  type PointStyle,
} from 'chart.js';
import annotationPlugin from 'chartjs-plugin-annotation';
import type { Disposable } from '../../src/shared/base/disposable';
import { roundTicks } from '../charts/histogramBins';
import { logTicks } from '../charts/logTicks';
import type { Theme, ThemeSource } from '../theme';
import { isLogarithmic, pointNear, scatterRanges, type ScatterContent } from './scatterContent';

Chart.register(ScatterController, PointElement, LinearScale, LogarithmicScale, annotationPlugin);

export interface ScatterChartOptions {
  readonly canvas: HTMLCanvasElement;
  readonly content: ScatterContent;
  readonly theme: ThemeSource;
  /** The index of the point under the pointer or the keyboard's cursor. */
  readonly onCursor: (index: number | undefined, byKeyboard: boolean) => void;
  /** A point was clicked, or Enter pressed on it. */
  readonly onOpen: (index: number) => void;
}

export interface ScatterChart extends Disposable {
  readonly show: (content: ScatterContent) => void;
}

/** Shapes and the style sheet's names of the groups, by turns where there are more. */
export const groupLooks = [
  { shape: 'circle', color: 'before' },
  { shape: 'triangle', color: 'after' },
  { shape: 'rectRot', color: 'error' },
] as const satisfies readonly { shape: PointStyle; color: keyof Theme }[];

const radius = 5;
const reachPixels = 14;

export function createScatterChart(options: ScatterChartOptions): ScatterChart {
  const { canvas, theme } = options;
  let { content } = options;
  let cursor: number | undefined;
  const chart = new Chart<'scatter', Point[]>(canvas, {
    type: 'scatter',
    ...scatterConfig(content, theme.current()),
    plugins: [ringsPlugin()],
  });
  const theming = theme.onDidChange(redraw);
  const listening = new AbortController();
  const { signal } = listening;
  canvas.addEventListener('pointermove', ({ offsetX, offsetY }) => setCursor(at(offsetX, offsetY), false), {
    signal,
  });
  canvas.addEventListener('pointerleave', () => setCursor(undefined, false), { signal });
  canvas.addEventListener('blur', () => setCursor(undefined, false), { signal });
  canvas.addEventListener('click', () => open(), { signal });
  canvas.addEventListener('keydown', onKey, { signal });

  return {
    show: (next) => {
      const id = content.points[cursor ?? -1]?.id;
      content = next;
      const place = next.points.findIndex((point) => point.id === id);
      cursor = place < 0 ? undefined : place;
      redraw();
    },
    dispose: () => {
      listening.abort();
      theming.dispose();
      chart.destroy();
    },
  };

  function redraw(): void {
    const { data, options: next } = scatterConfig(content, theme.current());
    chart.data = data;
    chart.options = next;
    chart.update('none');
  }

  function placeOf(index: number): { readonly x: number; readonly y: number } | undefined {
    const [point, xAxis, yAxis] = [content.points[index], chart.scales['x'], chart.scales['y']];
    return point && xAxis && yAxis
      ? { x: xAxis.getPixelForValue(point.x), y: yAxis.getPixelForValue(point.y) }
      : undefined;
  }

  function at(x: number, y: number): number | undefined {
    const distance = (index: number): number => {
      const place = placeOf(index);
      return place ? Math.hypot(place.x - x, place.y - y) : Number.POSITIVE_INFINITY;
    };
    return pointNear(content.points, (point) => distance(content.points.indexOf(point)), reachPixels);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = content.points.length - 1;
    const here = cursor ?? -1;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: Math.max(0, here - 1),
      ArrowRight: Math.min(last, here + 1),
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (event.key === 'Enter' || event.key === ' ') open();
    else if (next === undefined || last < 0) return;
    else setCursor(next, true);
    event.preventDefault();
  }

  function open(): void {
    if (cursor !== undefined) options.onOpen(cursor);
  }

  function setCursor(index: number | undefined, byKeyboard: boolean): void {
    if (index === cursor) return;
    cursor = index;
    canvas.style.cursor = index === undefined ? '' : 'pointer';
    chart.draw();
    options.onCursor(index, byKeyboard);
  }

  function ringsPlugin(): Plugin<'scatter'> {
    return {
      id: 'rings',
      afterDatasetsDraw: ({ ctx }) => {
        const { foreground, focus } = theme.current();
        const ring = (index: number, color: string, size: number, width: number): void => {
          const place = placeOf(index);
          if (!place) return;
          ctx.save();
          ctx.strokeStyle = color;
          ctx.lineWidth = width;
          ctx.beginPath();
          ctx.arc(place.x, place.y, size, 0, 2 * Math.PI);
          ctx.stroke();
          ctx.restore();
        };
        content.points.forEach(({ marked }, index) => marked && ring(index, foreground, radius + 4, 2));
        if (cursor !== undefined) ring(cursor, focus, radius + 7, 2);
      },
    };
  }
}

function even(min: number, max: number): readonly number[] {
  return roundTicks(min, max, 5);
}

function scatterConfig(
  content: ScatterContent,
  theme: Theme,
): Pick<ChartConfiguration<'scatter', Point[]>, 'data'> & { readonly options: ChartOptions<'scatter'> } {
  const { points, groups, limit, axes } = content;
  const ranges = scatterRanges(content);
  const log = isLogarithmic(content);
  const font = { family: theme.fontFamily, size: theme.fontSize };
  const scale = (axis: 'x' | 'y', ticks: (min: number, max: number) => readonly number[]) => ({
    ...ranges[axis],
    border: { color: theme.dimForeground },
    grid: { color: theme.gridLine, tickLength: 4 },
    title: { display: true, text: axes[axis].title, color: theme.dimForeground, font },
    afterBuildTicks: (made: { min: number; max: number; ticks: { value: number }[] }) => {
      made.ticks = ticks(made.min, made.max).map((value) => ({ value }));
    },
    ticks: {
      color: theme.dimForeground,
      font,
      maxRotation: 0,
      autoSkipPadding: 12,
      callback: (value: number | string) => axes[axis].format(Number(value)),
    },
  });
  return {
    data: {
      datasets: groups.map((label, group) => {
        const { shape, color } = groupLooks[group % groupLooks.length]!;
        return {
          label,
          data: points.filter((point) => point.group === group).map(({ x, y }) => ({ x, y })),
          pointStyle: shape,
          pointRadius: shape === 'circle' ? radius : radius + 1,
          backgroundColor: theme[color],
          borderColor: theme.background,
          borderWidth: 1,
        };
      }),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      normalized: true,
      events: [],
      scales: {
        x: { type: log ? 'logarithmic' : 'linear', ...scale('x', log ? logTicks : even) },
        y: { type: 'linear', ...scale('y', even) },
      },
      plugins: {
        annotation: {
          animations: { numbers: { duration: 0 } },
          annotations: {
            limit: {
              type: 'line',
              scaleID: 'x',
              value: limit.x,
              borderColor: theme.failure,
              borderWidth: 1,
              borderDash: [4, 3],
              label: {
                display: true,
                content: limit.label,
                position: 'end',
                xAdjust: -(theme.fontSize * limit.label.length * 0.3 + 8),
                backgroundColor: theme.background,
                color: theme.failure,
                font: { ...font, weight: 'normal' },
                padding: { x: 3, y: 1 },
                borderRadius: 2,
              },
            },
          },
        },
      },
    },
  };
}
