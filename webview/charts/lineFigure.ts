// A chart of lines with everything around it: legend, the line that tells the figures under the cursor, zoom buttons,
// the logarithmic axis. It grows in place.
import * as l10n from '@vscode/l10n';
import { element, fill, iconButton, uniqueId } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import { withItem, type ViewStateStore } from '../viewState';
import type { DetailPart } from '../detail/detailPart';
import type { Table } from './csv';
import type { LineAxes } from './lineConfig';
import { createLineChart } from './lineChart';
import type { LineContent } from './lineContent';

/** What one state of the figure shows. */
export interface LineFigureContent {
  readonly lines: LineContent;
  /** The figures at a point, in words. */
  readonly readout: (index: number) => string;
  /** What the line under the chart says while nothing is pointed at. */
  readonly idle: string;
  readonly table: Table;
  readonly csv: Table;
}

export interface LineFigureOptions {
  readonly key: string;
  readonly title: string;
  readonly fileName: string;
  readonly axes: LineAxes;
  readonly content: LineFigureContent;
  readonly zoomable: boolean;
  /** Whether a logarithmic axis of values is offered, and whether the figure starts with it. */
  readonly log: 'never' | 'offered' | 'first';
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export interface LineFigure extends DetailPart {
  readonly show: (content: LineFigureContent) => void;
}

export function createLineFigure(options: LineFigureOptions): LineFigure {
  const { key, title, axes, zoomable, host, store, theme } = options;
  let { content } = options;
  let cursor: number | undefined;
  let speaking = 0;

  const helpId = uniqueId('lines-help');
  const canvas = element('canvas', {
    class: 'line-chart',
    attributes: {
      tabindex: '0',
      role: 'application',
      'aria-label': l10n.t('{0} of {1}; shown as table by a button', title, options.fileName),
      'aria-describedby': helpId,
    },
  });
  const line = element('div', { class: 'readout' });
  const legend = element('span', { class: 'series-legend' });
  const spoken = element('div', { class: 'hidden-label', attributes: { 'aria-live': 'polite' } });
  const reset = iconButton('screen-full', l10n.t('Show all'), () => chart.reset());
  const log = options.log !== 'never' && logButton();
  const figure = createFigure({
    key,
    title,
    fileName: () => `${options.fileName}-${key}`,
    canvas,
    boxed: true,
    controls: [legend],
    actions: [
      log,
      ...(zoomable
        ? [
            iconButton('zoom-in', l10n.t('Zoom in'), () => chart.zoom(2)),
            iconButton('zoom-out', l10n.t('Zoom out'), () => chart.zoom(1 / 2)),
            reset,
          ]
        : []),
    ],
    around: [line, spoken, help(helpId, zoomable)],
    table: () => content.table,
    csv: () => content.csv,
    host,
    store,
  });
  const chart = createLineChart({
    canvas,
    axes,
    content: content.lines,
    theme,
    log: isLog(),
    zoomable,
    onCursor: (index, byKeyboard) => {
      cursor = index;
      say(byKeyboard);
    },
    onWindow: (whole) => (reset.disabled = whole),
  });
  fillLegend(legend, content.lines);
  say(false);

  return {
    element: figure.element,
    show: (next) => {
      content = next;
      fillLegend(legend, next.lines);
      chart.show(next.lines);
      figure.refresh();
      say(false);
    },
    dispose: () => {
      window.clearTimeout(speaking);
      chart.dispose();
    },
  };

  function isLog(): boolean {
    // What is remembered is the departure from how the figure starts.
    return options.log !== 'never' && (options.log === 'first') !== store.get().logCounts.includes(key);
  }

  function say(aloud: boolean): void {
    const text = cursor === undefined ? content.idle : content.readout(cursor);
    if (line.textContent !== text) fill(line, text);
    if (!aloud) return;
    // A key held down passes many points; the one it rests on is read out.
    window.clearTimeout(speaking);
    speaking = window.setTimeout(() => fill(spoken, text), 200);
  }

  function logButton(): HTMLElement {
    const button = element('button', {
      class: 'icon-button text-toggle',
      text: l10n.t('log'),
      title: l10n.t('Logarithmic axis'),
      attributes: {
        type: 'button',
        'aria-label': l10n.t('log scale of {0}', title),
        'aria-pressed': String(isLog()),
      },
      on: {
        click: () => {
          const next = !isLog();
          const departs = next !== (options.log === 'first');
          store.update({ logCounts: withItem(store.get().logCounts, key, departs) });
          button.setAttribute('aria-pressed', String(next));
          chart.setLog(next);
        },
      },
    });
    return button;
  }
}

/** Anew only where something else is drawn. */
function fillLegend(legend: HTMLElement, { series, level }: LineContent): void {
  const entries = [
    ...series.map(({ label, role, side }) => [label, side ? `${role} line-side-${side}` : role] as const),
    ...(level ? [[level.label, 'level'] as const] : []),
  ];
  if (legend.childElementCount === entries.length) return;
  fill(
    legend,
    ...entries.map(([label, look]) =>
      element(
        'span',
        {},
        element('span', { class: `line-swatch line-swatch-${look}`, attributes: { 'aria-hidden': 'true' } }),
        label,
      ),
    ),
  );
}

function help(id: string, zoomable: boolean): HTMLElement {
  const text = zoomable
    ? l10n.t(
        'Arrow keys move from point to point, with Shift they move the picture. Plus and minus zoom, zero shows all.',
      )
    : l10n.t('Arrow keys move from point to point.');
  return element('div', { id, class: 'hidden-label', text });
}
