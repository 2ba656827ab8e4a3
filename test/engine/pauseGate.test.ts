// The gate that holds a job while it is paused.
import { describe, expect, it } from 'vitest';
import { pauseGate } from '../../src/engine/pauseGate';

const never = new AbortController().signal;

/** Whether a promise has settled once everything that is ready to run has run. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => {
    setImmediate(() => resolve(false));
  });
  return Promise.race([promise.then(() => true as const), later]);
}

describe('the gate of a job', () => {
  it('lets a job pass that is not paused', async () => {
    expect(await settles(pauseGate().pass(never))).toBe(true);
  });

  it('holds everyone until the job is told to go on', async () => {
    const gate = pauseGate();
    gate.set(true);
    const waiting = [gate.pass(never), gate.pass(never)];
    expect(await settles(Promise.race(waiting))).toBe(false);
    gate.set(false);
    expect(await settles(Promise.all(waiting))).toBe(true);
  });

  it('does not hold a job that is cancelled while it waits, or was before', async () => {
    const gate = pauseGate();
    gate.set(true);
    const controller = new AbortController();
    const waiting = gate.pass(controller.signal);
    controller.abort();
    expect(await settles(waiting)).toBe(true);
    expect(await settles(gate.pass(controller.signal))).toBe(true);
    expect(await settles(gate.pass(never))).toBe(false);
  });
});
