// How many weights of each layer are zero, before and after, as bars; the layers in the order of the network.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  LinearScale,
  Tooltip,
  type ChartConfiguration,
  type Plugin,
} from 'chart.js';
import type { Disposable } from '../../src/shared/base/disposable';
import { formatPercent, formatShortPercent } from '../../src/shared/base/numbers';
import type { LayerChangeView } from '../../src/shared/contracts/layerChange';
import { createThemedChart, tooltipLook } from '../charts/themedChart';
import type { Theme, ThemeSource } from '../theme';

Chart.register(BarController, BarElement, LinearScale, CategoryScale, Tooltip);

export interface SparsityChartOptions {
  readonly canvas: HTMLCanvasElement;
  readonly layers: readonly LayerChangeView[];
  readonly labels: { readonly before: string; readonly after: string };
  readonly theme: ThemeSource;
  readonly onSelect: (layer: string) => void;
}

type BarConfig = ChartConfiguration<'bar', (number | null)[], string>;

export function createSparsityChart(options: SparsityChartOptions): Disposable {
  return createThemedChart(options.canvas, options.theme, (theme) => configOf(options, theme));
}

/** Pixels right of the bars, for the figure of one that is full. */
const figureWidth = 44;

function configOf({ layers, labels, onSelect }: SparsityChartOptions, theme: Theme): BarConfig {
  const font = { family: theme.fontFamily, size: theme.fontSize };
  const ticks = { color: theme.dimForeground, font };
  const bars = { barPercentage: 0.9, categoryPercentage: 0.75, minBarLength: 1 };
  return {
    type: 'bar',
    data: {
      labels: layers.map(({ name }) => name),
      datasets: [
        {
          label: labels.before,
          data: layers.map(({ sparsityBefore }) => sparsityBefore),
          backgroundColor: theme.before,
          ...bars,
        },
        {
          label: labels.after,
          data: layers.map(({ sparsityAfter }) => sparsityAfter),
          backgroundColor: theme.after,
          ...bars,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: { right: figureWidth } },
      onClick: (_, [hit]) => {
        const layer = layers[hit?.index ?? -1];
        if (layer) onSelect(layer.name);
      },
      interaction: { mode: 'nearest', axis: 'y', intersect: false },
      scales: {
        x: {
          type: 'linear',
          position: 'top',
          min: 0,
          max: 1,
          grid: { color: theme.gridLine, drawTicks: false },
          border: { display: false },
          ticks: {
            ...ticks,
            stepSize: 0.25,
            maxRotation: 0,
            padding: 4,
            callback: (value) => formatShortPercent(Number(value)),
          },
        },
        y: {
          type: 'category',
          grid: { display: false },
          border: { color: theme.gridLine },
          ticks: {
            ...ticks,
            color: theme.foreground,
            autoSkip: false,
            padding: 6,
            callback: (_, index) => shortened(layers[index]?.name ?? ''),
          },
        },
      },
      plugins: {
        tooltip: {
          ...tooltipLook(theme),
          callbacks: {
            label: ({ dataset, raw }) =>
              `${dataset.label ?? ''} ${typeof raw === 'number' ? formatPercent(raw, 2) : '–'}`,
          },
        },
      },
    },
    plugins: [figures(theme)],
  };
}

/** What is left to read beside the bars: the sparsity after. */
function figures(theme: Theme): Plugin<'bar'> {
  return {
    id: 'figures',
    afterDatasetsDraw: (chart) => {
      const { ctx } = chart;
      const data = chart.data.datasets[1]?.data ?? [];
      ctx.save();
      ctx.font = `${theme.fontSize}px ${theme.fontFamily}`;
      ctx.fillStyle = theme.foreground;
      ctx.textBaseline = 'middle';
      for (const [index, bar] of chart.getDatasetMeta(1).data.entries()) {
        const value = data[index];
        if (typeof value === 'number') ctx.fillText(formatPercent(value), bar.x + 4, bar.y);
      }
      ctx.restore();
    },
  };
}

/** Names of layers differ at their end; what is cut is their beginning. */
function shortened(name: string): string {
  return name.length > 28 ? `…${name.slice(-27)}` : name;
}
