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
