// The curves of several trainings as those of one.
import { describe, expect, it } from 'vitest';
import { joinRounds } from '../../../../src/core/compression/pruning/joinRounds';
import type { CurvesView, EpochView } from '../../../../src/shared/contracts/viewModels';

const epochs = (count: number, loss: number): EpochView[] =>
  Array.from({ length: count + 1 }, (_, epoch) => ({
    epoch,
    trainLoss: loss - epoch,
    validationLoss: loss - epoch,
    learningRate: epoch === 0 ? 0 : 0.1,
    seconds: 1,
  }));

const view = (history: readonly EpochView[], bestEpoch: number | null): CurvesView => ({
  step: 2,
  epochs: history.length - 1,
  history,
  bestEpoch,
  loss: 'crossEntropy',
  samples: { train: 10, validation: 5 },
  parameters: 7,
  diagnosis: { verdict: 'undecided', evidence: [], advice: [] },
});

describe('joining the curves of rounds', () => {
  it('counts epochs on, and tells the sparsity of each', () => {
    const earlier = [
      { history: epochs(2, 10), sparsity: 0 },
      { history: epochs(2, 20), sparsity: 0.5 },
    ];
    const joined = joinRounds(view(epochs(1, 30), 1), { earlier, sparsity: 0.75, epochs: 6 });
    expect(joined.history.map(({ epoch, trainLoss, sparsity }) => [epoch, trainLoss, sparsity])).toEqual([
      [0, 10, 0],
      [1, 9, 0],
      [2, 8, 0],
      [3, 19, 0.5],
      [4, 18, 0.5],
      [5, 29, 0.75],
    ]);
    expect(joined).toMatchObject({ step: 2, epochs: 6, bestEpoch: 5 });
  });

  it('keeps a single training as it is, but for the sparsity', () => {
    const alone = view(epochs(2, 10), null);
    const joined = joinRounds(alone, { earlier: [], sparsity: 0.5, epochs: 2 });
    expect(joined).toEqual({ ...alone, history: alone.history.map((each) => ({ ...each, sparsity: 0.5 })) });
  });
});
