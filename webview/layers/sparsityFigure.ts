// The sparsity of every layer before and after as a figure: bars, legend, table.
import * as l10n from '@vscode/l10n';
import { formatPercent } from '../../src/shared/base/numbers';
import type { LayerChangeView } from '../../src/shared/contracts/layerChange';
import type { Table } from '../charts/csv';
import type { DetailPart } from '../detail/detailPart';
import { element } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { formatPoints } from './changeFormats';
import { createSparsityChart } from './sparsityChart';

export interface SparsityFigureOptions {
  /** In the order of the network. */
  readonly layers: readonly LayerChangeView[];
  /** Names what is shown in saved files. */
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onSelect: (layer: string) => void;
}

/** From here on a layer is worth a picture of its zeros; trained weights are zero by chance now and then. */
const leastSparsity = 0.005;

/** Whether some layer has zeros, before or after. */
export function hasZeros(layers: readonly LayerChangeView[]): boolean {
  return layers.some(
    ({ sparsityBefore, sparsityAfter }) => Math.max(sparsityBefore ?? 0, sparsityAfter ?? 0) >= leastSparsity,
  );
}

/** Two bars for each layer; of a large network they are as low as can still be told apart. */
const rowHeight = 30;
const mostHeight = 12_000;
const axisHeight = 26;

export function createSparsityFigure(options: SparsityFigureOptions): DetailPart {
  const { layers, name, host, store } = options;
  const labels = { before: l10n.t('Before'), after: l10n.t('After') };
  const canvas = element('canvas', {
    class: 'sparsity-chart',
    attributes: {
      role: 'img',
      'aria-label': l10n.t('Sparsity of the layers of {0}; shown as table by a button', name),
    },
  });
  const figure = createFigure({
    key: 'sparsity',
    title: l10n.t('Zeros of each layer'),
    fileName: () => `${name}-sparsity`,
    canvas,
    boxed: true,
    controls: [legend(labels)],
    table: () => sparsityTable(layers, false),
    csv: () => sparsityTable(layers, true),
    host,
    store,
  });
  const box = canvas.parentElement;
  if (box) {
    box.style.height = `${Math.min(mostHeight, layers.length * rowHeight) + axisHeight}px`;
    const scroller = element('div', {
      class: 'sparsity-scroller',
      attributes: { tabindex: '0', role: 'group', 'aria-label': l10n.t('Zeros of each layer') },
    });
    // The chart is as high as its layers need; what holds it scrolls.
    box.replaceWith(scroller);
    scroller.append(box);
  }
  const chart = createSparsityChart({ ...options, canvas, labels });
  return { element: figure.element, dispose: () => chart.dispose() };
}

/** Rounded for reading, exact for copying. */
export function sparsityTable(layers: readonly LayerChangeView[], exact: boolean): Table {
  const written = (sparsity: number | null): string | number => {
    if (sparsity === null) return exact ? '' : '–';
    return exact ? sparsity : formatPercent(sparsity, 2);
  };
  return {
    columns: exact
      ? ['layer', 'operator', 'sparsityBefore', 'sparsityAfter']
      : [l10n.t('Layer'), l10n.t('Operator'), l10n.t('Before'), l10n.t('After'), l10n.t('Change')],
    rows: layers.map(({ name, operator, sparsityBefore, sparsityAfter }) => [
      name,
      operator,
      written(sparsityBefore),
      written(sparsityAfter),
      ...(exact
        ? []
        : [
            sparsityBefore === null || sparsityAfter === null
              ? '–'
              : formatPoints(sparsityBefore, sparsityAfter),
          ]),
    ]),
  };
}

function legend(labels: { readonly before: string; readonly after: string }): HTMLElement {
  return element(
    'span',
    { class: 'series-legend' },
    ...(['before', 'after'] as const).map((side) =>
      element(
        'span',
        {},
        element('span', { class: `swatch swatch-${side}`, attributes: { 'aria-hidden': 'true' } }),
        labels[side],
      ),
    ),
  );
}
