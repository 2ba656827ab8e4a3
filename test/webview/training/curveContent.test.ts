// What of a training run is drawn: the axis of epochs, the marks, the learning rate where it changes.
import { describe, expect, it } from 'vitest';
import { journeyOf, trainingsOf, type Journey } from '../../../src/shared/contracts/journey';
import type { CurvesView, EpochView } from '../../../src/shared/contracts/viewModels';
import {
  accuracyContent,
  changingRates,
  divergedEpoch,
  epochRange,
  explodes,
  hasAccuracy,
  lossContent,
} from '../../../webview/training/curveContent';
import { pruningCurves, pruningSteps } from '../samplePruning';
import { curvesAfter, divergedCurves } from '../sampleTraining';

describe('the axis of epochs', () => {
  it('spans what was trained when the run has ended', () => {
    expect(range(30, 14, false)).toEqual({ min: 0, max: 14 });
  });

  it('has room ahead while the run goes on, which grows seldom', () => {
    const ends = Array.from({ length: 30 }, (_, last) => range(300, last, true).max);
    expect(new Set(ends)).toEqual(new Set([10, 20, 50]));
    expect(range(300, 51, true).max).toBe(100);
    expect(range(300, 201, true).max).toBe(300);
    expect(range(5000, 1001, true).max).toBe(2000);
  });

  it('ends with the last epoch that the run may take', () => {
    expect(range(7, 3, true)).toEqual({ min: 0, max: 7 });
    // A run that was resumed with fewer epochs than it has taken.
    expect(range(7, 9, true)).toEqual({ min: 0, max: 9 });
  });

  it('is never empty', () => {
    expect(range(1, 0, false)).toEqual({ min: 0, max: 1 });
    expect(epochRange(way({ ...curvesAfter(0), history: [] }), false)).toEqual({ min: 1, max: 2 });
  });
});

describe('the lines of a run', () => {
  it('are its losses, with the best epoch marked', () => {
    const curves = curvesAfter(20);
    const { series, marks } = lossContent(way(curves), false);
    expect(series.map(({ role, points }) => [role, points[3]])).toEqual([
      ['train', { x: 3, y: curves.history[3]!.trainLoss }],
      ['validation', { x: 3, y: curves.history[3]!.validationLoss }],
    ]);
    expect(marks).toEqual([{ x: 13, label: 'best: 13', tone: 'best' }]);
  });

  it('are its accuracies where samples are classified', () => {
    const curves = curvesAfter(4);
    expect(hasAccuracy(way(curves))).toBe(true);
    expect(accuracyContent(way(curves), false).series[1]!.points.at(-1)).toEqual({
      x: 4,
      y: curves.history[4]!.validationAccuracy,
    });
    expect(hasAccuracy(way(divergedCurves()))).toBe(false);
  });

  it('end with a mark where the run diverged', () => {
    const curves = divergedCurves();
    expect(divergedEpoch(way(curves))).toBe(6);
    expect(lossContent(way(curves), false).marks.map(({ x, tone }) => [x, tone])).toEqual([
      [1, 'best'],
      [6, 'end'],
    ]);
    expect(divergedEpoch(way(curvesAfter(30)))).toBeUndefined();
  });

  it('start on a logarithmic axis only where the loss explodes', () => {
    expect(explodes(way(divergedCurves()))).toBe(true);
    expect(explodes(way(curvesAfter(30)))).toBe(false);
    expect(explodes(way({ ...curvesAfter(0), history: [] }))).toBe(false);
  });
});

describe('the lines of a run that prunes', () => {
  it('go on through its steps, with what was done named above, and the sparsity', () => {
    const { bands, level, range: axis } = lossContent(way(pruningCurves(6)), false);
    expect(bands).toEqual([
      { min: 0, max: 14, labels: ['train'] },
      { min: 14, max: 18, labels: ['prune 53.6% · fine-tune', 'prune 53.6%', '53.6%'] },
      { min: 18, max: 20, labels: ['prune 78.5% · fine-tune', 'prune 78.5%', '78.5%'] },
    ]);
    expect(axis).toEqual({ min: 0, max: 20 });
    // The network as it was pruned stands at the epoch before the first of its phase.
    expect(level!.points.slice(13, 18)).toEqual([
      { x: 13, y: 0 },
      { x: 14, y: 0 },
      { x: 14, y: 0.536 },
      { x: 15, y: 0.536 },
      { x: 16, y: 0.536 },
    ]);
  });

  it('have neither bands nor a sparsity where nothing is pruned and one step trains', () => {
    const { bands, level } = lossContent(way(curvesAfter(5)), false);
    expect([bands, level]).toEqual([undefined, undefined]);
  });

  it('leave the last phase the room ahead while the run goes on', () => {
    const { bands, range: axis } = lossContent(way(pruningCurves(6)), true);
    expect([bands!.at(-1)!.max, axis.max]).toEqual([20, 20]);
    expect(lossContent(way(pruningCurves(7)), true).bands!.at(-1)!.max).toBe(26);
  });
});

describe('the learning rate', () => {
  it('is drawn where it changes, from the first epoch that was trained', () => {
    const curves = curvesAfter(5);
    const { history } = curves;
    expect(changingRates(way(curves))).toEqual(
      history.slice(1).map(({ epoch, learningRate }) => ({ x: epoch, y: learningRate })),
    );
    expect(lossContent(way(curvesAfter(5)), true).strip).toBeDefined();
  });

  it('is not where it stays the same', () => {
    expect(changingRates(way(divergedCurves()))).toBeUndefined();
    expect(changingRates(journeyOf([]))).toBeUndefined();
    // What stands for the network before the run was not trained with.
    const [before, ...rest] = divergedCurves().history;
    const history = [{ ...before!, learningRate: 0 }, ...rest];
    expect(changingRates(way({ ...divergedCurves(), history }))).toBeUndefined();
  });
});

function way(curves: CurvesView): Journey {
  return journeyOf(trainingsOf(curves), pruningSteps);
}

function range(epochs: number, last: number, running: boolean): ReturnType<typeof epochRange> {
  return epochRange(way({ ...curvesAfter(0), epochs, history: historyTo(last) }), running);
}

function historyTo(last: number): readonly EpochView[] {
  const first = curvesAfter(0).history[0]!;
  return Array.from({ length: last + 1 }, (_, epoch) => ({ ...first, epoch }));
}
