// The curves of a run's steps as one: epochs counted through, and the phases between which something was done.
import { describe, expect, it } from 'vitest';
import { journeyOf, trainingsOf } from '../../../src/shared/contracts/journey';
import type { CurvesView, EpochView, StepsView } from '../../../src/shared/contracts/viewModels';

function epoch(number: number, sparsity?: number): EpochView {
  return {
    epoch: number,
    trainLoss: 1 / (number + 1),
    validationLoss: 1,
    learningRate: 0.1,
    seconds: 1,
    ...(sparsity !== undefined && { sparsity }),
  };
}

function curves(step: number, last: number, more: Partial<CurvesView> = {}): CurvesView {
  return {
    step,
    epochs: last,
    history: Array.from({ length: last + 1 }, (_, number) => epoch(number)),
    bestEpoch: last,
    loss: 'crossEntropy',
    samples: { train: 10, validation: 5 },
    parameters: 7,
    diagnosis: { verdict: 'undecided', evidence: [], advice: [] },
    ...more,
  };
}

/** Dense, then half, then three quarters pruned; two epochs each. */
const rounds = curves(1, 6, {
  history: [0, 1, 2, 3, 4, 5, 6].map((number) => epoch(number, number < 3 ? 0.5 : 0.75)),
  rounds: [
    { from: 1, sparsity: 0.5 },
    { from: 3, sparsity: 0.75, start: epoch(2, 0.75) },
    { from: 5, sparsity: 0.9, start: epoch(4, 0.9) },
  ],
  bestEpoch: 5,
});

const recipe: StepsView = [
  { train: { epochs: 3 } },
  { prune: { sparsity: 0.9, schedule: 'iterative', fineTune: { epochs: 2 } } },
  { quantize: {} },
  { train: { epochs: 2 } },
];

describe('the way of a network through a run', () => {
  it('counts the epochs of all steps through, and the networks in between with the epoch before them', () => {
    const { points, epochs, bestEpoch } = journeyOf([curves(0, 3), rounds, curves(3, 2)], recipe);
    expect(points.map((point) => `${point.epoch}${point.isStart ? ' start' : ''} of ${point.phase}`)).toEqual(
      [
        '0 start of 0',
        '1 of 0',
        '2 of 0',
        '3 of 0',
        '3 start of 1',
        '4 of 1',
        '5 of 1',
        '5 start of 2',
        '6 of 2',
        '7 of 2',
        '7 start of 3',
        '8 of 3',
        '9 of 3',
        '9 start of 4',
        '10 of 4',
        '11 of 4',
      ],
    );
    expect([epochs, bestEpoch]).toEqual([11, 11]);
  });

  it('says of each phase what was done before it', () => {
    const { phases } = journeyOf([curves(0, 3), rounds, curves(3, 2)], recipe);
    expect(phases).toEqual([
      { step: 0, begins: 0, ends: 3, done: [], isRewound: false, isFineTuning: false },
      { step: 1, begins: 3, ends: 5, done: [], prunedTo: 0.5, isRewound: false, isFineTuning: true },
      { step: 1, begins: 5, ends: 7, done: [], prunedTo: 0.75, isRewound: false, isFineTuning: true },
      { step: 1, begins: 7, ends: 9, done: [], prunedTo: 0.9, isRewound: false, isFineTuning: true },
      {
        step: 3,
        begins: 9,
        ends: 11,
        done: [{ quantize: {} }],
        isRewound: false,
        isFineTuning: true,
      },
    ]);
  });

  it('tells a ticket from fine-tuning', () => {
    const ticket: StepsView = [{ prune: { sparsity: 0.5, rewind: true, fineTune: { epochs: 2 } } }];
    const view = curves(0, 4, {
      rounds: [
        { from: 1, sparsity: 0 },
        { from: 3, sparsity: 0.5, start: epoch(2, 0.5) },
      ],
    });
    const { phases } = journeyOf([view], ticket);
    expect(
      phases.map(({ prunedTo, isRewound, isFineTuning }) => [prunedTo, isRewound, isFineTuning]),
    ).toEqual([
      [undefined, false, false],
      [0.5, true, true],
    ]);
  });

  it('has the sparsity of every point, and says whether there was any', () => {
    const journey = journeyOf([curves(0, 1), rounds], recipe);
    expect(journey.isPruned).toBe(true);
    expect(journey.points.slice(0, 4).map(({ sparsity }) => sparsity)).toEqual([0, 0, 0.5, 0.5]);
    expect(journeyOf([curves(0, 3)]).isPruned).toBe(false);
  });

  it('goes on behind the earlier steps while the run does', () => {
    const now = { ...curves(3, 1), epochs: 5, bestEpoch: null, earlier: [curves(0, 3)] };
    const { points, epochs, bestEpoch } = journeyOf(trainingsOf(now));
    expect(points.map((point) => point.epoch)).toEqual([0, 1, 2, 3, 3, 4]);
    expect([epochs, bestEpoch]).toEqual([8, null]);
  });

  it('is empty before anything was trained', () => {
    expect(journeyOf([])).toEqual({ points: [], phases: [], epochs: 0, bestEpoch: null, isPruned: false });
  });
});
