// What a panel shows: holds its state, loads what is selected, and answers its page. One for each page; free of
// VS Code. Every change makes a whole new snapshot with a higher revision.
import { assertNever } from '../../shared/base/assertNever';
import type { Disposable } from '../../shared/base/disposable';
import { CounterweightError } from '../../shared/base/errors';
import { Emitter, type Event } from '../../shared/base/events';
import { cancelled, type Cancelled } from '../../shared/contracts/contract';
import type { HeatmapSide } from '../../shared/contracts/engineContract';
import type { ComparedRuns, PanelState, PanelSubject } from '../../shared/contracts/panelContract';
import type { GridDetailView, HeatmapView, RegionView } from '../../shared/contracts/layerViews';
import type { SchemeId, SchemesView } from '../../shared/contracts/schemeViews';
import type { SensitivityReportView } from '../../shared/contracts/sensitivityViews';
import type { ModelView, StepsView } from '../../shared/contracts/viewModels';
import type { EngineCalls } from '../engineCalls';
import { localizeError } from '../localize';
import { isPrunable, type LockedLayers } from '../models/lockedLayers';
import type { Run } from '../runs/runRecord';
import {
  jobSubject,
  largestLayer,
  modelIn,
  pathOf,
  stepsIn,
  titleOf,
  trialFiles,
  type Shown,
} from './panelSubjects';

export interface PanelSources {
  readonly engine: EngineCalls;
  readonly readModel: (path: string) => Promise<ModelView>;
  readonly findRun: (folder: string) => Promise<Run | undefined>;
  /** The latest measurement of what the layers of a model bear when they are quantized. */
  readonly findSensitivity: (model: string) => SensitivityReportView | undefined;
  readonly locks: LockedLayers;
}

export class PanelController implements Disposable {
  private readonly changes = new Emitter<PanelState>();
  private readonly selections = new Emitter<{ readonly path: string; readonly layer: string }>();
  private current: PanelState = {
    revision: 0,
    subject: null,
    selectedLayer: null,
    locked: [],
    detail: { kind: 'none' },
  };
  private compared: { readonly model: ModelView; readonly answer: SchemesView } | undefined;
  private readonly listening: Disposable;
  private request: Shown | undefined;
  private subjectLoad = new AbortController();
  private detailLoad = new AbortController();

  readonly onDidChange: Event<PanelState> = this.changes.event;
  /** A layer of a model was selected here. */
  readonly onDidSelect = this.selections.event;

  constructor(private readonly sources: PanelSources) {
    this.listening = sources.locks.onDidChange((file) => {
      const { model } = this;
      if (model?.path === file) this.set({ locked: sources.locks.in(model) });
    });
  }

  get state(): PanelState {
    return this.current;
  }

  get shown(): Shown | undefined {
    return this.request;
  }

  /** Shows a subject, with the given layer selected or else the one with the most parameters. */
  async show(request: Shown, layer?: string): Promise<void> {
    if (!sameShown(request, this.request) || this.current.subject?.kind === 'failed') {
      this.subjectLoad.abort();
      this.detailLoad.abort();
      this.subjectLoad = new AbortController();
      this.request = request;
      await this.load(request, this.subjectLoad.signal, layer);
    } else if (layer !== undefined) {
      await this.selectLayer(layer);
    }
  }

  /** Shows the same again, from the files as they are now. */
  async reload(): Promise<void> {
    const { request } = this;
    if (request === undefined) return;
    const layer = this.current.selectedLayer ?? undefined;
    this.request = undefined;
    await this.show(request, layer);
  }

  /** Takes over what became of a run, where it is the one that is shown. */
  async update(run: Run): Promise<void> {
    if (this.request?.kind !== 'run' || this.request.folder !== run.folder) return;
    if (run.record.state === 'running') this.setSubject(jobSubject(run));
    else await this.load(this.request, this.subjectLoad.signal);
  }

  async selectLayer(layer: string, tensor?: string): Promise<void> {
    const model = this.model;
    const chosen = model?.layers.find(({ name }) => name === layer);
    if (model === undefined || (chosen === undefined && !this.isAdded(layer))) return;
    this.detailLoad.abort();
    this.detailLoad = new AbortController();
    const { signal } = this.detailLoad;
    if (chosen !== undefined) this.selections.fire({ path: model.path, layer });
    if (chosen?.tensors.length === 0) {
      this.set({ selectedLayer: layer, detail: { kind: 'none' } });
      return;
    }
    this.set({ selectedLayer: layer, detail: { kind: 'loading' } });
    try {
      const params = {
        path: model.path,
        layer,
        ...this.compressed,
        ...(tensor === undefined ? {} : { tensor }),
      };
      const detail = await this.sources.engine.call('layer', params, signal);
      if (signal.aborted || detail === cancelled) return;
      this.set({ detail: { kind: 'ready', detail } });
    } catch (error) {
      if (!signal.aborted) this.set({ detail: { kind: 'failed', message: localizeError(error) } });
    }
  }

