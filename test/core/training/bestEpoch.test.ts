// Which epoch is kept, and when a run stops early.
import { describe, expect, it } from 'vitest';
import { bestEpoch, hasStalled } from '../../../src/core/training/bestEpoch';
import type { EpochView } from '../../../src/shared/contracts/viewModels';

function historyOf(...losses: readonly (number | null)[]): EpochView[] {
  return losses.map((validationLoss, epoch) => {
    return { epoch, trainLoss: 0, validationLoss, learningRate: 0, seconds: 0 };
  });
}

describe('the best epoch', () => {
  it('is the first one of the lowest validation loss, the untrained network included', () => {
    expect(bestEpoch(historyOf(3, 1, 2, 1))).toBe(1);
    expect(bestEpoch(historyOf(1, 2, 1))).toBe(0);
  });

  it('is one of those of the highest sparsity, where the run prunes on the way', () => {
    const losses = historyOf(1, 2, 4, 3, 5);
    for (const [sparsities, best] of [
      [[0, 0.5, 0.9, 0.9, 0.9], 3],
      [[0, 0.5, 0.9, 0.8, 0.9], 2],
      [[0.9, 0.9, 0.9, 0.9, 0.9], 0],
    ] as const) {
      expect(bestEpoch(losses.map((epoch, i) => ({ ...epoch, sparsity: sparsities[i]! })))).toBe(best);
    }
  });

  it('is none where no loss is a number', () => {
    expect(bestEpoch([])).toBeNull();
    expect(bestEpoch(historyOf(null))).toBeNull();
    expect(bestEpoch(historyOf(null, 5, null))).toBe(1);
  });
});

describe('a run', () => {
  it('has stalled after as many epochs without a lower loss as it has patience', () => {
    expect(hasStalled(historyOf(3, 2, 2.5), 2)).toBe(false);
    expect(hasStalled(historyOf(3, 2, 2.5, 2), 2)).toBe(true);
    expect(hasStalled(historyOf(3, 2, 2.5, 1.9), 2)).toBe(false);
    expect(hasStalled(historyOf(3), 1)).toBe(false);
    expect(hasStalled(historyOf(3, 4), 1)).toBe(true);
  });
});
