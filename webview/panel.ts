// The page as a whole: takes a snapshot, draws what it holds, and turns what the reader does into requests.
import { assertNever } from '../src/shared/base/assertNever';
import type { JobState, PanelState, PanelSubject } from '../src/shared/contracts/panelContract';
import type { ModelView } from '../src/shared/contracts/viewModels';
import type { DetailPart } from './detail/detailPart';
import { createDiagnosisPage } from './diagnosis/diagnosisPage';
import { element, fill } from './dom';
import { createFailedPage } from './failedPage';
import { errorText, type PanelHost } from './host';
import { createJobView, type JobView } from './jobView';
import { emptyView, loadingView } from './messageView';
import { createModelPage, modelOf, type ModelPage, type ModelSubject } from './modelPage';
import { createSearchPage } from './search/searchPage';
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
  | { readonly kind: 'page'; readonly key: string; readonly page: DetailPart };

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
    drawn.page.update(pending ?? state.selectedLayer, state.detail, state.locked);
  }

  function draw(subject: PanelSubject | null): void {
    if (subject === null) return page('empty', () => still(emptyView()));
    switch (subject.kind) {
      case 'loading':
        return page(contentKey(subject), () => still(loadingView(subject.path)));
      case 'failed':
        return page(contentKey(subject), () => createFailedPage({ subject, host, store, theme, run }));
      case 'diagnosis':
        return page(contentKey(subject), () =>
          createDiagnosisPage({ report: subject.report, host, store, theme, run }),
        );
      case 'search':
        return page(contentKey(subject), () =>
          createSearchPage({ report: subject.report, host, store, theme, run }),
        );
      case 'job':
        return job(subject.job);
      case 'model':
      case 'experiment':
      case 'comparison':
      case 'sensitivity':
        return model(subject);
      default:
        return assertNever(subject);
    }
  }

  function page(key: string, make: () => DetailPart): void {
    if (drawn?.kind === 'page' && drawn.key === key) return;
    const made = make();
    replace({ kind: 'page', key, page: made }, made.element);
  }

  function job(state: JobState): void {
    if (drawn?.kind === 'job' && drawn.id === state.id) return drawn.view.update(state);
    const view = createJobView({ job: state, host, store, theme, run });
    replace({ kind: 'job', id: state.id, view }, view.element);
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
    if (drawn) (drawn.kind === 'job' ? drawn.view : drawn.page).dispose();
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
    drawn.page.update(layer, { kind: 'loading' }, state.locked);
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

/** A page with nothing to let go of. */
function still(content: HTMLElement): DetailPart {
  return { element: content, dispose: () => {} };
}
