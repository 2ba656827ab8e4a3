// Time that stands still until a test moves it.
import type { Timers } from '../../src/host/engine/timers';

export interface ManualTimers extends Timers {
  /** Moves time on and calls what is due, in order. */
  advance(milliseconds: number): void;
}

export function manualTimers(): ManualTimers {
  let now = 0;
  const waiting = new Set<{ readonly due: number; readonly callback: () => void }>();
  return {
    after: (milliseconds, callback) => {
      const entry = { due: now + milliseconds, callback };
      waiting.add(entry);
      return { dispose: () => void waiting.delete(entry) };
    },
    advance: (milliseconds) => {
      now += milliseconds;
      for (const entry of [...waiting].toSorted((a, b) => a.due - b.due)) {
        if (entry.due <= now && waiting.delete(entry)) entry.callback();
      }
    },
  };
}
