// The half of the page that shows the selected layer. Drawn anew only when what it shows has changed, so that zoom and
// scroll stay when an unchanged snapshot arrives.
import * as l10n from '@vscode/l10n';
import type { DetailState } from '../src/shared/contracts/panelContract';
import type { ModelView } from '../src/shared/contracts/viewModels';
import { fill, element } from './dom';
import { createLayerDetail } from './detail/layerDetail';
import type { DetailPart } from './detail/detailPart';
import type { PanelHost } from './host';
import { failedView, loadingView } from './messageView';
import { rememberScroll } from './scrolling';
import { contentKey } from './snapshots';
import type { ThemeSource } from './theme';
import type { ViewStateStore } from './viewState';

export interface DetailPane {
  readonly element: HTMLElement;
  readonly update: (state: DetailState, layer: string | null) => void;
  readonly dispose: () => void;
}

export interface DetailPaneOptions {
  readonly model: ModelView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onTensor: (tensor: string) => void;
}

/** Shorter loads keep the old picture and do not flicker. */
const patienceMs = 250;

export function createDetailPane(options: DetailPaneOptions): DetailPane {
  const pane = element('div', {
    class: 'detail-pane',
    attributes: { role: 'region', 'aria-label': l10n.t('Selected layer') },
  });
  let shown: { readonly key: string; readonly part?: DetailPart } | undefined;
  let waiting = 0;
  rememberScroll(pane, 'detail', options.store);
  return {
    element: pane,
    update,
    dispose: () => {
      window.clearTimeout(waiting);
      shown?.part?.dispose();
    },
  };

  function update(state: DetailState, layer: string | null): void {
    window.clearTimeout(waiting);
    pane.setAttribute('aria-busy', String(state.kind === 'loading'));
    const key = contentKey(state);
    if (key === shown?.key) return;
    if (state.kind === 'loading' && shown?.part) {
      waiting = window.setTimeout(() => show(key, loadingView(layer ?? '')), patienceMs);
      return;
    }
    switch (state.kind) {
      case 'none':
        return show(
          key,
          element('p', { class: 'dim hint', text: l10n.t('Select a layer to see its weights.') }),
        );
      case 'loading':
        return show(key, loadingView(layer ?? ''));
      case 'failed':
        return show(
          key,
          failedView(l10n.t('The weights of {0} cannot be shown', layer ?? ''), state.message),
        );
      case 'ready': {
        const part = createLayerDetail({
          ...options,
          detail: state.detail,
          layer: options.model.layers.find(({ name }) => name === state.detail.layer),
        });
        return show(key, part.element, part);
      }
    }
  }

  function show(key: string, content: HTMLElement, part?: DetailPart): void {
    const hadFocus = pane.contains(document.activeElement);
    const focused = hadFocus ? focusMark(document.activeElement) : undefined;
    shown?.part?.dispose();
    shown = part ? { key, part } : { key };
    fill(pane, content);
    // A tab that was pressed is a new element now; the keyboard stays on it.
    if (focused) pane.querySelector<HTMLElement>(focused)?.focus();
  }
}

function focusMark(active: Element | null): string | undefined {
  if (active?.getAttribute('role') === 'tab') return '[role="tab"][aria-selected="true"]';
  if (active?.matches('canvas.heatmap')) return 'canvas.heatmap';
  return undefined;
}
