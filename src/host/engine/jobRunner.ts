// Jobs, each in an engine process of its own: started, followed, paused, cancelled, and cleaned up after when the
// process dies. Checkpoints are no partial files: they stay for a run that goes on from them.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { Disposable } from '../../shared/base/disposable';
import { externalDataPath } from '../../shared/base/externalData';
import { Emitter, type Event } from '../../shared/base/events';
import { cancelled, type Answer, type Cancelled, type Params } from '../../shared/contracts/contract';
import type { EngineContract } from '../../shared/contracts/engineContract';
import type { SearchView } from '../../shared/contracts/searchViews';
import type { CurvesView, ProgressView } from '../../shared/contracts/viewModels';
import { EngineProcess, type EngineOptions } from './engineProcess';
import { removePartials } from './removePartials';
import { systemTimers } from './timers';

/** How long a job may go on after it was cancelled before its process is killed. */
const cancelMs = 5_000;

/** The requests that are jobs. */
export type JobKind = 'compress' | 'diagnose' | 'search' | 'sensitivity' | 'triage';
export type JobParams<K extends JobKind> = Params<EngineContract, K>;
export type JobAnswer<K extends JobKind> = Answer<EngineContract, K>;

export interface Job<K extends JobKind = JobKind> {
  readonly id: string;
  readonly onProgress: Event<ProgressView>;
  /** The curves of a training step so far, after each epoch. */
  readonly onCurves: Event<CurvesView>;
  /** A search so far, after each network that was trained for a while. */
  readonly onSearch: Event<SearchView>;
  /**
   * The report, or `cancelled`. Rejects with a CounterweightError; ENGINE_DIED when the process died, whose partial
   * files are gone by then.
   */
  readonly result: Promise<JobAnswer<K> | Cancelled>;
  /** The last lines that the process wrote, oldest first. */
  readonly lastLines: readonly string[];
  /** Process id of the job's engine. */
  readonly pid: number | undefined;
  /** Holds the training before its next step, or lets it go on. */
  pause(paused: boolean): void;
  cancel(): void;
}

export class JobRunner implements Disposable {
  private readonly jobs = new Set<Job>();

  /** The options are read whenever a job is started. */
  constructor(private readonly options: () => EngineOptions) {}

  start<K extends JobKind>(kind: K, params: JobParams<K>): Job<K> {
    const options = this.options();
    const engine = new EngineProcess(options);
    const controller = new AbortController();
    const progress = new Emitter<ProgressView>();
    const curves = new Emitter<CurvesView>();
    const search = new Emitter<SearchView>();
    engine.channel.on('progress', (value) => progress.fire(value));
    engine.channel.on('curves', (value) => curves.fire(value));
    engine.channel.on('search', (value) => search.fire(value));
    const leftovers = leftoversOf(params);
    const killing = { timer: undefined as Disposable | undefined, done: false };

    const run = async (): Promise<JobAnswer<K> | Cancelled> => {
      try {
        return await engine.call(kind, params, controller.signal);
      } catch (error) {
        if (!CounterweightError.is(error, 'ENGINE_DIED')) throw error;
        await leftovers.remove();
        if (killing.done) return cancelled;
        throw error;
      } finally {
        killing.timer?.dispose();
        progress.dispose();
        curves.dispose();
        search.dispose();
        engine.dispose();
        this.jobs.delete(job);
      }
    };

    const job: Job<K> = {
      id: params.jobId,
      onProgress: progress.event,
      onCurves: curves.event,
      onSearch: search.event,
      result: run(),
      get lastLines() {
        return engine.lastLines;
      },
      get pid() {
        return engine.pid;
      },
      pause: (paused) => {
        // A process that is gone has nothing to pause, and the job itself tells what became of it.
        engine.call('pause', { paused }).catch(() => {});
      },
      cancel: () => {
        if (controller.signal.aborted) return;
        controller.abort();
        killing.timer = (options.timers ?? systemTimers).after(cancelMs, () => {
          killing.done = true;
          engine.kill();
        });
      },
    };
    this.jobs.add(job);
    return job;
  }

  /** Cancels what runs. */
  dispose(): void {
    for (const job of this.jobs) job.cancel();
  }
}

/** What a killed process may leave of its files, to be looked at before it starts and removed after it died. */
function leftoversOf(params: JobParams<JobKind>): { remove(): Promise<void> } {
  const output = 'output' in params ? params.output : undefined;
  const folders = [...(output === undefined ? [] : [path.dirname(output)]), params.runFolder];
  const data = output === undefined ? undefined : externalDataPath(output);
  const dataExisted = data !== undefined && existsSync(data);
  return {
    remove: async () => {
      await removePartials(folders, params.jobId);
      if (output === undefined || data === undefined) return;
      // Killed after the weights got their name and before the file that refers to them did.
      if (!dataExisted && !existsSync(output)) await rm(data, { force: true });
    },
  };
}
