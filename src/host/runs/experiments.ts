// The runs of this workspace: those on disk, and the jobs of this window while they run. Free of VS Code.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Disposable } from '../../shared/base/disposable';
import { CounterweightError, toCounterweightError } from '../../shared/base/errors';
import { Emitter, type Event } from '../../shared/base/events';
import { cancelled } from '../../shared/contracts/contract';
import type { CompressParams } from '../../shared/contracts/engineContract';
import type { StepsView } from '../../shared/contracts/viewModels';
import type { Job } from '../engine/jobRunner';
import { removePartials } from '../engine/removePartials';
import type { Run, RunFailure, RunRecord } from './runRecord';
import { mayStillRun, readRuns, removeRun, runFolderName, touchRecord, writeRecord } from './runFolders';

/** The part of the job runner that is needed here. */
export interface JobStarter {
  start(params: CompressParams): Pick<Job, 'onProgress' | 'result' | 'lastLines' | 'cancel'>;
}

export interface ExperimentsOptions {
  readonly jobs: JobStarter;
  /** Folders that hold runs. */
  readonly folders: () => readonly string[];
  /** The folder among them that a model's runs go to. */
  readonly folderFor: (model: string) => string;
  /** Gets what went wrong in keeping the records, which must not disturb a job. */
  readonly warn: (text: string) => void;
}

export interface CompressRequest {
  readonly model: string;
  readonly steps: StepsView;
  readonly output: string;
}

interface LiveRun {
  run: Run;
  readonly job: ReturnType<JobStarter['start']>;
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
      if (run.record.state !== 'running' || this.live.has(run.folder)) return run;
      if (!(await mayStillRun(run, this.session, now))) return this.interrupted(run);
      elsewhere = true;
      return run;
    });
    this.stored = (await Promise.all(settled)).toSorted((a, b) =>
      b.record.created.localeCompare(a.record.created),
    );
    clearTimeout(this.recheck);
    if (elsewhere) this.recheck = setTimeout(() => void this.refresh(), recheckMs).unref();
    this.changes.fire(undefined);
  }

  /** Starts a job. Rejects where its folder cannot be written; what happens to the job itself is told by events. */
  async start({ model, steps, output }: CompressRequest): Promise<Run> {
    const created = new Date();
    const jobId = randomUUID().slice(0, 8);
    const folder = path.join(this.options.folderFor(model), runFolderName(created, model, jobId));
    const record: RunRecord = {
      version: 1,
      state: 'running',
      model,
      steps,
      output,
      jobId,
      created: created.toISOString(),
      owner: { pid: process.pid, session: this.session },
    };
    await this.keep(folder, record);
    const job = this.options.jobs.start({ path: model, steps, output, runFolder: folder, jobId });
    const live: LiveRun = { run: { folder, record, progress: { phase: 'reading', fraction: 0 } }, job };
    this.live.set(folder, live);
    job.onProgress((progress) => {
      if (!this.live.has(folder)) return;
      live.run = { ...live.run, progress };
      this.changes.fire(live.run);
    });
    void this.follow(live);
    this.changes.fire(undefined);
    return live.run;
  }

  /** Does nothing for a run that is not of this window. */
  cancel(run: Run): void {
    const live = this.live.get(run.folder);
    if (live === undefined || live.run.cancelling) return;
    live.run = { ...live.run, cancelling: true };
    this.changes.fire(live.run);
    live.job.cancel();
  }

  /** The same by the id of the job. */
  cancelJob(jobId: string): void {
    for (const { run } of this.live.values()) {
      if (run.record.jobId === jobId) this.cancel(run);
    }
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

  private async follow(live: LiveRun): Promise<void> {
    const { folder, record } = live.run;
    const outcome = await live.job.result.then(
      (answer): Partial<Run> & { readonly record: RunRecord } =>
        answer === cancelled
          ? { record: { ...record, state: 'cancelled', ended: now() } }
          : { record: { ...record, state: 'finished', ended: now() }, report: answer },
      (error: unknown) => ({
        record: {
          ...record,
          state: 'failed',
          ended: now(),
          failure: failureOf(error, live.job.lastLines),
        } as const,
      }),
    );
    if (this.ended) return;
    const run: Run = { folder, ...outcome };
    await writeRecord(folder, run.record).catch((error: unknown) => this.options.warn(String(error)));
    this.live.delete(folder);
    this.stored = [run, ...this.stored.filter((other) => other.folder !== folder)];
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
    const { output, jobId } = run.record;
    await removePartials([path.dirname(output), run.folder], jobId).catch((error: unknown) =>
      this.options.warn(String(error)),
    );
    const failure: RunFailure = { code: 'RUN_INTERRUPTED', values: {}, log: [] };
    return { ...run, record: { ...run.record, state: 'failed', failure } };
  }

  private giveSignOfLife(): void {
    for (const folder of this.live.keys()) {
      touchRecord(folder, new Date()).catch((error: unknown) => this.options.warn(String(error)));
    }
  }
}

function failureOf(error: unknown, log: readonly string[]): RunFailure {
  const { code, values } = toCounterweightError(error);
  return { code, values, log: [...log] };
}

function now(): string {
  return new Date().toISOString();
}