  /** Only the second of the two models on show has the layer. */
  private isAdded(layer: string): boolean {
    const { subject } = this.current;
    const changes = subject?.kind === 'experiment' ? subject.report.layers : undefined;
    const compared = subject?.kind === 'comparison' ? subject.comparison.layers : changes;
    return compared?.some(({ name, change }) => name === layer && change === 'added') ?? false;
  }

  /** Locks layers of the model on show from pruning, or unlocks them; names of others are not taken. */
  lockLayers(layers: readonly string[], locked: boolean): void {
    const { model } = this;
    if (model === undefined) return;
    const known = model.layers.filter((layer) => isPrunable(layer) && layers.includes(layer.name));
    this.sources.locks.set(
      model.path,
      known.map(({ name }) => name),
      locked,
    );
  }

  async selectTensor(tensor: string): Promise<void> {
    if (this.current.selectedLayer !== null) await this.selectLayer(this.current.selectedLayer, tensor);
  }

  /** Finer cells of what is shown; aborted with the caller's signal. */
  async region(side: HeatmapSide, region: RegionView, signal: AbortSignal): Promise<HeatmapView> {
    const params = { ...this.shownTensor(), side, region };
    return settled(await this.sources.engine.call('region', params, signal));
  }

  /** The elements on one of the grids of what is shown; aborted with the caller's signal. */
  async grid(index: number, signal: AbortSignal): Promise<GridDetailView> {
    return settled(await this.sources.engine.call('grid', { ...this.shownTensor(), index }, signal));
  }

  /** What schemes of quantization would do to the model on show; measured once for each time that it is loaded. */
  async schemes(signal: AbortSignal): Promise<SchemesView> {
    const { model } = this;
    if (model === undefined) throw new CounterweightError('INTERNAL', { problem: 'no model is shown' });
    if (this.compared?.model === model) return this.compared.answer;
    const answer = settled(await this.sources.engine.call('schemes', { path: model.path }, signal));
    this.compared = { model, answer };
    return answer;
  }

  /** The steps that a scheme stands for which was compared: for all layers, or for one and the rest as int8. */
  stepsFor(id: SchemeId, layer: string | undefined): StepsView {
    const scheme = this.compared?.answer.schemes.find((each) => each.id === id);
    if (scheme === undefined || this.compared?.model !== this.model) {
      throw new CounterweightError('INTERNAL', { problem: `scheme ${id} was not compared` });
    }
    const { options } = scheme;
    return [{ quantize: layer === undefined ? options : { perLayer: { [layer]: options } } }];
  }

  /** The tensor whose pictures are on the page, and what is laid beside it. */
  private shownTensor(): { path: string; layer: string; tensor: string; compressed?: string } {
    const { detail, selectedLayer: layer } = this.current;
    const { model } = this;
    if (model === undefined || layer === null || detail.kind !== 'ready') {
      throw new CounterweightError('INTERNAL', { problem: 'no layer is shown' });
    }
    const tensor = detail.detail.before.tensor.name;
    return { path: model.path, layer, tensor, ...this.compressed };
  }

  /** The model whose layers are listed. */
  get model(): ModelView | undefined {
    return modelIn(this.current.subject);
  }

  /** The files that are on show, which the page may ask to see in the Explorer. */
  get files(): readonly string[] {
    const { subject } = this.current;
    switch (subject?.kind) {
      case 'model':
        return [subject.model.path];
      case 'experiment': {
        const { original, compressed } = subject.report;
        const run = this.request?.kind === 'run' ? [this.request.folder] : [];
        return [original.path, compressed.path, ...run];
      }
      case 'comparison':
        return [subject.before.path, subject.after.path];
      case 'diagnosis':
      case 'sensitivity':
        return this.request?.kind === 'run' ? [subject.report.path, this.request.folder] : [];
      case 'search': {
        const { search, winner } = subject.report;
        return [winner.path, ...trialFiles(search)];
      }
      case 'job':
        return subject.job.search === undefined ? [] : trialFiles(subject.job.search);
      case 'failed':
        return subject.search === undefined ? [] : trialFiles(subject.search);
      default:
        return [];
    }
  }

  /** The model file that is on show, whatever is told of it. */
  get modelPath(): string | undefined {
    const { subject } = this.current;
    return this.model?.path ?? (subject?.kind === 'diagnosis' ? subject.report.path : undefined);
  }

