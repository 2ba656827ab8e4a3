// The engine for looking at models: one process that is started when it is first asked, stays while it is used, and
// ends when nobody has asked for a while. A process that died is replaced at the next call.
import type { Disposable } from '../../shared/base/disposable';
import type { EngineCalls } from '../engineCalls';
import { EngineProcess, type EngineOptions } from './engineProcess';
import { systemTimers } from './timers';

const idleMs = 5 * 60_000;

export class InspectionEngine implements EngineCalls, Disposable {
  private process: EngineProcess | undefined;
  private running = 0;
  private idle: Disposable | undefined;

  /** The options are read whenever a process is started. */
  constructor(private readonly options: () => EngineOptions) {}

  call: EngineCalls['call'] = async (name, params, signal) => {
    const engine = this.process ?? this.start();
    this.running++;
    this.idle?.dispose();
    try {
      return await engine.call(name, params, signal);
    } finally {
      this.running--;
      if (this.running === 0) this.waitForIdle();
    }
  };

  /** Process id of the engine, while there is one. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Ends the process; the next call starts another, with the options of then. */
  restart(): void {
    this.idle?.dispose();
    this.process?.dispose();
    this.process = undefined;
  }

  dispose(): void {
    this.restart();
  }

  private start(): EngineProcess {
    const engine = new EngineProcess(this.options());
    this.process = engine;
    engine.channel.onClose(() => {
      if (this.process === engine) this.process = undefined;
    });
    return engine;
  }

  private waitForIdle(): void {
    this.idle?.dispose();
    this.idle = (this.options().timers ?? systemTimers).after(idleMs, () => this.restart());
  }
}
