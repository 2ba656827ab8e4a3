// Which epoch of a run is the best so far, and when it makes no sense to wait for a better one.
import type { EpochView } from '../../shared/contracts/viewModels';

/**
 * The epoch of the lowest validation loss, the first of equals; null where there is none yet. The network before the
 * run counts: training that only makes it worse leaves it as it was. Where the sparsity changes from epoch to epoch,
 * only those of the highest count: they are what the run is for.
 */
export function bestEpoch(history: readonly EpochView[]): number | null {
  let best: number | null = null;
  let lowest = Infinity;
  let highest = 0;
  for (const { epoch, validationLoss, sparsity = 0 } of history) {
    if (validationLoss === null || sparsity < highest) continue;
    if (sparsity === highest && !(validationLoss < lowest)) continue;
    best = epoch;
    lowest = validationLoss;
    highest = sparsity;
  }
  return best;
}

/** Whether the last `patience` epochs brought no lower validation loss (L. Prechelt, "Early stopping — but when?", 1998). */
export function hasStalled(history: readonly EpochView[], patience: number): boolean {
  const last = history.at(-1)?.epoch ?? 0;
  return last - (bestEpoch(history) ?? 0) >= patience;
}
