// The runs of this workspace: those on disk, and the jobs of this window while they run. Free of VS Code.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../shared/base/disposable';
import { CounterweightError, toCounterweightError } from '../../shared/base/errors';
import { Emitter, type Event } from '../../shared/base/events';
import { cancelled, type Cancelled } from '../../shared/contracts/contract';
import type { CurvesView, ProgressView } from '../../shared/contracts/viewModels';
import { freePath } from '../freePath';
import type { Job, JobAnswer, JobKind, JobParams } from '../engine/jobRunner';
import { removePartials } from '../engine/removePartials';
import { recordCurves, type CurvesRecorder } from './recordCurves';
import {
  canPause,
  type CompressRecord,
  type DiagnosisRecord,
  type Run,
  type RunFailure,
  type RunRecord,
  type SearchRecord,
  type SensitivityRecord,
} from './runRecord';
import {
  mayStillRun,
  readRuns,
  removeRun,
  runFolderName,
  touchRecord,
  withResumable,
  writeRecord,
} from './runFolders';

/** The part of the job runner that is needed here. */
export interface JobStarter {
  start<K extends RunKind>(kind: K, params: JobParams<K>): RunningJob<K>;
}

/** The jobs that are runs of their own. */
export type RunKind = Exclude<JobKind, 'triage'>;

export type RunningJob<K extends JobKind = RunKind> = Omit<Job<K>, 'id' | 'pid'>;

export interface ExperimentsOptions {
  readonly jobs: JobStarter;
  /** Folders that hold runs. */
  readonly folders: () => readonly string[];
  /** The folder among them that a model's runs go to. */
  readonly folderFor: (model: string) => string;
  /** Gets what went wrong in keeping the records, which must not disturb a job. */
  readonly warn: (text: string) => void;
}

/** What a run is started with: its record without what the start adds. */
export type RunRequest = CompressRequest | DiagnosisRequest | SearchRequest | SensitivityRequest;
export type CompressRequest = Pick<CompressRecord, 'kind' | 'model' | 'steps' | 'output' | 'data' | 'seed'>;
export type DiagnosisRequest = Pick<
  DiagnosisRecord,
  'kind' | 'model' | 'judged' | 'data' | 'seed' | 'learningCurve'
>;

export type SearchRequest = Pick<
  SearchRecord,
  'kind' | 'model' | 'data' | 'seed' | 'architectures' | 'budget' | 'trials' | 'epochs'
>;

export type SensitivityRequest = Pick<
  SensitivityRecord,
  'kind' | 'model' | 'data' | 'seed' | 'method' | 'granularity'
>;

interface LiveRun {
  run: Run;
  readonly job: RunningJob;
  readonly recorder: CurvesRecorder;
}

const signOfLifeMs = 10_000;
const recheckMs = 5_000;

export class Experiments implements Disposable {
  /** Distinguishes this window from all others, also from its own earlier lives. */
  private readonly session = randomUUID();
  private readonly live = new Map<string, LiveRun>();
  private readonly changes = new Emitter<Run | undefined>();
  private readonly ends = new Emitter<Run>();
  private stored: readonly Run[] = [];
  private recheck: NodeJS.Timeout | undefined;
  private ended = false;
  private readonly heartbeat = setInterval(() => this.giveSignOfLife(), signOfLifeMs).unref();

  /** A run changed; undefined where the list did. */
  readonly onDidChange: Event<Run | undefined> = this.changes.event;
  /** A job of this window finished, failed or was cancelled. */
  readonly onDidEnd: Event<Run> = this.ends.event;

  constructor(private readonly options: ExperimentsOptions) {}

  /** Every run that is known, the latest first. */
  get runs(): readonly Run[] {
    const live = [...this.live.values()].map(({ run }) => run).toReversed();
    return [...live, ...this.stored.filter((run) => !this.live.has(run.folder))];
  }

  /** The jobs of this window. */
  get running(): readonly Run[] {
    return [...this.live.values()].map(({ run }) => run);
  }

  find(folder: string): Run | undefined {
    return this.runs.find((run) => run.folder === folder);
  }

  /** The same, reading the disk where the run is not known yet. */
  async lookUp(folder: string): Promise<Run | undefined> {
    if (this.find(folder) === undefined) await this.refresh();
    return this.find(folder);
  }

  /** Reads the runs from disk. */
  async refresh(): Promise<void> {
    const found = (await Promise.all(this.options.folders().map(readRuns))).flat();
    const now = new Date();
    let elsewhere = false;
    const settled = found.map(async (run): Promise<Run> => {
      if (run.record.state !== 'running' || this.live.has(run.folder) || this.endedSince(run)) return run;
      if (!(await mayStillRun(run, this.session, now))) return this.interrupted(run);
      elsewhere = true;
      return run;
    });
    const read = await Promise.all(settled);
    this.stored = read.map((run) => this.endedSince(run) ?? run).toSorted(latestFirst);
    clearTimeout(this.recheck);
    if (elsewhere) this.recheck = setTimeout(() => void this.refresh(), recheckMs).unref();
    this.changes.fire(undefined);
  }

