// Progress of long work, as often as the contract allows.
import { throttle } from '../../shared/base/throttle';
import type { ProgressView } from '../../shared/contracts/viewModels';

const intervalMs = 100;

/** Runs the work and passes its progress on at most ten times a second, the last one before the answer. */
export async function followed<T>(
  emit: (progress: ProgressView) => void,
  work: (progress: (value: ProgressView) => void) => Promise<T>,
): Promise<T> {
  const held = throttle(emit, intervalMs);
  try {
    return await work(held.push);
  } finally {
    held.flush();
  }
}
