// What long work tells while it goes on, as often as the contract allows.
import { throttle } from '../../shared/base/throttle';

const intervalMs = 100;

/** Runs the work and passes what it tells on at most ten times a second, the last one before the answer. */
export async function followed<V, T>(
  emit: (value: V) => void,
  work: (push: (value: V) => void) => Promise<T>,
): Promise<T> {
  const held = throttle(emit, intervalMs);
  try {
    return await work(held.push);
  } finally {
    held.flush();
  }
}
