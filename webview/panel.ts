// The page as a whole: takes a snapshot, draws what it holds, and turns what the reader does into requests.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../src/shared/base/assertNever';
import type { PanelState, PanelSubject } from '../src/shared/contracts/panelContract';
import type { ModelView } from '../src/shared/contracts/viewModels';
import { element, fill } from './dom';
import { fileName } from './header';
import { errorText, type PanelHost } from './host';
import { createJobView, type JobView } from './jobView';
import { emptyView, failedView, loadingView } from './messageView';
import { createModelPage, modelOf, type ModelPage, type ModelSubject } from './modelPage';
import { contentKey } from './snapshots';
import type { ThemeSource } from './theme';
import type { ViewStateStore } from './viewState';

export interface PanelOptions {
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

type Drawn =
  | { readonly kind: 'model'; readonly key: string; readonly model: ModelView; readonly page: ModelPage }
  | { readonly kind: 'job'; readonly id: string; readonly view: JobView }
  | { readonly kind: 'message'; readonly key: string };

/** A key held down in the table passes many layers; the one it rests on is read. */
const selectionDelayMs = 80;

export function createPanel({ host, store, theme }: PanelOptions): {
  readonly element: HTMLElement;
  readonly show: (state: PanelState) => void;
} {
  const root = element('main', { class: 'panel' });
  const failure = element('div', { class: 'failure', attributes: { role: 'alert' } });
  let drawn: Drawn | undefined;
  let latest: PanelState | undefined;
  let timer = 0;
  /** A selection made here that the editor has not answered yet; snapshots from before it are behind. */
  let pending: string | undefined;
  return { element: element('div', { class: 'panel-frame' }, failure, root), show };

  function show(state: PanelState): void {
    const first = latest === undefined;
    latest = state;
    draw(state.subject);
    if (drawn?.kind !== 'model') return;
    if (first && restoreSelection(state)) return;
    rememberSelection(drawn.model, state);
    drawn.page.update(pending ?? state.selectedLayer, state.detail);
  }

  function draw(subject: PanelSubject | null): void {
    if (subject === null) return message('empty', emptyView);
    switch (subject.kind) {
      case 'loading':
        return message(contentKey(subject), () => loadingView(subject.path));
      case 'failed':
        return message(contentKey(subject), () =>
          failedView(subject.title ?? l10n.t('{0} cannot be shown', fileName(subject.path)), subject.message),
        );
      case 'job':
        if (drawn?.kind === 'job' && drawn.id === subject.job.id) return drawn.view.update(subject.job);
        return job(
          subject.job.id,
          createJobView(subject.job, () => run(host.call('cancelJob', { id: subject.job.id }))),
        );
      case 'model':
      case 'experiment':
      case 'comparison':
        return model(subject);
      default:
        return assertNever(subject);
    }
  }

  function message(key: string, make: () => HTMLElement): void {
    if (drawn?.kind === 'message' && drawn.key === key) return;
    replace({ kind: 'message', key }, make());
  }

  function job(id: string, view: JobView): void {
    replace({ kind: 'job', id, view }, view.element);
  }

  function model(subject: ModelSubject): void {
    const key = contentKey(subject);
    if (drawn?.kind === 'model' && drawn.key === key) return;
    const page = createModelPage({
      host,
      store,
      theme,
      subject,
      onLayer: (layer) => {
        window.clearTimeout(timer);
        pending = layer;
        timer = window.setTimeout(() => select(layer), selectionDelayMs);
      },
      onTensor: (tensor) => {
        store.update({ tensor });
        run(host.call('selectTensor', { tensor }));
      },
      run,
    });
    replace({ kind: 'model', key, model: modelOf(subject), page }, page.element);
  }

  function replace(next: Drawn, content: HTMLElement): void {
    if (drawn?.kind === 'model') drawn.page.dispose();
    window.clearTimeout(timer);
    pending = undefined;
    drawn = next;
    fill(failure);
    fill(root, content);
  }

  function select(layer: string): void {
    const asked = host.call('selectLayer', { layer }).finally(() => {
      // A later selection may wait behind this one.
      if (pending === layer) pending = undefined;
    });
    run(asked);
  }

  /** After a reload the editor may have forgotten the selection; the page has not. True where it asked for it. */
  function restoreSelection(state: PanelState): boolean {
    const { path, layer, tensor } = store.get();
    if (state.selectedLayer !== null || layer === null || drawn?.kind !== 'model') return false;
    const { model } = drawn;
    if (model.path !== path) return false;
    if (!model.layers.some(({ name }) => name === layer)) return false;
    drawn.page.update(layer, { kind: 'loading' });
    pending = layer;
    const asked = host.call('selectLayer', { layer }).finally(() => (pending = undefined));
    run(tensor === null ? asked : asked.then(() => host.call('selectTensor', { tensor })));
    return true;
  }

  function rememberSelection({ path }: ModelView, { selectedLayer, detail }: PanelState): void {
    const tensor = detail.kind === 'ready' ? detail.detail.before.tensor.name : null;
    const kept = store.get();
    if (kept.path === path && kept.layer === selectedLayer && kept.tensor === tensor) return;
    store.update({ path, layer: selectedLayer, tensor });
  }

  function run(work: Promise<unknown>): void {
    work.then(
      () => fill(failure),
      (error: unknown) => fill(failure, errorText(error)),
    );
  }
}
