// Tables of a report in HTML.
import type { Table } from '../../markdownTable';
import { html, type Content, type Markup } from './markup';

export interface HtmlColumn<Row> {
  readonly title: string;
  readonly kind: 'text' | 'figure';
  readonly cell: (row: Row) => Content;
}

/** A table that scrolls by itself where the page is too narrow for it. */
export function htmlTable<Row>(
  label: string,
  columns: readonly HtmlColumn<Row>[],
  rows: readonly Row[],
): Markup {
  return html`<div class="table-box" role="region" aria-label="${label}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map(({ title, kind }) =>
            // A heading that says nothing is none.
            title === '' ? html`<td></td>` : html`<th scope="col" class="${kind}">${title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map(({ kind, cell }, i) =>
                i === 0
                  ? html`<th scope="row" class="${kind}">${cell(row)}</th>`
                  : html`<td class="${kind}">${cell(row)}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A table of text; its first column is text, the others are figures. */
export function textTable(label: string, { head, rows }: Table): Markup {
  const columns = head.map((title, i): HtmlColumn<readonly string[]> => ({
    title,
    kind: i === 0 ? 'text' : 'figure',
    cell: (row) => row[i] ?? '',
  }));
  return htmlTable(label, columns, rows);
}
