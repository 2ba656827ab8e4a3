// Epochs in words and in tables, and how long the remaining ones take.
import { describe, expect, it } from 'vitest';
import type { CurvesView, EpochView } from '../../../src/shared/contracts/viewModels';
import { toCsv } from '../../../webview/charts/csv';
import { formatDuration } from '../../../webview/durations';
import { epochCsv, epochTable, epochText, gapOf } from '../../../webview/training/epochTexts';
import { remainingSeconds } from '../../../webview/training/remainingTime';
import { curvesAfter, divergedCurves } from '../sampleTraining';

const epoch: EpochView = {
  epoch: 12,
  trainLoss: 0.03124,
  validationLoss: 0.08742,
  trainAccuracy: 0.991,
  validationAccuracy: 0.952,
  learningRate: 0.001,
  seconds: 2.148,
};

describe('an epoch', () => {
  it('is told with both losses, their gap and the rate', () => {
    expect(epochText(epoch, 'loss')).toBe(
      'Epoch 12: train 0.03124, validation 0.08742, gap 0.05618, learning rate 0.001',
    );
  });

  it('is told with both accuracies and their gap in points', () => {
    expect(epochText(epoch, 'accuracy')).toBe('Epoch 12: train 99.1%, validation 95.2%, gap −3.9 pp');
  });

  it('has no rate where it stands for the network before the run', () => {
    expect(epochText({ ...epoch, epoch: 0 }, 'loss')).toBe(
      'Epoch 0: train 0.03124, validation 0.08742, gap 0.05618',
    );
  });

  it('has dashes where there is no number', () => {
    expect(epochText({ ...epoch, trainLoss: null }, 'loss')).toBe(
      'Epoch 12: train –, validation 0.08742, gap –, learning rate 0.001',
    );
    expect(gapOf(1, null)).toBeNull();
    expect(gapOf(undefined, 1)).toBeNull();
    expect(gapOf(0.5, 0)).toBe(-0.5);
  });
});

describe('all epochs', () => {
  it('are a table to read, for the losses and for the accuracies', () => {
    const curves = { ...curvesAfter(0), history: [epoch] };
    expect(epochTable(curves, 'loss')).toEqual({
      columns: ['Epoch', 'Train', 'Validation', 'Gap', 'Learning rate', 'Seconds'],
      rows: [[12, '0.03124', '0.08742', '0.05618', '0.001', 2.15]],
    });
    expect(epochTable(curves, 'accuracy').rows).toEqual([[12, '99.1%', '95.2%', '−3.9 pp', '0.001', 2.15]]);
  });

  it('are copied with every digit, and without columns that nothing is in', () => {
    const lines = toCsv(epochCsv(divergedCurves())).trimEnd().split('\n');
    expect(lines[0]).toBe('epoch,trainLoss,validationLoss,learningRate,seconds');
    expect(lines[2]).toBe(`1,1.84,${1.84 * 1.04 + 0.02},0.8,2.1`);
    expect(lines.at(-1)).toBe('6,,,0.8,2.1');
    expect(toCsv(epochCsv(curvesAfter(1))).split('\n')[0]).toContain('validationAccuracy');
  });
});

describe('the time that is left', () => {
  it('is unknown before the first epoch is trained', () => {
    expect(remainingSeconds(withSeconds())).toBeUndefined();
    expect(remainingSeconds({ ...withSeconds(), history: [] })).toBeUndefined();
  });

  it('is what the remaining epochs take at the pace of the newest', () => {
    expect(remainingSeconds(withSeconds(2))).toBe(38);
    expect(remainingSeconds(withSeconds(2, 4))).toBe(54);
    // Old epochs and one odd one do not count.
    expect(remainingSeconds(withSeconds(60, 60, 3, 3, 90, 3, 3))).toBe(39);
  });

  it('is nothing after the last epoch, and never less', () => {
    expect(remainingSeconds({ ...withSeconds(2, 2), epochs: 2 })).toBe(0);
    expect(remainingSeconds({ ...withSeconds(2, 2), epochs: 1 })).toBe(0);
  });

  it('is said in the two largest units', () => {
    const said = [0.42, 9.97, 59.4, 59.6, 75, 599, 601, 3570, 5400, 90_000];
    expect(said.map(formatDuration)).toEqual([
      '0.42 s',
      '10 s',
      '59 s',
      '1 min 0 s',
      '1 min 15 s',
      '9 min 59 s',
      '10 min',
      '1 h 0 min',
      '1 h 30 min',
      '25 h 0 min',
    ]);
  });
});

/** A run of at most 20 epochs that took so long. */
function withSeconds(...seconds: readonly number[]): CurvesView {
  const history = [0, ...seconds].map((taken, index) => ({ ...epoch, epoch: index, seconds: taken }));
  return { ...curvesAfter(0), epochs: 20, history };
}
