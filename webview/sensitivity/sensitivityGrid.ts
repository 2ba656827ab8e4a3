// The heatmap of layers by settings as a table that is walked with the keyboard: a row is selected like a layer anywhere
// else, and its lock is a button in it.
import * as l10n from '@vscode/l10n';
import { formatCount, formatInteger } from '../../src/shared/base/numbers';
import {
  sensitivityText,
  settingText,
  type SensitivityMeasure,
} from '../../src/shared/base/sensitivityFigures';
import type {
  LayerSensitivityView,
  SensitivityReportView,
} from '../../src/shared/contracts/sensitivityViews';
import { element, fill, icon } from '../dom';
import { rowByKey } from '../rowKeys';
import { revealRow } from '../scrolling';
import type { Theme } from '../theme';
import { harmScale } from './harm';
import { cellColors } from './heatCell';
import { isLocked, measureLabel, namesOf, pointText } from './sensitivityTexts';

export interface SensitivityGrid {
  readonly element: HTMLElement;
  /** Marks the row of a layer; null for none. */
  readonly select: (layer: string | null) => void;
  readonly lock: (locked: readonly string[]) => void;
  readonly paint: (measure: SensitivityMeasure, theme: Theme) => void;
}

export interface SensitivityGridOptions {
  readonly report: SensitivityReportView;
  readonly onSelect: (layer: string) => void;
  readonly onLock: (layers: readonly string[], locked: boolean) => void;
  /** Gets what the pointer or the keyboard is at; nothing where it is nowhere. */
  readonly onPoint: (text: string) => void;
}

interface Row {
  readonly layer: LayerSensitivityView;
  readonly line: HTMLTableRowElement;
  readonly cells: readonly HTMLTableCellElement[];
  readonly lock: HTMLButtonElement;
}

export function createSensitivityGrid(options: SensitivityGridOptions): SensitivityGrid {
  const { report, onSelect, onLock, onPoint } = options;
  let selected: Row | undefined;
  const rows = report.layers.map((layer) => rowOf(layer));
  const body = element('tbody', {}, ...rows.map(({ line }) => line));
  const head = element(
    'thead',
    {},
    element(
      'tr',
      {},
      element('th', { text: l10n.t('Layer'), attributes: { scope: 'col' } }),
      element('th', { class: 'lock-column', attributes: { scope: 'col' } }, lockHead()),
      element('th', { class: 'number spare', text: l10n.t('Weights'), attributes: { scope: 'col' } }),
      ...report.settings.map((setting) =>
        element('th', {
          class: 'number',
          text: settingText(report.step, setting),
          attributes: { scope: 'col' },
        }),
      ),
    ),
  );
  const table = element(
    'table',
    { class: 'data-table heat-table', attributes: { role: 'grid' }, on: { keydown: onKey } },
    head,
    body,
  );
  const scroller = element('div', { class: 'table-scroller heat-scroller' }, table);
  scroller.addEventListener('mouseleave', () => onPoint(''));
  markTabStop();
  return { element: scroller, select, lock, paint };

  function rowOf(layer: LayerSensitivityView): Row {
    const { name, coupled = [], operator, parameters, points } = layer;
    const button = element('button', {
      class: 'icon-button lock-button',
      attributes: { type: 'button', tabindex: '-1' },
      on: {
        click: (event) => {
          event.stopPropagation();
          onLock(namesOf(layer), button.getAttribute('aria-pressed') !== 'true');
        },
      },
    });
    const cells = points.map((point) => {
      const text = pointText(report, layer, point);
      return element('td', { class: 'number heat', title: text, on: { mouseenter: () => onPoint(text) } });
    });
    const line = element(
      'tr',
      { attributes: { 'aria-selected': 'false', tabindex: '-1' } },
      element(
        'th',
        { title: `${namesOf(layer).join(', ')} (${operator})`, attributes: { scope: 'row' } },
        element('span', { class: 'heat-name', text: name }),
        coupled.length > 0 && element('span', { class: 'dim', text: ` +${coupled.length}` }),
      ),
      element('td', { class: 'lock-column' }, button),
      element('td', {
        class: 'number spare',
        text: formatCount(parameters),
        title: formatInteger(parameters),
      }),
      ...cells,
    );
    const row: Row = { layer, line, cells, lock: button };
    line.addEventListener('click', () => choose(row));
    return row;
  }

  function select(name: string | null): void {
    const row = name === null ? undefined : rows.find(({ layer }) => namesOf(layer).includes(name));
    if (row === selected) return;
    selected?.line.setAttribute('aria-selected', 'false');
    row?.line.setAttribute('aria-selected', 'true');
    selected = row;
    markTabStop();
    if (row) revealRow(scroller, row.line, head.offsetHeight);
  }

  function choose(row: Row): void {
    if (row !== selected) {
      select(row.layer.name);
      onSelect(row.layer.name);
    }
    row.line.focus({ preventScroll: true });
  }

  function lock(locked: readonly string[]): void {
    for (const { layer, line, lock: button } of rows) {
      const held = isLocked(layer, locked);
      const label = held ? l10n.t('Unlock {0}', layer.name) : l10n.t('Lock {0} from pruning', layer.name);
      button.setAttribute('aria-pressed', String(held));
      button.setAttribute('aria-label', label);
      button.title = label;
      fill(button, icon(held ? 'lock' : 'unlock'));
      line.classList.toggle('locked', held);
    }
  }

  function paint(measure: SensitivityMeasure, theme: Theme): void {
    table.setAttribute('aria-label', l10n.t('{0} of layers by settings', measureLabel(measure)));
    const placeOf = harmScale(report, measure);
    for (const { layer, cells } of rows) {
      layer.points.forEach((point, index) => {
        const cell = cells[index];
        if (!cell) return;
        const { ground, text } = cellColors(theme.heatmap.error, placeOf(point));
        cell.textContent = sensitivityText(measure, point[measure]);
        cell.style.backgroundColor = ground;
        cell.style.color = text;
      });
    }
  }

  // One row takes part in the tab order, and its lock after it.
  function markTabStop(): void {
    const stop = selected ?? rows[0];
    for (const row of rows) {
      row.line.tabIndex = row === stop ? 0 : -1;
      row.lock.tabIndex = row === stop ? 0 : -1;
    }
  }

  function onKey(event: KeyboardEvent): void {
    const row = rowByKey(event, rows, scroller, ({ line }) => line);
    if (row) choose(row);
  }
}

function lockHead(): HTMLElement {
  return element('span', { class: 'hidden-label', text: l10n.t('Locked from pruning') });
}
