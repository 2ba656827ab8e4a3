// How long a training run may still take.
import type { CurvesView } from '../../src/shared/contracts/viewModels';

/** The newest epochs tell best how long the next one takes. */
const newest = 5;

/**
 * Seconds that the remaining epochs take at the pace of the newest: their median, so that one epoch in which the machine
 * did something else does not count. An upper bound, since a run may stop early. Undefined before the first epoch.
 */
export function remainingSeconds({ history, epochs }: CurvesView): number | undefined {
  const trained = history.filter(({ epoch }) => epoch > 0);
  const seconds = trained.slice(-newest).map((epoch) => epoch.seconds);
  if (seconds.length === 0) return undefined;
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return Math.max(0, epochs - trained.at(-1)!.epoch) * median;
}