  /** Folder of the run that is on show. */
  get runFolder(): string | undefined {
    return this.request?.kind === 'run' ? this.request.folder : undefined;
  }

  dispose(): void {
    this.subjectLoad.abort();
    this.detailLoad.abort();
    this.listening.dispose();
    this.changes.dispose();
    this.selections.dispose();
  }

  private async load(request: Shown, signal: AbortSignal, layer?: string): Promise<void> {
    const run = request.kind === 'run' ? await this.sources.findRun(request.folder) : undefined;
    if (signal.aborted) return;
    if (run?.record.state === 'running') return this.setSubject(jobSubject(run));
    const file = pathOf(request, run);
    this.setSubject({ kind: 'loading', path: file });
    try {
      const subject = await this.subjectOf(request, run, signal);
      if (signal.aborted || subject === undefined) return;
      this.setSubject(subject);
    } catch (error) {
      if (signal.aborted) return;
      this.setSubject({
        kind: 'failed',
        path: file,
        ...titleOf(request, run),
        message: localizeError(error),
        ...(run?.resumable && { resumable: true }),
        ...(run?.curves && { curves: run.curves, ...stepsIn(run) }),
        ...(run?.trials && { search: run.trials }),
      });
      return;
    }
    const first = layer ?? largestLayer(this.model);
    if (first !== undefined) await this.selectLayer(first);
  }

  /** Undefined where the load was cancelled. */
  private async subjectOf(
    request: Shown,
    run: Run | undefined,
    signal: AbortSignal,
  ): Promise<PanelSubject | undefined> {
    const { engine, readModel } = this.sources;
    switch (request.kind) {
      case 'model':
        return { kind: 'model', model: await readModel(request.path) };
      case 'comparison': {
        const { before, after } = request;
        const [a, b] = await Promise.all([readModel(before), readModel(after)]);
        const comparison = await engine.call('compare', { before, after }, signal);
        if (comparison === cancelled) return undefined;
        const runs = request.runs && (await this.comparedRuns(request.runs));
        return { kind: 'comparison', before: a, after: b, comparison, ...(runs && { runs }) };
      }
      case 'run': {
        const failure = run?.record.failure;
        if (failure !== undefined) throw new CounterweightError(failure.code, failure.values as never);
        if (run?.search !== undefined) return { kind: 'search', report: run.search };
        if (run?.diagnosis !== undefined) return { kind: 'diagnosis', report: run.diagnosis };
        if (run?.sensitivity !== undefined) {
          const model = await readModel(run.record.model);
          return { kind: 'sensitivity', model, report: run.sensitivity };
        }
        if (run?.report === undefined) {
          throw run?.record.state === 'cancelled'
            ? new CounterweightError('RUN_CANCELLED', {})
            : new CounterweightError('RUN_WITHOUT_REPORT', { folder: request.folder });
        }
        const model = await readModel(run.record.model);
        const sensitivity = this.sources.findSensitivity(model.path);
        return { kind: 'experiment', model, report: run.report, ...(sensitivity && { sensitivity }) };
      }
      default:
        return assertNever(request);
    }
  }

  /** Undefined where one of them is no longer there; the files are compared all the same. */
  private async comparedRuns({
    before,
    after,
  }: NonNullable<Extract<Shown, { kind: 'comparison' }>['runs']>): Promise<ComparedRuns | undefined> {
    const [first, second] = await Promise.all([this.sources.findRun(before), this.sources.findRun(after)]);
    if (first?.report === undefined || second?.report === undefined) return undefined;
    return { before: first.report, after: second.report };
  }

  private setSubject(subject: PanelSubject): void {
    const model = modelIn(subject);
    const locked = model === undefined ? [] : this.sources.locks.in(model);
    this.set({ subject, selectedLayer: null, locked, detail: { kind: 'none' } });
  }

  private set(change: Partial<PanelState>): void {
    this.current = { ...this.current, ...change, revision: this.current.revision + 1 };
    this.changes.fire(this.current);
  }

  /** The file that is laid beside the model, where there is one. */
  private get compressed(): { readonly compressed?: string } {
    const { subject } = this.current;
    if (subject?.kind === 'experiment') return { compressed: subject.report.compressed.path };
    return subject?.kind === 'comparison' ? { compressed: subject.after.path } : {};
  }
}

/** An answer that somebody waits for: one that was cancelled is none. */
function settled<T>(answer: T | Cancelled): T {
  if (answer === cancelled) throw new DOMException('cancelled', 'AbortError');
  return answer;
}

function sameShown(a: Shown, b: Shown | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
