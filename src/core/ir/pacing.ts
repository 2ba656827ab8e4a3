// Lets long computations share their thread: they look for a cancel and give the event loop its turn. It stands here
// because everything above may be long.

const turnMs = 20;

/** Awaited between the parts of a long computation. Throws the signal's reason once the computation is cancelled. */
export type Pause = () => Promise<void>;

/** A pause that gives the event loop a turn about every 20 ms and costs next to nothing in between. */
export function pauseFor(signal: AbortSignal): Pause {
  let last = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (performance.now() - last < turnMs) return;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    signal.throwIfAborted();
    last = performance.now();
  };
}