  /** A run of this window that was still going on when its record was read, as it is now that it has ended. */
  private endedSince({ folder, record }: Run): Run | undefined {
    if (record.state !== 'running' || record.owner.session !== this.session) return undefined;
    return this.stored.find(
      (other) =>
        other.folder === folder && other.record.jobId === record.jobId && other.record.state !== 'running',
    );
  }

  /** Starts a job. Rejects where its folder cannot be written; what happens to the job itself is told by events. */
  async start(request: RunRequest): Promise<Run> {
    const created = new Date();
    const jobId = newJobId();
    const folder = path.join(
      this.options.folderFor(request.model),
      runFolderName(created, request.model, jobId),
    );
    const record: RunRecord = {
      version: 1,
      ...request,
      state: 'running',
      jobId,
      created: created.toISOString(),
      owner: { pid: process.pid, session: this.session },
    };
    return this.launch({ folder, record }, false);
  }

  /** Lets a paused run go on, and starts one that did not get to its end from its last checkpoint. */
  async resume(run: Run): Promise<void> {
    if (run.record.state === 'running') return this.pause(run, false);
    if (run.resumable === undefined || !writesModel(run.record)) return;
    const { ended: _, failure: __, ...record } = run.record;
    const again: RunRecord = {
      ...withFreeOutput(record),
      state: 'running',
      jobId: newJobId(),
      owner: { pid: process.pid, session: this.session },
    };
    const { folder, curves } = run;
    await this.launch({ folder, record: again, ...(curves && { curves }) }, true);
  }

  /** Holds the training of a run of this window, or lets it go on. */
  pause(run: Run, paused: boolean): void {
    const live = this.live.get(run.folder);
    if (live === undefined || !canPause(live.run) || (live.run.paused ?? false) === paused) return;
    live.job.pause(paused);
    this.change(live, withPaused(live.run, paused));
  }

  /** Does nothing for a run that is not of this window. */
  cancel(run: Run): void {
    const live = this.live.get(run.folder);
    if (live === undefined || live.run.cancelling) return;
    this.change(live, { ...withPaused(live.run, false), cancelling: true });
    live.job.cancel();
  }

  /** The run of this window that the job with this id is of. */
  findJob(jobId: string): Run | undefined {
    return this.running.find(({ record }) => record.jobId === jobId);
  }

  /** Removes the run's folder, and never a model. */
  async remove(run: Run): Promise<void> {
    await removeRun(run);
    await this.refresh();
  }

