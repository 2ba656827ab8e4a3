// An order by chance that a seed decides.
import { uniform } from '../../shared/base/random';

/** The numbers from 0 to count − 1 in an order by chance (Fisher–Yates); the same for a seed on every machine. */
export function shuffledIndices(count: number, seed: number): Int32Array {
  const next = uniform(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
