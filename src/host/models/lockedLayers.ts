// The layers that pruning leaves alone, by model: locked by a click, kept over a restart of the window, and taken along by
// every pruning that is started from here. Free of VS Code.
import type { Disposable } from '../../shared/base/disposable';
import { Emitter, type Event } from '../../shared/base/events';
import type { ModelView, StepsView } from '../../shared/contracts/viewModels';

export interface LockMemory {
  readonly get: () => Readonly<Record<string, readonly string[]>>;
  readonly set: (locks: Readonly<Record<string, readonly string[]>>) => void;
}

export class LockedLayers implements Disposable {
  private readonly changes = new Emitter<string>();

  /** Gets the path of a model whose locks have changed. */
  readonly onDidChange: Event<string> = this.changes.event;

  constructor(private readonly memory: LockMemory) {}

  /** Names of the locked layers of a model file. */
  of(path: string): readonly string[] {
    const locks = this.memory.get();
    return Object.hasOwn(locks, path) ? (locks[path] ?? []) : [];
  }

  /** Those among them that the file has still; it may have been written anew. */
  in(model: ModelView): readonly string[] {
    const locked = new Set(this.of(model.path));
    return model.layers
      .filter((layer) => isPrunable(layer) && locked.has(layer.name))
      .map(({ name }) => name);
  }

  set(path: string, layers: readonly string[], locked: boolean): void {
    const before = this.of(path);
    const others = before.filter((name) => !layers.includes(name));
    const after = locked ? [...others, ...layers] : others;
    if (after.length === before.length && after.every((name) => before.includes(name))) return;
    const { [path]: _, ...rest } = this.memory.get();
    this.memory.set(after.length === 0 ? rest : { ...rest, [path]: after });
    this.changes.fire(path);
  }

  dispose(): void {
    this.changes.dispose();
  }
}

/** Whether a layer has weights: biases and normalization are never pruned, so that there is nothing to lock. */
export function isPrunable({ sparsity }: ModelView['layers'][number]): boolean {
  return sparsity !== null;
}

/** The steps with these layers, and no others, left out of every pruning. */
export function withLocks(steps: StepsView, locked: readonly string[]): StepsView {
  return steps.map((step) => {
    const { prune, ...others } = step;
    if (prune === undefined) return step;
    const { exclude: _, ...options } = prune;
    return { ...others, prune: locked.length === 0 ? options : { ...options, exclude: locked } };
  });
}

/** The layers that the prunings of some steps leave out. */
export function excludedBy(steps: StepsView): readonly string[] {
  const named = steps.flatMap(({ prune }) => prune?.['exclude'] ?? []);
  return [...new Set(named.filter((name) => typeof name === 'string'))];
}
