// One engine process: forked, called, listened to, and known to be dead when it is. What it wrote last is kept, for
// the person who has to find out why it died.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Disposable } from '../../shared/base/disposable';
import { CounterweightError } from '../../shared/base/errors';
import { Channel } from '../../shared/contracts/channel';
import type { NoContract } from '../../shared/contracts/contract';
import type { EngineContract } from '../../shared/contracts/engineContract';
import { childPort } from '../../shared/contracts/nodePort';
import type { EngineCalls } from '../engineCalls';
import { systemTimers, type Timers } from './timers';

export interface EngineOptions {
  /** Absolute path of the engine's bundle. */
  readonly enginePath: string;
  /** A Node executable to use instead of the editor's own; empty for none. */
  readonly nodePath?: string;
  /** Gets every line that the process writes or sends for the log. */
  readonly log?: (line: string) => void;
  readonly timers?: Timers;
}

const keptLines = 40;
/** Lines of a stack, of JavaScript or native: for the log, not for a message. */
const stackFrame = /^\s*(at |\d+: |-----)/;
/** How long a process may take to end by itself once it is not needed any more. */
const graceMs = 6_000;
/** Its pipes close with the process; something it started could hold them open. */
const pipesMs = 1_000;

export class EngineProcess implements EngineCalls, Disposable {
  readonly channel: Channel<EngineContract, NoContract>;
  /** Settles when the process is gone and all that it sent was read. */
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly timers: Timers;
  private gone = false;

  constructor(private readonly options: EngineOptions) {
    this.timers = options.timers ?? systemTimers;
    this.child = fork(options.enginePath, {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Without it, Electron's executable would open a window instead of running the script.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      ...(options.nodePath && { execPath: options.nodePath }),
    });
    this.channel = new Channel(childPort(this.child), { log: (text) => this.keep(text) });
    this.channel.on('log', ({ level, text }) => this.keep(`${level}: ${text}`));
    this.readLines(this.child.stdout);
    this.readLines(this.child.stderr);
    this.ended = new Promise((resolve) => this.watch(resolve));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** The last lines that the process wrote, oldest first. */
  get lastLines(): readonly string[] {
    return [...this.lines];
  }

  call: EngineCalls['call'] = (name, params, signal) => this.channel.call(name, params, signal);

  /** Ends the process at once, wherever it is; pending calls reject with ENGINE_DIED. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Lets the process clean up and end, and kills it if it does not; pending calls reject with CONNECTION_CLOSED. */
  dispose(): void {
    this.channel.dispose();
    if (this.gone) return;
    if (this.child.connected) this.child.disconnect();
    const killing = this.timers.after(graceMs, () => this.kill());
    void this.ended.then(() => killing.dispose());
  }

  private watch(resolve: () => void): void {
    const end = (reason: () => CounterweightError): void => {
      if (this.gone) return;
      this.gone = true;
      this.channel.close(reason());
      resolve();
    };
    this.child.once('exit', (code, signal) => {
      const died = (): void => end(() => this.died(code, signal));
      void this.drained().then(died);
      this.timers.after(pipesMs, died);
    });
    this.child.on('error', (error) => {
      if (this.child.pid === undefined) end(() => this.notStarted(error));
      else this.keep(error.message);
    });
  }

  /** Settles when all that the process wrote and sent has arrived; `close` of ChildProcess fails to after a disconnect. */
  private async drained(): Promise<void> {
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream && !stream.closed) await once(stream, 'close');
    }
    if (this.child.connected) await once(this.child, 'disconnect');
  }

  private died(code: number | null, signal: string | null): CounterweightError {
    const told = this.lines.filter((line) => line.trim() !== '' && !stackFrame.test(line));
    return new CounterweightError('ENGINE_DIED', {
      reason: signal === null ? `exit code ${code}` : `signal ${signal}`,
      log: told.length === 0 ? '–' : told.slice(-3).join(' | '),
    });
  }

  private notStarted(error: Error): CounterweightError {
    const node = this.options.nodePath || process.execPath;
    return new CounterweightError('ENGINE_NOT_STARTED', { node, problem: error.message }, { cause: error });
  }

  private readLines(stream: Readable | null): void {
    if (stream) createInterface({ input: stream }).on('line', (line) => this.keep(line));
  }

  private keep(text: string): void {
    this.lines.push(text);
    if (this.lines.length > keptLines) this.lines.shift();
    this.options.log?.(text);
  }
}
