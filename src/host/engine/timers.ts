// Waiting, as something that a test can hold in its hand.
import type { Disposable } from '../../shared/base/disposable';

export interface Timers {
  /** Calls back once after so many milliseconds, unless disposed before. Keeps no process alive. */
  after(milliseconds: number, callback: () => void): Disposable;
}

export const systemTimers: Timers = {
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds).unref();
    return { dispose: () => clearTimeout(timer) };
  },
};
