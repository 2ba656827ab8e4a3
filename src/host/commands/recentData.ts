// The data that runs were started with last, so that it is chosen once and offered from then on.

/** Keeps the list over a reload; VS Code's Memento is one. */
export interface DataMemory {
  get(): readonly string[];
  set(specs: readonly string[]): void;
}

const kept = 5;

export class RecentData {
  constructor(private readonly memory: DataMemory) {}

  /** As the command line's --data, the latest first. */
  get specs(): readonly string[] {
    return this.memory.get();
  }

  add(spec: string): void {
    this.memory.set([spec, ...this.specs.filter((other) => other !== spec)].slice(0, kept));
  }
}
