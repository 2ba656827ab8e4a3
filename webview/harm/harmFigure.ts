// The layers of a comparison, the most harmed first, as a figure: a table with bars that is walked with the keyboard,
// where a row is selected like a layer anywhere else.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import type { LayerChangeView } from '../../src/shared/contracts/layerChange';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';
import { paintBarTable } from '../charts/barTablePicture';
import type { DetailPart } from '../detail/detailPart';
import { element, fill, uniqueId } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import { bar } from '../layers/bar';
import { rowByKey } from '../rowKeys';
import { revealRow } from '../scrolling';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { harmMeasures, harmRows, type HarmMeasure, type HarmRow } from './harmRows';
import { harmCsv, harmExplained, harmLabel, harmTable, harmText, typesText } from './harmTexts';

export interface HarmFigureOptions {
  /** In the order of the network. */
  readonly layers: readonly LayerChangeView[];
  /** What the layers of the original bear, where it was measured. */
  readonly sensitivity?: SensitivityReportView;
  /** Names what is shown in saved files. */
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onSelect: (layer: string) => void;
}

export interface HarmFigure extends DetailPart {
  /** Marks the row of a layer; null for none. */
  readonly select: (layer: string | null) => void;
}

interface Line {
  readonly name: string;
  readonly row: HTMLTableRowElement;
}

export function createHarmFigure(options: HarmFigureOptions): HarmFigure {
  const { layers, sensitivity, name, host, store, theme, onSelect } = options;
  const owned = new DisposableStore();
  const measures = harmMeasures(sensitivity);
  let measure = measures.find((each) => each === store.get().harm) ?? 'sqnr';
  let selected: string | null = null;
  let lines: readonly Line[] = [];
  const canvas = element('canvas', { hidden: true });
  const head = element('thead');
  const body = element('tbody');
  const table = element(
    'table',
    { class: 'data-table layer-table harm-table', attributes: { role: 'grid' }, on: { keydown: onKey } },
    head,
    body,
  );
  const scroller = element('div', { class: 'table-scroller harm-scroller' }, table);
  const explained = element('p', { class: 'dim figure-status' });
  const figure = createFigure({
    key: 'harm',
    title: l10n.t('Layers by harm'),
    fileName: () => `${name}-harm-${measure}`,
    canvas,
    boxed: false,
    controls: [measurePicker(measures, measure, choose)],
    around: [scroller, explained],
    table: () => harmTable(rowsBy(measure), measure),
    csv: () => harmCsv(measures, rowsBy),
    host,
    store,
  });
  show();
  owned.add(theme.onDidChange(paint));
  return { element: figure.element, select, dispose: () => owned.dispose() };

  function rowsBy(by: HarmMeasure): readonly HarmRow[] {
    return harmRows(layers, by, sensitivity);
  }

  function choose(next: HarmMeasure): void {
    measure = next;
    store.update({ harm: measure });
    show();
    figure.refresh();
  }

  function show(): void {
    const rows = rowsBy(measure);
    lines = rows.map((row, index) => ({ name: row.layer.name, row: lineOf(row, index) }));
    table.setAttribute('aria-label', l10n.t('Layers by harm, {0}', harmLabel(measure)));
    fill(
      head,
      element(
        'tr',
        {},
        element('th', { class: 'number rank', text: '#', attributes: { scope: 'col' } }),
        element('th', { text: l10n.t('Layer'), attributes: { scope: 'col' } }),
        element('th', { class: 'sparer', text: l10n.t('Type'), attributes: { scope: 'col' } }),
        element('th', { class: 'number', text: harmLabel(measure), attributes: { scope: 'col' } }),
      ),
    );
    fill(body, ...lines.map(({ row }) => row));
    fill(explained, harmExplained(measure));
    mark();
    paint();
  }

  function lineOf(row: HarmRow, index: number): HTMLTableRowElement {
    const { layer, value, harm } = row;
    const line = element(
      'tr',
      { attributes: { 'aria-selected': 'false', tabindex: '-1' } },
      element('td', { class: 'number rank dim', text: String(index + 1) }),
      element('th', {
        text: layer.name,
        title: `${layer.name} (${layer.operator})`,
        attributes: { scope: 'row' },
      }),
      element('td', { class: 'sparer', text: typesText(row) }),
      element(
        'td',
        { class: 'number' },
        element(
          'span',
          { class: 'barred' },
          bar(harm, 'after'),
          element('span', { text: harmText(measure, value) }),
        ),
      ),
    );
    line.addEventListener('click', () => take(layer.name));
    return line;
  }

  function select(layer: string | null): void {
    if (layer === selected) return;
    selected = layer;
    mark();
    const line = lines.find(({ name: own }) => own === layer);
    if (line) revealRow(scroller, line.row, head.offsetHeight);
  }

  function take(layer: string): void {
    if (layer !== selected) {
      select(layer);
      onSelect(layer);
    }
    lines.find(({ name: own }) => own === layer)?.row.focus({ preventScroll: true });
  }

  // One row takes part in the tab order.
  function mark(): void {
    const stop = lines.find(({ name: own }) => own === selected) ?? lines[0];
    for (const line of lines) {
      line.row.setAttribute('aria-selected', String(line.name === selected));
      line.row.tabIndex = line === stop ? 0 : -1;
    }
  }

  function onKey(event: KeyboardEvent): void {
    const line = rowByKey(event, lines, scroller, ({ row }) => row);
    if (line) take(line.name);
  }

  function paint(): void {
    const cells = rowsBy(measure).map((row) => [
      { text: row.layer.name },
      { text: typesText(row) },
      { text: harmText(measure, row.value), fraction: row.harm },
    ]);
    paintBarTable(canvas, {
      title: l10n.t('Layers of {0} by harm', name),
      columns: [l10n.t('Layer'), l10n.t('Type'), harmLabel(measure)],
      rows: cells,
      theme: theme.current(),
    });
  }
}

function measurePicker(
  measures: readonly HarmMeasure[],
  chosen: HarmMeasure,
  onChoose: (measure: HarmMeasure) => void,
): HTMLElement {
  const name = uniqueId('harm');
  return element(
    'fieldset',
    { class: 'radio' },
    element('legend', { class: 'hidden-label', text: l10n.t('Measure of harm') }),
    ...measures.map((measure) => {
      const input = element('input', {
        attributes: { type: 'radio', name, value: measure },
        on: { change: () => onChoose(measure) },
      });
      input.checked = measure === chosen;
      return element('label', {}, input, element('span', { text: harmLabel(measure) }));
    }),
  );
}
