// The frame of every picture: a title, a toolbar, the picture itself, and the same as a table. Whoever cannot see a
// canvas reads the table; whoever wants the numbers copies them as CSV or saves the picture.
import * as l10n from '@vscode/l10n';
import { element, fill, iconButton, uniqueId, type Child } from './dom';
import { errorText, type PanelHost } from './host';
import { toCsv, type Table } from './charts/csv';
import { withItem, type ViewStateStore } from './viewState';

export interface FigureOptions {
  /** Names the figure in what is remembered and in saved files. */
  readonly key: string;
  readonly title: string;
  /** File name of a saved picture, without its ending. */
  readonly fileName: () => string;
  readonly canvas: HTMLCanvasElement;
  /** What is drawn sizes itself by a box of a fixed height, or sizes its canvas itself. */
  readonly boxed: boolean;
  /** Controls between the title and the buttons that every figure has. */
  readonly controls?: readonly Child[];
  /** Buttons before those that every figure has. */
  readonly actions?: readonly Child[];
  /** What stands with the picture: legend, readout. Hidden with it. */
  readonly around?: readonly Child[];
  /** For reading: a few dozen rows. */
  readonly table: () => Table;
  /** For copying, where it is more than what is read. */
  readonly csv?: () => Table;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
}

export interface Figure {
  readonly element: HTMLElement;
  /** Makes the table anew, where it is shown. */
  readonly refresh: () => void;
}

export function createFigure(options: FigureOptions): Figure {
  const { key, canvas, host, store } = options;
  const titleId = uniqueId('figure');
  const picture = element(
    'div',
    { class: 'figure-picture' },
    options.boxed ? element('div', { class: 'chart-box' }, canvas) : canvas,
    ...(options.around ?? []),
  );
  const table = element('div', {
    class: 'table-scroller figure-table',
    attributes: { tabindex: '0', role: 'region', 'aria-labelledby': titleId },
  });
  const toggle = iconButton('table', l10n.t('Show as table'), () => {
    const next = !shownAsTable();
    store.update({ asTable: withItem(store.get().asTable, key, next) });
    show();
  });
  const copy = iconButton('copy', l10n.t('Copy as CSV'), () => {
    void attempt(host.call('copy', { text: toCsv((options.csv ?? options.table)()) }), l10n.t('Copied.'));
  });
  const save = iconButton('save', l10n.t('Save as PNG'), () => {
    void attempt(savePicture(canvas, options.fileName(), host), '');
  });
  const status = element('span', { class: 'dim figure-status', attributes: { role: 'status' } });
  show();

  return {
    element: element(
      'section',
      { class: 'figure', attributes: { 'aria-labelledby': titleId } },
      element(
        'div',
        { class: 'toolbar' },
        element('h3', { id: titleId, text: options.title }),
        ...(options.controls ?? []),
        status,
        element('span', { class: 'actions' }, ...(options.actions ?? []), toggle, copy, save),
      ),
      picture,
      table,
    ),
    refresh: () => {
      if (shownAsTable()) fill(table, tableElement(options.table()));
    },
  };

  function shownAsTable(): boolean {
    return store.get().asTable.includes(key);
  }

  function show(): void {
    const asTable = shownAsTable();
    picture.hidden = asTable;
    table.hidden = !asTable;
    toggle.setAttribute('aria-pressed', String(asTable));
    save.disabled = asTable;
    fill(table, asTable && tableElement(options.table()));
  }

  async function attempt(work: Promise<unknown>, done: string): Promise<void> {
    try {
      await work;
      fill(status, done);
      window.setTimeout(() => fill(status), 2000);
    } catch (error) {
      fill(status, errorText(error));
    }
  }
}

/** A table of figures, its first column the row's header. */
function tableElement({ columns, rows }: Table): HTMLTableElement {
  return element(
    'table',
    { class: 'data-table' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...columns.map((name) =>
          element('th', { class: 'number', text: name, attributes: { scope: 'col' } }),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row) =>
        element(
          'tr',
          {},
          ...row.map((value, index) =>
            element(index === 0 ? 'th' : 'td', {
              class: 'number',
              text: String(value),
              attributes: { scope: index === 0 ? 'row' : null },
            }),
          ),
        ),
      ),
    ),
  );
}

/** The picture on the page's colour: a PNG with holes would be unreadable elsewhere. */
async function savePicture(canvas: HTMLCanvasElement, name: string, host: PanelHost): Promise<void> {
  const copy = element('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d');
  if (!context) return;
  context.fillStyle = getComputedStyle(document.body).getPropertyValue('--vscode-editor-background');
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => copy.toBlob(resolve, 'image/png'));
  if (!blob) return;
  await host.call('save', {
    name: `${asFileName(name)}.png`,
    content: new Uint8Array(await blob.arrayBuffer()),
  });
}

/** Layers are named like paths; a file cannot be. */
function asFileName(name: string): string {
  return name.replaceAll(/[\\/:*?"<>|\s]+/g, '-').replace(/^[-.]+/, '');
}
