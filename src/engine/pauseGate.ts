// Holds the job of this process before its next step while it is paused. One for each process: it runs one job.

export interface PauseGate {
  set(paused: boolean): void;
  /** Resolves at once, or as soon as the job is no longer paused or is aborted. */
  pass(signal: AbortSignal): Promise<void>;
}

export function pauseGate(): PauseGate {
  let paused = false;
  const waiting = new Set<() => void>();
  return {
    set: (value) => {
      paused = value;
      if (!paused) for (const go of waiting) go();
    },
    pass: (signal) => {
      if (!paused || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const go = (): void => {
          waiting.delete(go);
          signal.removeEventListener('abort', go);
          resolve();
        };
        waiting.add(go);
        signal.addEventListener('abort', go);
      });
    },
  };
}
