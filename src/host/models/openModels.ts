// The models that the Layers view lists. Their summaries come from the engine and are kept until the file changes.
import { stat } from 'node:fs/promises';
import type { Disposable } from '../../shared/base/disposable';
import { CounterweightError } from '../../shared/base/errors';
import { Emitter, type Event } from '../../shared/base/events';
import { cancelled } from '../../shared/contracts/contract';
import type { ModelView } from '../../shared/contracts/viewModels';
import type { EngineCalls } from '../engineCalls';

/** Keeps the list over a reload; VS Code's Memento is one. */
export interface PathMemory {
  get(): readonly string[];
  set(paths: readonly string[]): void;
}

/** What is known of a model's file right now. */
export type Known =
  { readonly kind: 'model'; readonly view: ModelView } | { readonly kind: 'failed'; readonly error: unknown };

interface Summary {
  readonly stamp: string;
  readonly view: Promise<ModelView>;
  known?: Known;
}

/** How many models of an earlier window are listed again. */
const restored = 10;

export class OpenModels implements Disposable {
  private readonly summaries = new Map<string, Summary>();
  private readonly ended = new AbortController();
  private readonly changes = new Emitter<string | undefined>();
  private listed: readonly string[];

  /** What is known of a model changed; undefined where the list did. */
  readonly onDidChange: Event<string | undefined> = this.changes.event;

  constructor(
    private readonly engine: EngineCalls,
    private readonly memory: PathMemory,
  ) {
    this.listed = memory.get().slice(0, restored);
  }

  /** Absolute paths, the latest first. */
  get paths(): readonly string[] {
    return this.listed;
  }

  /** Puts a model into the list, where it is not there yet. */
  add(path: string): void {
    if (!this.listed.includes(path)) this.setList([path, ...this.listed]);
  }

  remove(path: string): void {
    this.summaries.delete(path);
    this.setList(this.listed.filter((other) => other !== path));
  }

  /** Forgets every summary, so that the files are read again. */
  refresh(): void {
    this.summaries.clear();
    this.changes.fire(undefined);
  }

  /** Draws a listed model anew; its file is read again when it is asked for. */
  fileChanged(path: string): void {
    if (!this.listed.includes(path)) return;
    this.summaries.delete(path);
    this.changes.fire(path);
  }

  /** The summary without waiting for it; undefined while it is being read or was never asked for. */
  peek(path: string): Known | undefined {
    return this.summaries.get(path)?.known;
  }

  /** A model's summary, read anew when the file changed. Rejects with a CounterweightError. */
  async read(path: string): Promise<ModelView> {
    const stamp = await fileStamp(path);
    const last = this.summaries.get(path);
    if (last !== undefined && last.stamp === stamp) return last.view;
    const summary: Summary = { stamp, view: this.inspect(path) };
    this.summaries.set(path, summary);
    summary.view.then(
      (view) => this.learn(path, summary, { kind: 'model', view }),
      (error: unknown) => this.learn(path, summary, { kind: 'failed', error }),
    );
    return summary.view;
  }

  dispose(): void {
    this.ended.abort();
    this.changes.dispose();
  }

  private async inspect(path: string): Promise<ModelView> {
    const answer = await this.engine.call('inspect', { path }, this.ended.signal);
    if (answer === cancelled) {
      throw new CounterweightError('CONNECTION_CLOSED', { reason: 'it is no longer needed' });
    }
    return answer;
  }

  private learn(path: string, summary: Summary, known: Known): void {
    if (this.summaries.get(path) !== summary) return;
    summary.known = known;
    this.changes.fire(path);
  }

  private setList(paths: readonly string[]): void {
    this.listed = paths;
    this.memory.set(paths);
    this.changes.fire(undefined);
  }
}

/** Changes when the file is written; a file that is not there has a stamp too, and the engine says what is wrong. */
async function fileStamp(path: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return 'unreadable';
  }
}
