// Class scores: which outputs count as such, and divergences, losses and agreement on cases computed by hand.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  labelSums,
  scoreKind,
  scoreRows,
  scoreSums,
  type ScoreKind,
  type ScoreRows,
} from '../../../src/core/analysis/classScores';

function rows(...values: readonly (readonly number[])[]): ScoreRows {
  return { rows: values.length, classes: values[0]!.length, values: values.flat() };
}

function measures(kind: ScoreKind, p: ScoreRows, q: ScoreRows) {
  const sums = scoreSums(kind);
  sums.add(p, q);
  return sums.measures();
}

/** Logits of given probabilities; any shift of them stands for the same. */
function asLogits(scores: ScoreRows, shift: number): ScoreRows {
  return { ...scores, values: Array.from(scores.values, (value) => Math.log(value) + shift) };
}

describe('scoreRows', () => {
  it.each([
    [[8, 10], 8, true],
    [[1, 1000, 1, 1], 1, true],
    [[3], 1, true],
    [[3], 3, false],
    [[1, 1], 1, false],
    [[100, 4], 1, false],
    [[1, 4420, 2], 1, false],
    [[1, 20, 1024], 1, false],
    [[], 1, false],
  ])('takes an output of shape %j for %i samples: %s', (shape, samples, isTaken) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    expect(scoreRows(shape, samples, new Float32Array(size)) !== undefined).toBe(isTaken);
  });
});

describe('scoreKind', () => {
  const distribution = rows([0.2, 0.5, 0.3], [0, 1, 0]);
  const logits = rows([-3, 4, 0.5], [2, 1, 9]);
  const masks = rows([0.9, 0.8, 0.1], [0.2, 0.1, 0.1]);

  it('knows probabilities by their sum, whatever else the model puts out', () => {
    expect(scoreKind(distribution, { onlyOutput: false })).toBe('probabilities');
    expect(scoreKind(distribution, { onlyOutput: true, labelledClasses: 3 })).toBe('probabilities');
  });

  it('takes other rows for logits where they are the only output or labels agree', () => {
    expect(scoreKind(logits, { onlyOutput: true })).toBe('logits');
    expect(scoreKind(logits, { onlyOutput: false })).toBeUndefined();
    expect(scoreKind(logits, { onlyOutput: false, labelledClasses: 3 })).toBe('logits');
    expect(scoreKind(logits, { onlyOutput: true, labelledClasses: 10 })).toBeUndefined();
  });

  it('does not take masks and bounded controls for scores', () => {
    expect(scoreKind(masks, { onlyOutput: true })).toBeUndefined();
    expect(scoreKind(rows([-0.9, 0.3]), { onlyOutput: true })).toBeUndefined();
  });
});

describe('scoreSums', () => {
  it('gives KL and agreement of a case computed by hand', () => {
    const p = rows([0.5, 0.5], [0.9, 0.1]);
    const q = rows([0.25, 0.75], [0.9, 0.1]);
    // ½·ln(½/¼) + ½·ln(½/¾) = ½·ln(4/3); the second row is unchanged. The first top class moves from 0 to 1.
    const result = measures('probabilities', p, q)!;
    expect(result.kl).toBeCloseTo(Math.log(4 / 3) / 4, 12);
    expect(result.agreement).toBe(0.5);
  });

  it('gives the same for logits as for the probabilities that they stand for', () => {
    const p = rows([0.1, 0.2, 0.7], [0.3, 0.3, 0.4]);
    const q = rows([0.2, 0.2, 0.6], [0.1, 0.6, 0.3]);
    const expected = measures('probabilities', p, q)!;
    const actual = measures('logits', asLogits(p, 700), asLogits(q, -900))!;
    expect(actual.kl).toBeCloseTo(expected.kl, 9);
    expect(actual.agreement).toBe(expected.agreement);
  });

  it('is never negative, and 0 with full agreement for equal scores', () => {
    const scores = fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 6 }))
      .chain(([count, classes]) => {
        const list = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), {
          minLength: count * classes,
          maxLength: count * classes,
        });
        return fc.record({ rows: fc.constant(count), classes: fc.constant(classes), p: list, q: list });
      });
    fc.assert(
      fc.property(scores, ({ p, q, ...shape }) => {
        expect(
          measures('logits', { ...shape, values: p }, { ...shape, values: q })!.kl,
        ).toBeGreaterThanOrEqual(0);
        expect(measures('logits', { ...shape, values: p }, { ...shape, values: p })).toEqual({
          kl: 0,
          agreement: 1,
        });
      }),
    );
  });

  it('stays finite where a probability vanishes, and leaves out samples that are not finite', () => {
    expect(measures('probabilities', rows([1, 0]), rows([0, 1]))!.kl).toBeCloseTo(-Math.log(1e-12), 9);
    expect(measures('logits', rows([1, NaN], [1, 2]), rows([1, 2], [1, 2]))).toEqual({ kl: 0, agreement: 1 });
    expect(measures('logits', rows([NaN, 1]), rows([1, 2]))).toBeUndefined();
  });
});

describe('labelSums', () => {
  it('gives accuracy and cross-entropy of a case computed by hand', () => {
    const sums = labelSums('probabilities');
    sums.add(rows([0.5, 0.25, 0.25], [0.1, 0.1, 0.8]), [0, 1]);
    sums.add(rows([0.2, 0.3, 0.5]), [2]);
    const { accuracy, loss, samples } = sums.measures();
    expect([accuracy, samples]).toEqual([2 / 3, 3]);
    expect(loss).toBeCloseTo(-(Math.log(0.5) + Math.log(0.1) + Math.log(0.5)) / 3, 12);
  });

  it('counts a sample that is not finite as wrong', () => {
    const sums = labelSums('logits');
    sums.add(rows([NaN, 1]), [0]);
    expect(sums.measures().accuracy).toBe(0);
    expect(sums.measures().loss).toBeCloseTo(-Math.log(1e-12), 9);
  });
});
