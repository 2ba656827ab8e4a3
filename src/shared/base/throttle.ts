// Progress arrives as often as the work likes and is passed on as often as a person can read it.

export interface Throttle<T> {
  readonly push: (value: T) => void;
  /** Passes on the latest value if it is still held back. Call it when the work has ended. */
  readonly flush: () => void;
}

/** Passes values on at most once per interval; the latest one that was held back follows when the interval is over. */
export function throttle<T>(
  emit: (value: T) => void,
  intervalMs: number,
  now: () => number = () => performance.now(),
): Throttle<T> {
  let lastMs = -Infinity;
  let held: { readonly value: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!held) return;
    const { value } = held;
    held = undefined;
    lastMs = now();
    emit(value);
  };

  return {
    push: (value) => {
      held = { value };
      const waitMs = lastMs + intervalMs - now();
      if (waitMs <= 0) flush();
      else timer ??= setTimeout(flush, waitMs);
    },
    flush,
  };
}