  /** Jobs end with the window. Their records go on saying "running", and the next window says what that means. */
  dispose(): void {
    this.ended = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.recheck);
    for (const { job } of this.live.values()) job.cancel();
    this.changes.dispose();
    this.ends.dispose();
  }

  private async launch(run: Run, resume: boolean): Promise<Run> {
    const { folder, record } = run;
    await this.keep(folder, record);
    const job = this.startJob(folder, record, resume);
    const recorder = recordCurves(folder, record.jobId, this.options.warn);
    const live: LiveRun = { run: { ...run, progress: { phase: 'reading', fraction: 0 } }, job, recorder };
    this.stored = this.stored.filter((other) => other.folder !== folder);
    this.live.set(folder, live);
    job.onProgress((progress) => this.progressed(live, progress));
    job.onCurves((curves) => this.drew(live, curves));
    job.onSearch((trials) => this.change(live, { ...live.run, trials }));
    void this.follow(live);
    this.changes.fire(undefined);
    return live.run;
  }

  private startJob(runFolder: string, record: RunRecord, resume: boolean): RunningJob {
    const { model, jobId, data, seed } = record;
    const common = {
      runFolder,
      jobId,
      ...(data !== undefined && { data }),
      ...(seed !== undefined && { seed }),
    };
    if (record.kind === 'diagnosis') {
      const { judged, learningCurve } = record;
      return this.options.jobs.start('diagnose', { ...common, path: judged ?? model, learningCurve });
    }
    if (record.kind === 'sensitivity') {
      const { method, granularity } = record;
      const how = { kind: method, ...(granularity !== undefined && { granularity }) };
      return this.options.jobs.start('sensitivity', { ...common, ...how, data: record.data, path: model });
    }
    if (record.kind === 'search') {
      const { architectures, budget, trials, epochs } = record;
      const asked = { architectures, data: record.data, budget, trials, epochs, output: model };
      return this.options.jobs.start('search', { ...common, ...asked, ...(resume && { resume }) });
    }
    const { steps, output } = record;
    return this.options.jobs.start('compress', {
      ...common,
      path: model,
      steps,
      output,
      ...(resume && { resume }),
    });
  }

  private progressed(live: LiveRun, progress: ProgressView): void {
    // What goes on with something else had nothing left to hold.
    const passed = live.run.paused === true && progress.phase !== 'training';
    if (passed) live.job.pause(false);
    this.change(live, { ...withPaused(live.run, live.run.paused === true && !passed), progress });
  }

  private drew(live: LiveRun, curves: CurvesView): void {
    this.change(live, { ...live.run, curves });
    live.recorder.record(curves);
  }

  private change(live: LiveRun, run: Run): void {
    if (!this.live.has(run.folder)) return;
    live.run = run;
    this.changes.fire(run);
  }

  private async follow(live: LiveRun): Promise<void> {
    const { folder, record } = live.run;
    const outcome = await live.job.result.then(
      (answer) => outcomeOf(record, answer),
      (error: unknown): Outcome => ({
        record: { ...record, state: 'failed', ended: now(), failure: failureOf(error, live.job.lastLines) },
      }),
    );
    if (this.ended) return;
    await live.recorder.settled();
    const { curves, trials } = live.run;
    const finished = outcome.record.state === 'finished';
    const reached = { ...(curves && { curves }), ...(trials && { trials }) };
    const run = await withResumable({ folder, ...outcome, ...(!finished && reached) });
    await writeRecord(folder, run.record).catch((error: unknown) => this.options.warn(String(error)));
    this.live.delete(folder);
    this.stored = [run, ...this.stored.filter((other) => other.folder !== folder)].toSorted(latestFirst);
    this.changes.fire(undefined);
    this.ends.fire(run);
  }

  private async keep(folder: string, record: RunRecord): Promise<void> {
    try {
      await writeRecord(folder, record);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new CounterweightError('OUTPUT_UNWRITABLE', { path: folder, reason }, { cause: error });
    }
  }

  /** The window went away, perhaps with the whole machine, and left what it was writing. */
  private async interrupted(run: Run): Promise<Run> {
    const { record, folder } = run;
    const output = outputOf(record);
    const folders = [...(output === undefined ? [] : [path.dirname(output)]), folder];
    await removePartials(folders, record.jobId).catch((error: unknown) => this.options.warn(String(error)));
    const failure: RunFailure = { code: 'RUN_INTERRUPTED', values: {}, log: [] };
    return withResumable({ ...run, record: { ...record, state: 'failed', failure } });
  }

  private giveSignOfLife(): void {
    for (const folder of this.live.keys()) {
      touchRecord(folder, new Date()).catch((error: unknown) => this.options.warn(String(error)));
    }
  }
}

type Outcome = Pick<Run, 'record' | 'report' | 'diagnosis' | 'search' | 'sensitivity'>;

function outcomeOf(record: RunRecord, answer: JobAnswer<RunKind> | Cancelled): Outcome {
  if (answer === cancelled) return { record: { ...record, state: 'cancelled', ended: now() } };
  const finished: RunRecord = { ...record, state: 'finished', ended: now() };
  if ('winner' in answer) return { record: finished, search: answer };
  if ('baseline' in answer) return { record: finished, sensitivity: answer };
  return 'diagnosis' in answer
    ? { record: finished, diagnosis: answer }
    : { record: finished, report: answer };
}

type WritingRecord = CompressRecord | SearchRecord;

function writesModel(record: RunRecord): record is WritingRecord {
  return record.kind === 'compress' || record.kind === 'search';
}

/** The file that a run is to write. */
function outputOf(record: RunRecord): string | undefined {
  if (!writesModel(record)) return undefined;
  return record.kind === 'search' ? record.model : record.output;
}

/** A process that was killed between its file and its report has left the file. */
function withFreeOutput<R extends WritingRecord>(record: R): R {
  const { dir, base } = path.parse(record.kind === 'search' ? record.model : record.output);
  const free = freePath(dir, base, existsSync);
  return record.kind === 'search' ? { ...record, model: free } : { ...record, output: free };
}

function withPaused(run: Run, paused: boolean): Run {
  const { paused: _, ...others } = run;
  return paused ? { ...others, paused } : others;
}

function latestFirst(a: Run, b: Run): number {
  return b.record.created.localeCompare(a.record.created);
}

function newJobId(): string {
  return randomUUID().slice(0, 8);
}

function failureOf(error: unknown, log: readonly string[]): RunFailure {
  const { code, values } = toCounterweightError(error);
  return { code, values, log: [...log] };
}

function now(): string {
  return new Date().toISOString();
}
