// Learning rates against their closed forms.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learningRateAt, plateauScale } from '../../../src/core/training/schedule';
import { trainSchema } from '../../../src/core/training/trainOptions';
import type { EpochView } from '../../../src/shared/contracts/viewModels';

const options = (given: Readonly<Record<string, unknown>>) =>
  trainSchema.parse({ epochs: 20, learningRate: 0.1, ...given });

function historyOf(losses: readonly (number | null)[]): EpochView[] {
  return losses.map((validationLoss, epoch) => {
    return { epoch, trainLoss: 0, validationLoss, learningRate: 0, seconds: 0 };
  });
}

/** The rate of each epoch's first step. */
function rates(given: Readonly<Record<string, unknown>>, epochs: readonly number[]): number[] {
  return epochs.map((epoch) => learningRateAt(options(given), { epoch, step: 0, steps: 10 }, []));
}

describe('the learning rate', () => {
  it('stays as it is when it is constant', () => {
    expect(rates({ schedule: 'constant' }, [1, 7, 20])).toEqual([0.1, 0.1, 0.1]);
  });

  it('is multiplied after every so many epochs', () => {
    const decay = { every: 3, factor: 0.5 };
    expect(rates({ schedule: 'step', decay }, [1, 3, 4, 6, 7])).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
  });

  it('follows half a cosine to nearly nothing', () => {
    const cosine = rates({ schedule: 'cosine' }, [1, 6, 11, 16]);
    const expected = [1, Math.SQRT1_2 / 2 + 0.5, 0.5, 0.5 - Math.SQRT1_2 / 2].map((scale) => 0.1 * scale);
    for (const [i, rate] of cosine.entries()) expect(rate).toBeCloseTo(expected[i]!, 12);
    const last = learningRateAt(options({ schedule: 'cosine' }), { epoch: 20, step: 9, steps: 10 }, []);
    expect(last).toBeGreaterThan(0);
    expect(last).toBeLessThan(1e-5);
  });

  it('rises in equal steps to its value, and the cosine begins there', () => {
    const warm = options({ schedule: 'cosine', warmup: 2 });
    const steps = Array.from({ length: 22 }, (_, i) => {
      return learningRateAt(warm, { epoch: 1 + Math.floor(i / 10), step: i % 10, steps: 10 }, []);
    });
    for (let i = 0; i < 20; i++) expect(steps[i]).toBeCloseTo((0.1 * (i + 1)) / 20, 12);
    expect(steps[20]).toBeCloseTo(0.1, 12);
    expect(steps[21]).toBeCloseTo((0.1 * (1 + Math.cos((Math.PI * 0.1) / 18))) / 2, 12);
  });

  it('is a number above zero and never above its value, whatever the options', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('constant', 'step', 'cosine', 'plateau'),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.integer({ min: 1, max: 7 }),
        (schedule, epochs, warmup, steps) => {
          const given = options({ schedule, epochs, warmup });
          for (let epoch = 1; epoch <= epochs; epoch++) {
            for (let step = 0; step < steps; step++) {
              const rate = learningRateAt(given, { epoch, step, steps }, historyOf([1]));
              expect(rate).toBeGreaterThan(0);
              expect(rate).toBeLessThanOrEqual(0.1);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('falls when the validation loss has not fallen for long enough, and waits again', () => {
    const decay = { every: 2, factor: 0.1 };
    const scales = [[3], [3, 2], [3, 2, 2], [3, 2, 2, 2.5], [3, 2, 2, 2.5, 4], [3, 2, 2, 2.5, 4, 5]];
    expect(scales.map((losses) => plateauScale(historyOf(losses), decay))).toEqual([
      1,
      1,
      1,
      0.1,
      0.1,
      0.1 * 0.1,
    ]);
    expect(plateauScale(historyOf([3, 4, 2.9, 3, 2.8, 3]), decay)).toBe(1);
    const history = historyOf([3, 2, 2, 2.5]);
    expect(
      learningRateAt(options({ schedule: 'plateau', decay }), { epoch: 4, step: 0, steps: 1 }, history),
    ).toBeCloseTo(0.01, 12);
  });
});
