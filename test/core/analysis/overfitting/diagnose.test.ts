// The rules of the diagnosis on made-up runs: what each verdict needs, and what it does not fall for.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/core/analysis/overfitting/diagnose';
import type { DiagnosisFacts } from '../../../../src/core/analysis/overfitting/diagnosisFacts';
import type { GeneralizationView } from '../../../../src/shared/contracts/viewModels';
import {
  balancedPoints,
  classRun,
  codes,
  epochs,
  historyOf,
  overfitPoints,
  underfitPoints,
  valueRun,
  type Point,
} from './histories';

describe('the verdict', () => {
  test.each([
    ['balanced', balancedPoints],
    ['overfit', overfitPoints],
    ['underfit', underfitPoints],
  ] as const)('is %s for a run made to be so', (verdict, points) => {
    expect(diagnose(classRun(points)).verdict).toBe(verdict);
  });

  test('is undecided while there are fewer than three epochs', () => {
    for (const count of [1, 2]) {
      const found = diagnose(classRun(overfitPoints.slice(0, count)));
      expect(found.verdict).toBe('undecided');
      expect(codes(found)).toContain('EPOCHS_FEW');
    }
    expect(codes(diagnose(classRun([])))).toContain('NOTHING_MEASURED');
    expect(diagnose(classRun(overfitPoints.slice(0, 3))).verdict).not.toBe('undecided');
  });

  test('does not call a run that still learns underfit before it is over', () => {
    const slow = epochs(5, (n) => ({
      train: 2.3 - 0.15 * n,
      validation: 2.31 - 0.15 * n,
      trainAccuracy: 0.1 + 0.05 * n,
      validationAccuracy: 0.1 + 0.05 * n,
    }));
    expect(diagnose(classRun(slow, { ended: false, epochs: 30 })).verdict).toBe('undecided');
    expect(diagnose(classRun(slow)).verdict).toBe('underfit');
    expect(diagnose(classRun(slow)).advice[0]?.note.code).toBe('ADVICE_LONGER_MEASURED');
  });

  test('is diverged from a loss on that is no number, whatever came before', () => {
    const bad: Point = { train: null, validation: null };
    const found = diagnose(classRun([...balancedPoints, bad]));
    expect(found.verdict).toBe('diverged');
    expect(found.evidence[0]).toMatchObject({
      speaksFor: 'diverged',
      note: { code: 'LOSS_NOT_FINITE', values: { epoch: 13 } },
    });
    expect(diagnose(classRun([bad])).verdict).toBe('diverged');
  });

  test('names the layer whose weights broke', () => {
    const found = diagnose(classRun([], { divergence: { epoch: 2, layer: 'fc1' } }));
    expect(found.verdict).toBe('diverged');
    expect(found.evidence[0]?.note).toEqual({ code: 'LAYER_GREW', values: { epoch: 2, layer: 'fc1' } });
  });

  test.each([
    ['LOSS_EXPLODED', [2.3, 9, 31, 40]],
    ['LOSS_COLLAPSED', [1.2, 0.6, 2.28, 2.3]],
    ['LOSS_ABOVE_GUESSING', [2.5, 2.42, 2.44, 2.43, 2.45]],
  ] as const)('is diverged with the evidence %s', (code, losses) => {
    const points = losses.map((loss) => ({
      train: loss,
      validation: loss,
      trainAccuracy: 0.11,
      validationAccuracy: 0.1,
    }));
    const found = diagnose(classRun(points));
    expect(found.verdict).toBe('diverged');
    expect(found.evidence[0]?.note.code).toBe(code);
  });

  test('does not take a spike for divergence, nor a start from badly scaled weights', () => {
    const spike = balancedPoints.map((point, i) => (i === 4 ? { ...point, train: 5, validation: 5 } : point));
    expect(diagnose(classRun(spike)).verdict).toBe('balanced');
    const scaled = epochs(6, (n) => ({
      train: 40 / n ** 1.2,
      validation: 41 / n ** 1.2,
      trainAccuracy: 0.2,
      validationAccuracy: 0.2,
    }));
    expect(diagnose(classRun(scaled, { ended: false, epochs: 50 })).verdict).toBe('undecided');
  });

  test('is leaking from one in a hundred shared samples on, also where the curves look well', () => {
    expect(withShared(5).verdict).toBe('leaking');
    expect(withShared(5).advice).toEqual([
      { note: { code: 'ADVICE_REMOVE_SHARED', values: { shared: '5' } } },
    ]);
    expect(withShared(4).verdict).toBe('balanced');
    expect(codes(withShared(4))).toContain('SAMPLES_SHARED');
    expect(codes(withShared(0))).toContain('SAMPLES_APART');
  });

  test('does not build on a gap that so few validation samples do not prove', () => {
    const points = epochs(6, (n) => ({
      train: 0.3 + 1 / n ** 2,
      validation: 0.42 + 1 / n ** 2,
      trainAccuracy: 0.95,
      validationAccuracy: 0.84,
    }));
    const few = diagnose(classRun(points, { samples: { train: 300, validation: 20 } }));
    expect(few.verdict).toBe('balanced');
    expect(codes(few)).toContain('DECLINE_UNCERTAIN');
    expect(diagnose(classRun(points)).verdict).toBe('overfit');
  });

  test('does not take the last wiggle of a solved task for overfitting', () => {
    const points = epochs(12, (n) => ({
      train: 0.004 / n,
      validation: n < 6 ? 0.004 : 0.004 + 0.0005 * (n - 5),
      trainAccuracy: 1,
      validationAccuracy: 0.999,
    }));
    expect(diagnose(classRun(points)).verdict).toBe('balanced');
  });

  test('puts the larger problem first where training is poor and the gap is wide too', () => {
    for (const [validationAccuracy, verdict] of [
      [0.42, 'underfit'],
      [0.25, 'overfit'],
    ] as const) {
      const points = epochs(6, (n) => ({
        train: 1.3 + 0.5 / n ** 2,
        validation: 1.6 + 0.5 / n ** 2,
        trainAccuracy: 0.5,
        validationAccuracy,
      }));
      expect(diagnose(classRun(points)).verdict).toBe(verdict);
    }
  });

  test('judges a file without a run by its measures alone', () => {
    for (const [train, validation, verdict] of [
      [0.99, 0.97, 'balanced'],
      [1, 0.7, 'overfit'],
      [0.3, 0.29, 'underfit'],
    ] as const) {
      const facts = classRun([], { generalization: generalization(train, validation) });
      expect(diagnose(facts).verdict).toBe(verdict);
    }
  });
});

