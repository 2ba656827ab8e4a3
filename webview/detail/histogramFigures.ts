// The two histograms of a layer: its weights, before and after, and the errors between them.
import * as l10n from '@vscode/l10n';
import { formatDecibels, formatInteger, formatPercent, formatValue } from '../../src/shared/base/numbers';
import type {
  LayerDetailView,
  TensorDetailView,
  TensorErrorView,
} from '../../src/shared/contracts/viewModels';
import type { Table } from '../charts/csv';
import { binsOf, type Bin } from '../charts/histogramBins';
import { createHistogramChart, type HistogramSeries } from '../charts/histogramChart';
import { element, type Child } from '../dom';
import { factList, type Fact } from '../facts';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import { withItem, type ViewStateStore } from '../viewState';
import type { DetailPart } from './detailPart';

export interface HistogramFigureOptions {
  readonly detail: LayerDetailView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export function createWeightHistogram(options: HistogramFigureOptions): DetailPart {
  const { before, after, error } = options.detail;
  const quantization = error?.quantization;
  return histogramFigure(options, {
    key: 'weights',
    title: l10n.t('Distribution'),
    xTitle: l10n.t('weight'),
    series: [
      weightSeries(after ? l10n.t('Before') : l10n.t('Weights'), 'before', before),
      ...(after ? [weightSeries(l10n.t('After'), 'after', after)] : []),
    ],
    // With a scale for each channel there is no one grid to draw.
    ...(quantization?.channels === 1 ? { gridStep: quantization.scale } : {}),
    facts: quantization ? quantizationFacts(quantization) : [],
  });
}

export function createErrorHistogram(options: HistogramFigureOptions, error: TensorErrorView): DetailPart {
  return histogramFigure(options, {
    key: 'errors',
    title: l10n.t('Error distribution'),
    xTitle: l10n.t('after − before'),
    series: [{ label: l10n.t('Error'), tone: 'error', bins: binsOf(error.histogram) }],
    facts: [
      [l10n.t('MSE'), formatValue(error.mse)],
      [l10n.t('SQNR'), formatDecibels(error.sqnrDb)],
      [l10n.t('Max error'), formatValue(error.maxError)],
    ],
  });
}

interface HistogramFigure {
  readonly key: string;
  readonly title: string;
  readonly xTitle: string;
  readonly series: readonly HistogramSeries[];
  readonly gridStep?: number;
  readonly facts: readonly Fact[];
}

function histogramFigure(
  { detail, host, store, theme }: HistogramFigureOptions,
  figure: HistogramFigure,
): DetailPart {
  const { key, title, series, facts } = figure;
  const canvas = element('canvas', {
    attributes: {
      role: 'img',
      'aria-label': l10n.t('{0} of {1}; shown as table by a button', title, detail.layer),
    },
  });
  const isLog = (): boolean => store.get().logCounts.includes(key);
  const log = element('button', {
    class: 'icon-button text-toggle',
    text: l10n.t('log'),
    title: l10n.t('Logarithmic counts'),
    attributes: {
      type: 'button',
      'aria-label': l10n.t('log scale of counts'),
      'aria-pressed': String(isLog()),
    },
    on: {
      click: () => {
        const next = !isLog();
        store.update({ logCounts: withItem(store.get().logCounts, key, next) });
        log.setAttribute('aria-pressed', String(next));
        chart.setLogCounts(next);
      },
    },
  });
  const made = createFigure({
    key,
    title,
    fileName: () => `${detail.layer}-${key}`,
    canvas,
    boxed: true,
    actions: [log],
    around: [
      element(
        'div',
        { class: 'under-chart' },
        series.length > 1 && seriesLegend(series),
        facts.length > 0 && factList(facts),
      ),
    ],
    table: () => binTable(series),
    host,
    store,
  });
  const chart = createHistogramChart({
    canvas,
    series,
    theme,
    logCounts: isLog(),
    xTitle: figure.xTitle,
    ...(figure.gridStep === undefined ? {} : { gridStep: figure.gridStep }),
  });
  return { element: made.element, dispose: () => chart.dispose() };
}

function weightSeries(label: string, tone: 'before' | 'after', side: TensorDetailView): HistogramSeries {
  const { histogram } = side;
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  return {
    label,
    tone,
    bins: binsOf(histogram),
    ...(histogram.zeros > 0 && total > 0
      ? { zeroNote: l10n.t('{0}: {1} zeros', label, formatPercent(histogram.zeros / total)) }
      : {}),
  };
}

function quantizationFacts(quantization: NonNullable<TensorErrorView['quantization']>): readonly Fact[] {
  const { type, scale, zeroPoint, channels } = quantization;
  const first = channels > 1;
  return [
    [l10n.t('Grid'), first ? l10n.t('{0}, {1} channels', type, formatInteger(channels)) : type],
    [first ? l10n.t('Scale (first)') : l10n.t('Scale'), formatValue(scale)],
    [first ? l10n.t('Zero point (first)') : l10n.t('Zero point'), formatInteger(zeroPoint)],
  ];
}

function seriesLegend(series: readonly HistogramSeries[]): Child {
  return element(
    'span',
    { class: 'series-legend' },
    ...series.map(({ label, tone }) =>
      element(
        'span',
        {},
        element('span', { class: `swatch swatch-${tone}`, attributes: { 'aria-hidden': 'true' } }),
        label,
      ),
    ),
  );
}

/** All bins, one series after another where their bins differ. */
function binTable(series: readonly HistogramSeries[]): Table {
  return series.length === 1
    ? {
        columns: [l10n.t('From'), l10n.t('To'), l10n.t('Count')],
        rows: (series[0]?.bins ?? []).map(binRow),
      }
    : {
        columns: [l10n.t('Weights'), l10n.t('From'), l10n.t('To'), l10n.t('Count')],
        rows: series.flatMap(({ label, bins }) => bins.map((bin) => [label, ...binRow(bin)])),
      };
}

function binRow({ from, to, count }: Bin): (string | number)[] {
  return [precise(from), precise(to), count];
}

function precise(value: number): number {
  return Number(value.toPrecision(6));
}
