// The trials of a search as a table that is sorted by any column, with what they reached on validation samples; the name of a trial opens its network. Filled anew
// while the search goes on.
import * as l10n from '@vscode/l10n';
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../src/shared/base/numbers';
import { costText } from '../../src/shared/base/searchBudget';
import type { SearchView, TrialView } from '../../src/shared/contracts/searchViews';
import { element, fill, icon, type Child } from '../dom';
import { nextSort, sortRows, type Sort, type SortValue } from '../layers/sortRows';
import type { ViewStateStore } from '../viewState';
import { isClassified } from './searchContent';

export interface TrialTableOptions {
  readonly search: SearchView;
  readonly winner?: number;
  readonly store: ViewStateStore;
  readonly onOpen: (path: string) => void;
}

export interface TrialTable {
  readonly element: HTMLElement;
  readonly show: (search: SearchView) => void;
}

interface Column {
  readonly key: string;
  readonly label: string;
  readonly numeric: boolean;
  readonly value: (trial: TrialView) => SortValue;
  readonly text: (trial: TrialView) => string;
  readonly exact?: (trial: TrialView) => string;
}

const sortKey = 'trials';

export function createTrialTable({ search: first, winner, store, onOpen }: TrialTableOptions): TrialTable {
  let search = first;
  const head = element('tr');
  const body = element('tbody');
  const table = element(
    'table',
    { class: 'data-table trial-table', attributes: { 'aria-label': l10n.t('Trials') } },
    element('thead', {}, head),
    body,
  );
  draw();
  return {
    element: element('div', { class: 'table-scroller plain' }, table),
    show: (next) => {
      search = next;
      draw();
    },
  };

  function draw(): void {
    const columns = columnsOf(search);
    const sort: Sort | undefined = store.get().sorts[sortKey];
    const column = columns.find(({ key }) => key === sort?.column);
    const rows = column && sort ? sortRows(search.trials, column.value, sort.descending) : search.trials;
    // The focus stays on what it was on when rows are made anew.
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset['focus'] : undefined;
    fill(head, ...columns.map((each) => headerOf(each, each === column ? sort : undefined)));
    fill(body, ...rows.map((trial) => rowOf(trial, columns)));
    if (focused !== undefined) table.querySelector<HTMLElement>(`[data-focus="${focused}"]`)?.focus();
  }

  function headerOf(column: Column, sort: Sort | undefined): HTMLElement {
    const press = (): void => {
      const next = nextSort(store.get().sorts[sortKey], { key: column.key, largestFirst: column.numeric });
      const { [sortKey]: _, ...others } = store.get().sorts;
      store.update({ sorts: next ? { ...others, [sortKey]: next } : others });
      draw();
    };
    const button = element(
      'button',
      { class: 'sort-button', attributes: { type: 'button' }, on: { click: press } },
      element('span', { text: column.label }),
      icon('arrow-small-up'),
    );
    button.dataset['focus'] = `column-${column.key}`;
    const direction = sort === undefined ? 'none' : sort.descending ? 'descending' : 'ascending';
    return element(
      'th',
      { class: column.numeric ? 'number' : 'text', attributes: { scope: 'col', 'aria-sort': direction } },
      button,
    );
  }

  function rowOf(trial: TrialView, columns: readonly Column[]): HTMLElement {
    const isWinner = trial.trial === winner;
    return element(
      'tr',
      { class: isWinner ? 'winner' : '' },
      ...columns.map((column, index) => {
        const title = column.exact?.(trial);
        const content: Child = index === 0 ? opener(trial, isWinner) : column.text(trial);
        return element(
          index === 0 ? 'th' : 'td',
          {
            class: column.numeric ? 'number' : 'text',
            ...(title === undefined ? {} : { title }),
            attributes: { scope: index === 0 ? 'row' : null },
          },
          content,
        );
      }),
    );
  }

  function opener(trial: TrialView, isWinner: boolean): Child {
    const label = isWinner ? l10n.t('{0} (winner)', trial.trial) : String(trial.trial);
    if (trial.path === '') return label;
    const button = element('button', {
      class: 'link-button',
      text: label,
      title: l10n.t('Open the network of trial {0}', trial.trial),
      attributes: { type: 'button' },
      on: { click: () => onOpen(trial.path) },
    });
    button.dataset['focus'] = `trial-${trial.trial}`;
    return button;
  }
}

function columnsOf(search: SearchView): readonly Column[] {
  return [
    { ...figure('trial', l10n.t('Trial'), ({ trial }) => trial, String), numeric: false },
    {
      key: 'architecture',
      label: l10n.t('Architecture'),
      numeric: false,
      value: ({ architecture }) => architecture,
      text: ({ architecture }) => architecture,
    },
    ...(isClassified(search) ? [accuracy()] : []),
    figure('loss', l10n.t('Loss'), ({ validation }) => validation?.loss ?? null, formatValue),
    figure('epochs', l10n.t('Epochs'), ({ epochs }) => epochs, String),
    figure('width', l10n.t('Width'), ({ width }) => width, String),
    figure('depth', l10n.t('Depth'), ({ depth }) => depth, String),
    {
      ...figure('input', l10n.t('Input'), ({ input }) => input.reduce((a, b) => a * b, 1), String),
      text: ({ input }) => input.join('×'),
    },
    {
      ...figure('macs', l10n.t('MACs'), ({ costs }) => costs.macs, formatCount),
      exact: ({ costs }) => formatInteger(costs.macs),
    },
    {
      ...figure('parameters', l10n.t('Parameters'), ({ costs }) => costs.parameters, formatCount),
      exact: ({ costs }) => formatInteger(costs.parameters),
    },
    {
      ...figure('bytes', l10n.t('Size'), ({ costs }) => costs.bytes, formatBytes),
      exact: ({ costs }) => l10n.t('{0} bytes', formatInteger(costs.bytes)),
    },
    ...(search.budget.measure === 'latency' ? [latency()] : []),
    figure('parent', l10n.t('Changed from'), ({ parent }) => parent ?? null, String),
  ];
}

function accuracy(): Column {
  return figure(
    'accuracy',
    l10n.t('Accuracy'),
    ({ validation }) => validation?.accuracy ?? null,
    (fraction) => formatPercent(fraction, 1),
  );
}

function latency(): Column {
  return figure(
    'latency',
    l10n.t('Latency'),
    ({ costs }) => costs.latencyMs ?? null,
    (ms) => costText('latency', ms),
  );
}

function figure(
  key: string,
  label: string,
  value: (trial: TrialView) => number | null,
  format: (value: number) => string,
): Column {
  return {
    key,
    label,
    numeric: true,
    value,
    text: (trial) => {
      const known = value(trial);
      return known === null ? '–' : format(known);
    },
  };
}
