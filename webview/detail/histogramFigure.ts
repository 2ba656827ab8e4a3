// A histogram of a layer with what every figure has: the chart, its legend and figures, the table of its bins.
import * as l10n from '@vscode/l10n';
import type { Table } from '../charts/csv';
import type { Bin } from '../charts/histogramBins';
import { createHistogramChart, type HistogramContent, type HistogramSeries } from '../charts/histogramChart';
import { element, fill, type Child } from '../dom';
import { factList, type Fact } from '../facts';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import { withItem, type ViewStateStore } from '../viewState';
import type { DetailPart } from './detailPart';

export interface FigureContent extends HistogramContent {
  readonly facts: readonly Fact[];
}

export interface HistogramFigureOptions {
  readonly key: string;
  readonly title: string;
  readonly xTitle: string;
  /** Names what is drawn, for screen readers and saved files. */
  readonly name: string;
  readonly content: FigureContent;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export interface HistogramFigure extends DetailPart {
  readonly show: (content: FigureContent) => void;
}

export function createHistogramFigure(options: HistogramFigureOptions): HistogramFigure {
  const { key, title, xTitle, name, host, store, theme } = options;
  let { content } = options;
  const canvas = element('canvas', {
    attributes: { role: 'img', 'aria-label': l10n.t('{0} of {1}; shown as table by a button', title, name) },
  });
  const under = element('div', { class: 'under-chart' });
  const isLog = (): boolean => store.get().logCounts.includes(key);
  const log = logToggle(isLog(), (next) => {
    store.update({ logCounts: withItem(store.get().logCounts, key, next) });
    chart.setLogCounts(next);
  });
  const figure = createFigure({
    key,
    title,
    fileName: () => `${name}-${key}`,
    canvas,
    boxed: true,
    actions: [log],
    around: [under],
    table: () => binTable(content.series),
    host,
    store,
  });
  const chart = createHistogramChart({ canvas, content, theme, logCounts: isLog(), xTitle });
  describe();
  return {
    element: figure.element,
    show: (next) => {
      content = next;
      chart.show(next);
      describe();
      figure.refresh();
    },
    dispose: () => chart.dispose(),
  };

  function describe(): void {
    const { series, facts } = content;
    fill(under, series.length > 1 && seriesLegend(series), facts.length > 0 && factList(facts));
  }
}

function logToggle(pressed: boolean, onChange: (pressed: boolean) => void): HTMLElement {
  const button = element('button', {
    class: 'icon-button text-toggle',
    text: l10n.t('log'),
    title: l10n.t('Logarithmic counts'),
    attributes: {
      type: 'button',
      'aria-label': l10n.t('log scale of counts'),
      'aria-pressed': String(pressed),
    },
    on: {
      click: () => {
        const next = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', String(next));
        onChange(next);
      },
    },
  });
  return button;
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
