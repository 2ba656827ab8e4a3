// Jobs, each in an engine process of its own: started, followed, cancelled, and cleaned up after when the process dies.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { Disposable } from '../../shared/base/disposable';
import { externalDataPath } from '../../shared/base/externalData';
import { Emitter, type Event } from '../../shared/base/events';
import { cancelled, type Cancelled } from '../../shared/contracts/contract';
import type { CompressParams } from '../../shared/contracts/engineContract';
import type { ProgressView, ReportView } from '../../shared/contracts/viewModels';
import { EngineProcess, type EngineOptions } from './engineProcess';
import { removePartials } from './removePartials';
import { systemTimers } from './timers';

/** How long a job may go on after it was cancelled before its process is killed. */
const cancelMs = 5_000;

export interface Job {
  readonly id: string;
  readonly onProgress: Event<ProgressView>;
  /**
   * The report, or `cancelled`. Rejects with a CounterweightError; ENGINE_DIED when the process died, whose partial
   * files are gone by then.
   */
  readonly result: Promise<ReportView | Cancelled>;
  /** The last lines that the process wrote, oldest first. */
  readonly lastLines: readonly string[];
  /** Process id of the job's engine. */
  readonly pid: number | undefined;
  cancel(): void;
}

export class JobRunner implements Disposable {
  private readonly jobs = new Set<Job>();

  /** The options are read whenever a job is started. */
  constructor(private readonly options: () => EngineOptions) {}

  start(params: CompressParams): Job {
    const options = this.options();
    const engine = new EngineProcess(options);
    const controller = new AbortController();
    const progress = new Emitter<ProgressView>();
    engine.channel.on('progress', (value) => progress.fire(value));
    const data = externalDataPath(params.output);
    const dataExisted = existsSync(data);
    const killing = { timer: undefined as Disposable | undefined, done: false };

    const run = async (): Promise<ReportView | Cancelled> => {
      try {
        return await engine.call('compress', params, controller.signal);
      } catch (error) {
        if (!CounterweightError.is(error, 'ENGINE_DIED')) throw error;
        await removePartials([path.dirname(params.output), params.runFolder], params.jobId);
        // Killed after the weights got their name and before the file that refers to them did.
        if (!dataExisted && !existsSync(params.output)) await rm(data, { force: true });
        if (killing.done) return cancelled;
        throw error;
      } finally {
        killing.timer?.dispose();
        progress.dispose();
        engine.dispose();
        this.jobs.delete(job);
      }
    };

    const job: Job = {
      id: params.jobId,
      onProgress: progress.event,
      result: run(),
      get lastLines() {
        return engine.lastLines;
      },
      get pid() {
        return engine.pid;
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
