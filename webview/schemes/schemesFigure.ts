// Schemes of quantization side by side as a figure: sizes and errors with bars, of the whole model or of the selected
// layer, and a button that takes one over.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import type { SchemeId, SchemesView } from '../../src/shared/contracts/schemeViews';
import { paintBarTable } from '../charts/barTablePicture';
import type { DetailPart } from '../detail/detailPart';
import { element, fill, uniqueId, type Child } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import { bar } from '../layers/bar';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import {
  exactSize,
  schemeCells,
  schemeColumns,
  schemeCsv,
  schemeRows,
  schemeTable,
  type SchemeRow,
} from './schemeTexts';

export interface SchemesFigureOptions {
  readonly compared: SchemesView;
  /** Names what is shown in saved files. */
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  /** Takes a scheme over, for the whole model or for one layer. */
  readonly onUse: (id: SchemeId, layer: string | undefined) => void;
}

export interface SchemesFigure extends DetailPart {
  readonly select: (layer: string | null) => void;
}

type Scope = 'model' | 'layer';

export function createSchemesFigure(options: SchemesFigureOptions): SchemesFigure {
  const { compared, name, host, store, theme, onUse } = options;
  const owned = new DisposableStore();
  let scope: Scope = 'model';
  let selected: string | null = null;
  const canvas = element('canvas', { hidden: true });
  const content = element('div', { class: 'table-scroller plain' });
  const figure = createFigure({
    key: 'schemes',
    title: l10n.t('Schemes side by side'),
    fileName: () => `${name}-schemes`,
    canvas,
    boxed: false,
    controls: [
      scopePicker(scope, (next) => {
        scope = next;
        show();
      }),
    ],
    around: [
      content,
      element('p', {
        class: 'dim figure-status',
        text: l10n.t('Weights rounded to the nearest value of their grid; sizes are estimates.'),
      }),
    ],
    table: () => schemeTable(rows()),
    csv: () => schemeCsv(compared),
    host,
    store,
  });
  show();
  owned.add(theme.onDidChange(paint));
  return {
    element: figure.element,
    select: (layer) => {
      if (layer === selected) return;
      selected = layer;
      if (scope === 'layer') show();
    },
    dispose: () => owned.dispose(),
  };

  function layerShown(): string | undefined {
    return scope === 'layer' ? (selected ?? '') : undefined;
  }

  function rows(): readonly SchemeRow[] {
    return schemeRows(compared, layerShown());
  }

  function show(): void {
    const shown = rows();
    // The reasons of single schemes stand in tooltips and in the table for reading.
    const [kept] = shown.flatMap((row) => (row.kept === '' ? [] : [row.kept]));
    fill(
      content,
      shown.length > 0
        ? tableOf(shown, titleText(), (id) => onUse(id, layerShown()))
        : element('p', {
            class: 'dim hint',
            text:
              selected === null
                ? l10n.t('Select a layer to see what schemes do to it.')
                : l10n.t('{0} has no weights to quantize.', selected),
          }),
      kept !== undefined &&
        element('p', {
          class: 'dim figure-status',
          text: layerShown() === undefined ? kept : l10n.t('Keeps its type: {0}', kept),
        }),
    );
    figure.refresh();
    paint();
  }

  function paint(): void {
    const cells = rows().map((row) =>
      schemeCells(row).map((text, column) => {
        if (column === 1) return { text, fraction: Math.min(1, row.sizeRatio) };
        return column === 2 && row.changes ? { text, fraction: row.sqnrFraction } : { text };
      }),
    );
    paintBarTable(canvas, {
      title: titleText(),
      columns: schemeColumns(),
      rows: cells,
      theme: theme.current(),
    });
  }

  function titleText(): string {
    const layer = layerShown();
    return layer === undefined ? l10n.t('Schemes for {0}', name) : l10n.t('Schemes for layer {0}', layer);
  }
}

function tableOf(rows: readonly SchemeRow[], label: string, onUse: (id: SchemeId) => void): HTMLTableElement {
  const [nameColumn, ...columns] = schemeColumns();
  return element(
    'table',
    { class: 'data-table schemes-table', attributes: { 'aria-label': label } },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { text: nameColumn ?? '', attributes: { scope: 'col' } }),
        ...columns.map((text, index) =>
          element('th', {
            class: index < 2 ? 'number' : 'number sparer',
            text,
            attributes: { scope: 'col' },
          }),
        ),
        element('td'),
      ),
    ),
    element('tbody', {}, ...rows.map((row) => lineOf(row, onUse))),
  );
}

function lineOf(row: SchemeRow, onUse: (id: SchemeId) => void): HTMLTableRowElement {
  const { id, kept, changes, sizeRatio, sqnrFraction } = row;
  const [text = '', size = '', sqnr = '', mse = '', maxError = ''] = schemeCells(row);
  const use = element('button', {
    class: 'link-button',
    text: l10n.t('Use'),
    title: l10n.t('Use {0}…', text),
    attributes: { type: 'button', 'aria-label': l10n.t('Use {0}…', text) },
    on: { click: () => onUse(id) },
  });
  return element(
    'tr',
    {},
    element('th', { text, title: kept, attributes: { scope: 'row' } }),
    barred(bar(sizeRatio, 'after'), size, exactSize(row)),
    barred(changes && bar(sqnrFraction, 'neutral'), sqnr),
    element('td', { class: 'number sparer', text: mse }),
    element('td', { class: 'number sparer', text: maxError }),
    element('td', {}, changes && use),
  );
}

function barred(drawn: Child, text: string, title = ''): HTMLElement {
  return element(
    'td',
    { class: 'number', title },
    element('span', { class: 'barred' }, drawn, element('span', { text })),
  );
}

function scopePicker(chosen: Scope, onChoose: (scope: Scope) => void): HTMLElement {
  const labels: Record<Scope, string> = {
    model: l10n.t('Whole model'),
    layer: l10n.t('Selected layer'),
  };
  const name = uniqueId('scope');
  return element(
    'fieldset',
    { class: 'radio' },
    element('legend', { class: 'hidden-label', text: l10n.t('Schemes of what') }),
    ...(['model', 'layer'] as const).map((scope) => {
      const input = element('input', {
        attributes: { type: 'radio', name, value: scope },
        on: { change: () => onChoose(scope) },
      });
      input.checked = scope === chosen;
      return element('label', {}, input, element('span', { text: labels[scope] }));
    }),
  );
}