describe('predicting values', () => {
  test('is judged by the explained part of the spread', () => {
    expect(diagnose(valueRun(curve(0.05, 0.06), 1)).verdict).toBe('balanced');
    expect(diagnose(valueRun(curve(0.05, 0.4), 1)).verdict).toBe('overfit');
    expect(diagnose(valueRun(curve(0.8, 0.82), 1)).verdict).toBe('underfit');
  });

  test('without a baseline is judged by the ratio of the losses and by whether they still fall', () => {
    expect(diagnose(withoutBaseline(curve(0.05, 0.06))).verdict).toBe('balanced');
    expect(diagnose(withoutBaseline(curve(0.05, 0.11))).verdict).toBe('overfit');
    const falling = epochs(6, (n) => ({ train: 8 - n, validation: 8.2 - n }));
    expect(diagnose(withoutBaseline(falling)).verdict).toBe('underfit');
  });

  test('the verdict does not depend on the unit of the loss', () => {
    fc.assert(
      fc.property(
        anyPoints,
        fc.double({ min: 0.5, max: 20 }),
        fc.integer({ min: -12, max: 12 }),
        (points, spread, k) => {
          const unit = 2 ** k;
          const scaled = points.map(({ train, validation }) => ({
            train: train * unit,
            validation: validation * unit,
          }));
          expect(diagnose(valueRun(scaled, spread * unit)).verdict).toBe(
            diagnose(valueRun(points, spread)).verdict,
          );
        },
      ),
    );
  });
});

const anyPoints = fc.array(
  fc.record({
    train: fc.double({ min: 0.001, max: 10, noNaN: true }),
    validation: fc.double({ min: 0.001, max: 10, noNaN: true }),
  }),
  { minLength: 1, maxLength: 20 },
);

const anyClassPoints = fc.array(
  fc.record({
    train: fc.double({ min: 0, max: 10, noNaN: true }),
    validation: fc.double({ min: 0, max: 10, noNaN: true }),
    trainAccuracy: fc.double({ min: 0, max: 1, noNaN: true }),
    validationAccuracy: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 20 },
);

describe('whatever the curves', () => {
  test('epochs after a loss that is no number change nothing', () => {
    fc.assert(
      fc.property(anyClassPoints, anyClassPoints, (before, after) => {
        const points = [...before, { train: null, validation: null }, ...after];
        expect(diagnose(classRun(points)).verdict).toBe('diverged');
      }),
    );
  });

  test('a verdict has evidence, first that which speaks for it, and numbers in every sentence', () => {
    fc.assert(
      fc.property(anyClassPoints, fc.boolean(), (points, ended) => {
        const { verdict, evidence } = diagnose(classRun(points, { ended, epochs: 20 }));
        const ranks = evidence.map(({ speaksFor }) =>
          speaksFor === verdict ? 0 : speaksFor === null ? 2 : 1,
        );
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        if (verdict !== 'undecided') expect(ranks[0]).toBe(0);
        for (const { note } of evidence) {
          for (const value of Object.values(note.values))
            expect(String(value)).not.toMatch(/NaN|undefined|Infinity/);
        }
      }),
    );
  });

  test('better validation never makes a run overfit', () => {
    fc.assert(
      fc.property(
        anyClassPoints.filter((points) => points.length >= 3),
        (points) => {
          fc.pre(diagnose(classRun(points)).verdict !== 'overfit');
          const better = points.map((point) => ({
            ...point,
            validation: point.train,
            validationAccuracy: point.trainAccuracy,
          }));
          expect(diagnose(classRun(better)).verdict).not.toBe('overfit');
        },
      ),
    );
  });
});

function withShared(shared: number): ReturnType<typeof diagnose> {
  return diagnose(classRun(balancedPoints, { overlap: { shared, validation: 500 } }));
}

/** Losses that come down to these. */
function curve(train: number, validation: number): readonly Point[] {
  return epochs(8, (n) => ({ train: train * (1 + 1 / n ** 3), validation: validation * (1 + 1 / n ** 3) }));
}

function withoutBaseline(points: readonly Point[]): DiagnosisFacts {
  const { baseline: _, ...facts } = valueRun(points, 1);
  return facts;
}

function generalization(trainAccuracy: number, validationAccuracy: number): GeneralizationView {
  return {
    train: { loss: 0.1, accuracy: trainAccuracy, samples: 2000 },
    validation: { loss: 0.2, accuracy: validationAccuracy, samples: 500 },
  };
}

test('an epoch 0 is where the run started, not an epoch of it', () => {
  const [first] = historyOf([{ train: 2.3, validation: 2.3 }]);
  const history = [{ ...first!, epoch: 0 }, ...historyOf(balancedPoints.slice(0, 2))];
  expect(diagnose(classRun([], { history })).verdict).toBe('undecided');
});
