// The picture of a search with everything around it: legend, and the line that tells of the network under the cursor.
// It grows in place.
import * as l10n from '@vscode/l10n';
import type { SearchView } from '../../src/shared/contracts/searchViews';
import type { DetailPart } from '../detail/detailPart';
import { element, fill, uniqueId } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createScatterChart, groupLooks } from './scatterChart';
import { isClassified, scatterOf, searchCsv, searchTable, summaryText, trialText } from './searchContent';

export interface ScatterFigureOptions {
  readonly search: SearchView;
  readonly winner?: number;
  /** File name of a saved picture, without its ending. */
  readonly name: string;
  readonly onOpen: (path: string) => void;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export interface ScatterFigure extends DetailPart {
  readonly show: (search: SearchView) => void;
}

export function createScatterFigure(options: ScatterFigureOptions): ScatterFigure {
  const { winner, name, host, store, theme } = options;
  let { search } = options;
  const title = isClassified(search) ? l10n.t('Cost and accuracy') : l10n.t('Cost and loss');
  let content = scatterOf(search, winner);
  let cursor: number | undefined;
  let speaking = 0;
  const helpId = uniqueId('search-help');
  const canvas = element('canvas', {
    class: 'line-chart',
    attributes: {
      tabindex: '0',
      role: 'application',
      'aria-label': l10n.t('{0} of {1}; shown as table by a button', title, name),
      'aria-describedby': helpId,
    },
  });
  const line = element('div', { class: 'readout' });
  const legend = element('span', { class: 'series-legend' });
  const spoken = element('div', { class: 'hidden-label', attributes: { 'aria-live': 'polite' } });
  const figure = createFigure({
    key: 'search',
    title,
    fileName: () => `${name}-search`,
    canvas,
    boxed: true,
    controls: [legend],
    around: [
      line,
      spoken,
      element('div', {
        id: helpId,
        class: 'hidden-label',
        text: l10n.t('Arrow keys move from network to network; Enter opens it.'),
      }),
    ],
    table: () => searchTable(search),
    csv: () => searchCsv(search),
    host,
    store,
  });
  const chart = createScatterChart({
    canvas,
    content,
    theme,
    onCursor: (index, byKeyboard) => {
      cursor = content.points[index ?? -1]?.id;
      say(byKeyboard);
    },
    onOpen: (index) => {
      const trial = trialAt(content.points[index]?.id);
      if (trial) options.onOpen(trial.path);
    },
  });
  fillLegend();
  say(false);

  return {
    element: figure.element,
    show: (next) => {
      search = next;
      content = scatterOf(next, winner);
      chart.show(content);
      figure.refresh();
      say(false);
    },
    dispose: () => {
      window.clearTimeout(speaking);
      chart.dispose();
    },
  };

  function trialAt(id: number | undefined): SearchView['trials'][number] | undefined {
    return search.trials.find(({ trial }) => trial === id);
  }

  function say(aloud: boolean): void {
    const trial = trialAt(cursor);
    const text = trial ? trialText(search, trial) : summaryText(search);
    if (line.textContent !== text) {
      fill(line, text);
      line.title = text;
    }
    if (!aloud) return;
    // A key held down passes many points; the one it rests on is read out.
    window.clearTimeout(speaking);
    speaking = window.setTimeout(() => fill(spoken, text), 200);
  }

  function fillLegend(): void {
    fill(
      legend,
      ...content.groups.map((label, group) =>
        element('span', {}, swatch(groupLooks[group % groupLooks.length]!.shape), label),
      ),
      winner !== undefined && element('span', {}, swatch('ring'), content.markedLabel),
    );
  }
}

function swatch(look: string): HTMLElement {
  return element('span', {
    class: `point-swatch point-swatch-${look}`,
    attributes: { 'aria-hidden': 'true' },
  });
}
