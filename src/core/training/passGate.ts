// Waits while a run is paused.

/** Waits until the gate lets the run pass; answers with the seconds that took. Throws the reason of an aborted signal. */
export async function passGate(gate: () => Promise<void>, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const started = performance.now();
  // A paused run can be cancelled too.
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    gate()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
  signal.throwIfAborted();
  return (performance.now() - started) / 1000;
}
