// The curves of several trainings as those of one.
import { describe, expect, it } from 'vitest';
import { joinRounds } from '../../../../src/core/compression/pruning/joinRounds';
import { note } from '../../../../src/shared/base/messages';
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

  it('tells where each round begins, and with which network', () => {
    const earlier = [
      { history: epochs(2, 10), sparsity: 0 },
      { history: epochs(2, 20), sparsity: 0.5 },
    ];
    const { rounds } = joinRounds(view(epochs(1, 30), 1), { earlier, sparsity: 0.75, epochs: 6 });
    expect(rounds!.map(({ from, sparsity }) => [from, sparsity])).toEqual([
      [1, 0],
      [3, 0.5],
      [5, 0.75],
    ]);
    // The first one begins with the epoch 0 of the history.
    expect(rounds!.map(({ start }) => [start?.epoch, start?.trainLoss, start?.sparsity])).toEqual([
      [undefined, undefined, undefined],
      [2, 20, 0.5],
      [4, 30, 0.75],
    ]);
  });

  it('keeps a single training as it is, but for the sparsity', () => {
    const alone = view(epochs(2, 10), null);
    const joined = joinRounds(alone, { earlier: [], sparsity: 0.5, epochs: 2 });
    expect(joined).toEqual({
      ...alone,
      history: alone.history.map((each) => ({ ...each, sparsity: 0.5 })),
      rounds: [{ from: 1, sparsity: 0.5 }],
    });
  });

  it('points advice at the options of the fine-tuning, where it has them', () => {
    const advice = [
      { note: note('ADVICE_LONGER', { epochs: 9 }), edit: { set: { 'train.epochs': 9 } } },
      { note: note('ADVICE_CLIP', { value: '1' }), edit: { set: { 'train.clipNorm': 1 } } },
      { note: note('ADVICE_LONGER', { epochs: 9 }), edit: { add: [{ prune: { sparsity: 0.5 } }] } },
    ];
    const given = {
      ...view(epochs(1, 3), 1),
      diagnosis: { verdict: 'overfit', evidence: [], advice },
    } as const;
    const { diagnosis } = joinRounds(given, { earlier: [], sparsity: 0.5, epochs: 1 });
    expect(diagnosis.advice.map(({ edit }) => edit)).toEqual([
      { set: { 'prune.fineTune.epochs': 9 } },
      undefined,
      { add: [{ prune: { sparsity: 0.5 } }] },
    ]);
  });
});
