// The table of sizes: before, after, their ratio, and a bar that shows what is left.
import * as l10n from '@vscode/l10n';
import { element } from '../dom';
import { bar } from '../layers/bar';
import { sizeRows, type MeasuredPair, type SizeRow } from './sizeRows';

export function sizesTable(pair: MeasuredPair): HTMLElement {
  const heads: readonly [label: string, kind: string][] = [
    [l10n.t('Before'), 'number'],
    [l10n.t('After'), 'number'],
    [l10n.t('Ratio'), 'number'],
    [l10n.t('Change'), 'text'],
  ];
  return element(
    'table',
    { class: 'data-table sizes-table', attributes: { 'aria-label': l10n.t('Sizes before and after') } },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td'),
        ...heads.map(([label, kind]) =>
          element('th', { class: kind, text: label, attributes: { scope: 'col' } }),
        ),
      ),
    ),
    element('tbody', {}, ...sizeRows(pair).map(row)),
  );
}

function row(size: SizeRow): HTMLTableRowElement {
  return element(
    'tr',
    size.exact === undefined ? {} : { title: size.exact },
    element(
      'th',
      { class: 'text', attributes: { scope: 'row' } },
      size.label,
      size.condition !== undefined && element('span', { class: 'dim condition', text: size.condition }),
    ),
    element('td', { class: 'number', text: size.before }),
    element('td', { class: 'number strong', text: size.after }),
    element(
      'td',
      { class: 'number' },
      element(
        'span',
        { class: 'barred' },
        size.share !== undefined && bar(size.share, 'after'),
        element('span', { text: size.ratio }),
      ),
    ),
    element('td', { class: 'text', text: size.change }),
  );
}
