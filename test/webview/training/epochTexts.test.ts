// Epochs in words and in tables, and how long the remaining ones take.
import { describe, expect, it } from 'vitest';
import { journeyOf, trainingsOf, type Journey } from '../../../src/shared/contracts/journey';
import type { CurvesView, EpochView } from '../../../src/shared/contracts/viewModels';
import { toCsv } from '../../../webview/charts/csv';
import { formatDuration } from '../../../webview/durations';
import { epochCsv, epochTable, epochText, gapOf } from '../../../webview/training/epochTexts';
import { remainingSeconds } from '../../../webview/training/remainingTime';
import { prunedReport } from '../samplePruning';
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
    expect(told(epoch, 'loss')).toBe(
      'Epoch 12: train 0.03124, validation 0.08742, gap 0.05618, learning rate 0.001',
    );
  });

  it('is told with both accuracies and their gap in points', () => {
    expect(told(epoch, 'accuracy')).toBe('Epoch 12: train 99.1%, validation 95.2%, gap −3.9 pp');
  });

  it('has no rate where it stands for the network before the run', () => {
    expect(told({ ...epoch, epoch: 0 }, 'loss')).toBe(
      'Epoch 0: train 0.03124, validation 0.08742, gap 0.05618',
    );
  });

  it('has dashes where there is no number', () => {
    expect(told({ ...epoch, trainLoss: null }, 'loss')).toBe(
      'Epoch 12: train –, validation 0.08742, gap –, learning rate 0.001',
    );
    expect(gapOf(1, null)).toBeNull();
    expect(gapOf(undefined, 1)).toBeNull();
    expect(gapOf(0.5, 0)).toBe(-0.5);
  });
});

describe('an epoch of a run that prunes', () => {
  const report = prunedReport();
  const journey = journeyOf(report.training!, report.steps);
  const texts = journey.points.map((point) => epochText(point, journey, 'accuracy'));

  it('is told with what goes on in it and the sparsity', () => {
    expect(texts[3]).toMatch(/^Epoch 3, train: train .*, gap −[\d.]+ pp, sparsity 0%$/);
    expect(texts[16]).toMatch(/^Epoch 15, fine-tune: train .*, sparsity 53\.6%$/);
  });

  it('is told apart from the network that was pruned after it', () => {
    const around = texts.filter((text) => text.startsWith('Epoch 14,'));
    expect(around.map((text) => text.split(':')[0])).toEqual(['Epoch 14, train', 'Epoch 14, prune 53.6%']);
  });

  it('has its phase and its sparsity in the tables', () => {
    const { columns, rows } = epochTable(journey, 'loss');
    expect(columns.slice(0, 2)).toEqual(['Epoch', 'Phase']);
    expect(rows[15]!.slice(0, 2)).toEqual([14, 'prune 53.6%']);
    expect(rows[15]![columns.indexOf('Sparsity')]).toBe('53.6%');
    const lines = toCsv(epochCsv(journey)).trimEnd().split('\n');
    expect(lines[0]).toBe(
      'epoch,step,phase,trained,trainLoss,validationLoss,trainAccuracy,validationAccuracy,learningRate,seconds,sparsity',
    );
    expect(lines[16]).toMatch(/^14,2,prune 53\.6% · fine-tune,no,.*,0\.536$/);
    expect(lines.at(-1)).toMatch(/^32,3,fine-tune,yes,.*,0\.9$/);
  });
});

describe('all epochs', () => {
  it('are a table to read, for the losses and for the accuracies', () => {
    const curves = way({ ...curvesAfter(0), history: [epoch] });
    expect(epochTable(curves, 'loss')).toEqual({
      columns: ['Epoch', 'Train', 'Validation', 'Gap', 'Learning rate', 'Seconds'],
      rows: [[12, '0.03124', '0.08742', '0.05618', '0.001', 2.15]],
    });
    expect(epochTable(curves, 'accuracy').rows).toEqual([[12, '99.1%', '95.2%', '−3.9 pp', '0.001', 2.15]]);
  });

  it('are copied with every digit, and without columns that nothing is in', () => {
    const lines = toCsv(epochCsv(way(divergedCurves())))
      .trimEnd()
      .split('\n');
    expect(lines[0]).toBe('epoch,trainLoss,validationLoss,learningRate,seconds');
    expect(lines[2]).toBe(`1,1.84,${1.84 * 1.04 + 0.02},0.8,2.1`);
    expect(lines.at(-1)).toBe('6,,,0.8,2.1');
    expect(toCsv(epochCsv(way(curvesAfter(1)))).split('\n')[0]).toContain('validationAccuracy');
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

function way(curves: CurvesView): Journey {
  return journeyOf(trainingsOf(curves));
}

function told(one: EpochView, measure: 'loss' | 'accuracy'): string {
  const journey = way({ ...curvesAfter(0), history: [one] });
  return epochText(journey.points[0]!, journey, measure);
}

/** A run of at most 20 epochs that took so long. */
function withSeconds(...seconds: readonly number[]): CurvesView {
  const history = [0, ...seconds].map((taken, index) => ({ ...epoch, epoch: index, seconds: taken }));
  return { ...curvesAfter(0), epochs: 20, history };
}
