// The exponent of each layer's weight spectrum as a point on a line of its own, over the shaded band of usual ones.
import * as l10n from '@vscode/l10n';
import {
  CategoryScale,
  Chart,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type Point,
} from 'chart.js';
import annotationPlugin from 'chartjs-plugin-annotation';
import type { Disposable } from '../../src/shared/base/disposable';
import { formatInteger, formatValue } from '../../src/shared/base/numbers';
import { roundTicks } from '../charts/histogramBins';
import { createThemedChart, tooltipLook } from '../charts/themedChart';
import type { Theme, ThemeSource } from '../theme';
import { exponentRange, usualExponents, type SpectrumRow } from './spectrumRows';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  CategoryScale,
  Tooltip,
  annotationPlugin,
);

export function createSpectrumChart(
  canvas: HTMLCanvasElement,
  rows: readonly SpectrumRow[],
  theme: ThemeSource,
): Disposable {
  return createThemedChart(canvas, theme, (next) => spectrumConfig(rows, next));
}

function spectrumConfig(
  rows: readonly SpectrumRow[],
  theme: Theme,
): ChartConfiguration<'line', Point[], string> {
  const font = { family: theme.fontFamily, size: theme.fontSize };
  const ticks = { color: theme.dimForeground, font };
  const range = exponentRange(rows);
  const colors = { below: theme.after, usual: theme.before, above: theme.error };
  const shapes = { below: 'triangle', usual: 'circle', above: 'rectRot' } as const;
  return {
    type: 'line',
    data: {
      labels: rows.map(({ layer }) => layer),
      datasets: [
        {
          data: rows.map(({ exponent }, y) => ({ x: exponent, y })),
          showLine: false,
          pointRadius: 6,
          pointHoverRadius: 7,
          pointStyle: ({ dataIndex }) => shapes[rows[dataIndex]?.place ?? 'usual'],
          backgroundColor: ({ dataIndex }) => colors[rows[dataIndex]?.place ?? 'usual'],
          borderColor: theme.background,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      animation: false,
      maintainAspectRatio: false,
      scales: {
        x: {
          type: 'linear',
          position: 'bottom',
          ...range,
          title: { display: true, text: l10n.t('exponent'), color: theme.dimForeground, font, padding: 0 },
          grid: { color: theme.gridLine, drawTicks: false },
          border: { color: theme.gridLine },
          afterBuildTicks: (axis) => {
            axis.ticks = roundTicks(range.min, range.max, 8).map((value) => ({ value }));
          },
          ticks: { ...ticks, maxRotation: 0, padding: 4, callback: (value) => formatValue(Number(value)) },
        },
        y: {
          type: 'category',
          offset: true,
          grid: { color: theme.gridLine, drawTicks: false },
          border: { display: false },
          ticks: {
            ...ticks,
            color: theme.foreground,
            padding: 6,
            callback: (_, index) => shortened(rows[index]?.layer ?? ''),
          },
        },
      },
      plugins: {
        annotation: {
          annotations: {
            usual: {
              type: 'box',
              xScaleID: 'x',
              xMin: usualExponents.min,
              xMax: usualExponents.max,
              drawTime: 'beforeDatasetsDraw',
              backgroundColor: `color-mix(in srgb, ${theme.foreground} 10%, transparent)`,
              borderColor: theme.gridLine,
              borderWidth: 1,
            },
          },
        },
        tooltip: {
          displayColors: false,
          ...tooltipLook(theme),
          callbacks: {
            title: ([item]) => rows[item?.dataIndex ?? -1]?.layer ?? '',
            label: ({ dataIndex }) => {
              const row = rows[dataIndex];
              return row
                ? l10n.t(
                    '{0} from {1} eigenvalues',
                    formatValue(row.exponent),
                    formatInteger(row.eigenvalues),
                  )
                : '';
            },
          },
        },
      },
      interaction: { mode: 'nearest', axis: 'y', intersect: false },
    },
  };
}

/** Names of layers differ at their end; what is cut is their beginning. */
function shortened(name: string): string {
  return name.length > 28 ? `…${name.slice(-27)}` : name;
}
