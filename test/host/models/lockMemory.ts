// The part of the workspace's state that holds locks, for tests.
import type { LockMemory } from '../../../src/host/models/lockedLayers';

export function lockMemory(): LockMemory {
  let kept: ReturnType<LockMemory['get']> = {};
  return { get: () => kept, set: (locks) => void (kept = locks) };
}
