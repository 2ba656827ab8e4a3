// A search while it goes on: the networks that were tried so far, as a picture and as a table.
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../../src/shared/base/disposable';
import type { SearchView } from '../../src/shared/contracts/searchViews';
import { element } from '../dom';
import type { PanelHost } from '../host';
import { section } from '../section';
import { contentKey } from '../snapshots';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createScatterFigure } from './scatterFigure';
import { createTrialTable } from './trialTable';

export interface LiveSearchOptions {
  readonly search: SearchView;
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly run: (work: Promise<unknown>) => void;
}

export interface LiveSearch extends Disposable {
  readonly element: HTMLElement;
  readonly show: (search: SearchView) => void;
}

export function createLiveSearch(options: LiveSearchOptions): LiveSearch {
  const { search, host, store, run } = options;
  const onOpen = (path: string): void => run(host.call('openModel', { path }));
  const scatter = createScatterFigure({ ...options, onOpen });
  const table = createTrialTable({ search, store, onOpen });
  let shown = contentKey(search);
  return {
    element: element(
      'div',
      {},
      section({ key: 'search', title: l10n.t('Search'), store }, scatter.element),
      section({ key: 'trials', title: l10n.t('Trials'), store }, table.element),
    ),
    // Most snapshots bring progress alone.
    show: (next) => {
      const key = contentKey(next);
      if (key === shown) return;
      shown = key;
      scatter.show(next);
      table.show(next);
    },
    dispose: () => scatter.dispose(),
  };
}
