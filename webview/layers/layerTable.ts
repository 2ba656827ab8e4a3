// The table of layers: one row a layer, sorted by any column, filtered by words, walked with the keyboard. Its rows are
// made once; sorting moves them and filtering hides them, which is cheap for the thousand layers of a large network.
import { VscodeTextfield } from '@vscode-elements/elements/dist/vscode-textfield/index.js';
import * as l10n from '@vscode/l10n';
import { element, fill, icon } from '../dom';
import { rowByKey } from '../rowKeys';
import { rememberScroll, revealRow } from '../scrolling';
import type { ViewStateStore } from '../viewState';
import type { Column } from './columns';
import { matchesFilter, nextSort, sortRows, type Sort } from './sortRows';

export interface LayerTable {
  readonly element: HTMLElement;
  /** Marks a row as selected; null for none. Scrolls to it where it was not selected before. */
  readonly select: (name: string | null) => void;
}

export interface LayerTableOptions<Row> {
  /** Under what sort and scroll are remembered. */
  readonly key: string;
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  /** What the filter looks through. */
  readonly textOf: (row: Row) => string;
  readonly store: ViewStateStore;
  readonly onSelect: (name: string) => void;
}

export function createLayerTable<Row>(options: LayerTableOptions<Row>): LayerTable {
  const { key, columns, store } = options;
  let sort: Sort | undefined = store.get().sorts[key];
  let selected: string | null = null;

  const lines = new Map(options.rows.map((row) => [row, rowElement(row, options)]));
  const byName = new Map(options.rows.map((row) => [options.nameOf(row), row]));
  const headers = columns.map((column) =>
    headerCell(column, () => setSort(nextSort(sort, largestFirst(column)))),
  );
  const body = element('tbody', { on: { click: onClick, keydown: onKey } });
  const table = element(
    'table',
    {
      class: 'data-table layer-table',
      attributes: { role: 'grid', 'aria-label': options.label, 'aria-rowcount': String(lines.size + 1) },
    },
    element('thead', {}, element('tr', {}, ...headers)),
    body,
  );
  const count = element('span', { class: 'dim', attributes: { role: 'status' } });
  const none = element('p', { class: 'dim empty-line', text: l10n.t('No layer matches the filter.') });
  const scroller = element('div', { class: 'table-scroller' }, table, none);
  const filter = filterField(store.get().filter, (text) => {
    store.update({ filter: text });
    applyFilter();
  });
  rememberScroll(scroller, `layers:${key}`, store);
  applySort();
  applyFilter();

  return {
    element: element(
      'div',
      { class: 'layer-list' },
      element('div', { class: 'toolbar' }, filter, count),
      scroller,
    ),
    select,
  };

  function select(name: string | null): void {
    if (name === selected) return;
    const previous = lineOf(selected);
    previous?.setAttribute('aria-selected', 'false');
    selected = name;
    const line = lineOf(name);
    line?.setAttribute('aria-selected', 'true');
    updateTabStop();
    if (line) reveal(line);
  }

  function lineOf(name: string | null): HTMLTableRowElement | undefined {
    const row = name === null ? undefined : byName.get(name);
    return row && lines.get(row);
  }

  function reveal(line: HTMLTableRowElement): void {
    revealRow(scroller, line, table.tHead?.offsetHeight ?? 0);
  }

  function setSort(next: Sort | undefined): void {
    sort = next;
    const { [key]: _, ...others } = store.get().sorts;
    store.update({ sorts: next ? { ...others, [key]: next } : others });
    applySort();
    const line = lineOf(selected);
    if (line) reveal(line);
  }

  function applySort(): void {
    const column = columns.find((other) => other.key === sort?.column);
    const order = column && sort ? sortRows(options.rows, column.value, sort.descending) : options.rows;
    body.append(...order.flatMap((row) => lines.get(row) ?? []));
    columns.forEach((other, index) => {
      const direction = other !== column ? 'none' : sort?.descending ? 'descending' : 'ascending';
      headers[index]?.setAttribute('aria-sort', direction);
    });
    updateTabStop();
  }

  function applyFilter(): void {
    const text = store.get().filter;
    let shown = 0;
    for (const [row, line] of lines) {
      line.hidden = !matchesFilter(options.textOf(row), text);
      if (!line.hidden) shown++;
    }
    none.hidden = shown > 0;
    fill(
      count,
      shown === lines.size ? l10n.t('{0} layers', shown) : l10n.t('{0} of {1} layers', shown, lines.size),
    );
    updateTabStop();
  }

  // One row takes part in the tab order: the selected one, or the first where it is hidden.
  function updateTabStop(): void {
    for (const line of lines.values()) line.tabIndex = -1;
    const line = lineOf(selected);
    const stop = line && !line.hidden ? line : visibleLines()[0];
    if (stop) stop.tabIndex = 0;
  }

  function visibleLines(): HTMLTableRowElement[] {
    return [...body.rows].filter((line) => !line.hidden);
  }

  function onClick(event: MouseEvent): void {
    const line = event.target instanceof Element ? event.target.closest('tr') : null;
    if (line) choose(line);
  }

  function onKey(event: KeyboardEvent): void {
    const line = rowByKey(event, visibleLines(), scroller, (shown) => shown);
    if (line) choose(line);
  }

  function choose(line: HTMLTableRowElement): void {
    const name = line.dataset['layer'] ?? null;
    if (name !== null && name !== selected) {
      select(name);
      options.onSelect(name);
    }
    line.focus({ preventScroll: true });
  }
}

function rowElement<Row>(row: Row, options: LayerTableOptions<Row>): HTMLTableRowElement {
  const line = element('tr', { attributes: { 'aria-selected': 'false' } });
  line.dataset['layer'] = options.nameOf(row);
  line.tabIndex = -1;
  options.columns.forEach((column, index) => {
    const title = column.exact?.(row);
    line.append(
      element(
        index === 0 ? 'th' : 'td',
        {
          class: column.numeric ? 'number' : 'text',
          ...(title === undefined ? {} : { title }),
          attributes: { scope: index === 0 ? 'row' : null },
        },
        column.cell(row),
      ),
    );
  });
  return line;
}

function headerCell<Row>(column: Column<Row>, press: () => void): HTMLTableCellElement {
  const button = element(
    'button',
    { class: 'sort-button', attributes: { type: 'button' }, on: { click: press } },
    element('span', { text: column.label }),
    icon('arrow-small-up'),
  );
  return element('th', { class: column.numeric ? 'number' : 'text', attributes: { scope: 'col' } }, button);
}

function largestFirst<Row>(column: Column<Row>): { key: string; largestFirst: boolean } {
  return { key: column.key, largestFirst: column.numeric };
}

function filterField(initial: string, onInput: (text: string) => void): HTMLElement {
  const field = new VscodeTextfield();
  field.label = l10n.t('Filter layers');
  field.placeholder = l10n.t('Filter by name or operator');
  field.value = initial;
  field.className = 'filter';
  const lead = icon('filter');
  lead.slot = 'content-before';
  field.append(lead);
  field.addEventListener('input', () => onInput(field.value));
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || field.value === '') return;
    field.value = '';
    onInput('');
  });
  return field;
}
