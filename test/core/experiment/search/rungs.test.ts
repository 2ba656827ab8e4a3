// Successive halving: who is promoted, in which order, and that it always ends with the best on top.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bestFirst,
  drawnFirst,
  nextJob,
  order,
  plannedEpochs,
  rungsFor,
  type Ladder,
} from '../../../../src/core/experiment/search/rungs';
import type { MeasureView } from '../../../../src/shared/contracts/viewModels';

describe('rungs', () => {
  it.each([
    [1, [1]],
    [2, [1]],
    [4, [1, 2]],
    [10, [2, 3, 5]],
    [40, [5, 10, 20]],
  ])('of a search with %d epochs end after %j', (epochs, rungs) => {
    expect(rungsFor(epochs)).toEqual(rungs);
  });

  it('are planned with half of each going on', () => {
    expect(plannedEpochs(16, [2, 3, 5])).toBe(16 * 2 + 8 * 1 + 4 * 2);
    expect(plannedEpochs(1, [2, 3, 5])).toBe(2);
  });
});

function reached(accuracy: number, loss = 1): MeasureView {
  return { accuracy, loss, samples: 100 };
}

describe('the better one', () => {
  it('has the higher accuracy, then the lower loss, and did not diverge', () => {
    expect(order(reached(0.9), reached(0.8))).toBeLessThan(0);
    expect(order(reached(0.9, 2), reached(0.9, 1))).toBeGreaterThan(0);
    expect(order({ loss: 1, samples: 1 }, { loss: 2, samples: 1 })).toBeLessThan(0);
    expect(order(null, reached(0))).toBeGreaterThan(0);
    expect(order(null, null)).toBe(0);
  });
});

/** Runs a search whose networks reach what `quality` says, by trial and rung; null diverges. */
function simulate(wanted: number, rungs: number, quality: (trial: number, rung: number) => number | null) {
  const ladders: { readonly trial: number; readonly results: (MeasureView | null)[] }[] = [];
  const jobs: string[] = [];
  for (;;) {
    const job = nextJob(ladders, { wanted, rungs });
    if (!job) return { ladders: ladders as readonly Ladder[], jobs };
    const trial = job.kind === 'begin' ? ladders.length + 1 : job.trial;
    const rung = job.kind === 'begin' ? 0 : job.rung;
    jobs.push(`${trial}.${rung}`);
    if (job.kind === 'begin') ladders.push({ trial, results: [] });
    const value = quality(trial, rung);
    const { results } = ladders[trial - 1]!;
    expect(results).toHaveLength(rung);
    results.push(value === null ? null : reached(value));
  }
}

describe('a search', () => {
  it('draws half of its networks, and then promotes before it begins others', () => {
    const { jobs } = simulate(8, 3, (trial) => trial / 10);
    expect(jobs.slice(0, 4)).toEqual(['1.0', '2.0', '3.0', '4.0']);
    // 4 and 3 are the better half, and 4 the better half of those.
    expect(jobs.slice(4, 8)).toEqual(['4.1', '3.1', '4.2', '5.0']);
  });

  const qualities = fc.array(fc.option(fc.integer({ min: 0, max: 20 })), { minLength: 1, maxLength: 24 });

  it('tries what was wanted, promotes nothing that diverged, and leaves no better half behind', () => {
    fc.assert(
      fc.property(qualities, fc.integer({ min: 1, max: 4 }), (values, rungs) => {
        const wanted = values.length;
        const { ladders, jobs } = simulate(wanted, rungs, (trial) => values[trial - 1] ?? null);
        expect(ladders).toHaveLength(wanted);
        expect(jobs.slice(0, drawnFirst(wanted)).every((job) => job.endsWith('.0'))).toBe(true);
        for (let rung = 0; rung + 1 < rungs; rung++) {
          const here = ladders.filter(({ results }) => results.length > rung);
          const further = here.filter(({ results }) => results.length > rung + 1);
          expect(further.every(({ results }) => results[rung])).toBe(true);
          const sound = here.filter(({ results }) => results[rung]).length;
          // Who was in the better half at the time and no longer is has been promoted too.
          expect(further.length).toBeGreaterThanOrEqual(Math.min(sound, Math.floor(here.length / 2)));
        }
      }),
    );
  });

  it('ends with the best on top, where training longer changes no order', () => {
    fc.assert(
      fc.property(qualities, fc.integer({ min: 1, max: 4 }), (values, rungs) => {
        const { ladders } = simulate(values.length, rungs, (trial) => values[trial - 1] ?? null);
        const best = Math.max(...values.map((value) => value ?? -1));
        const [first] = bestFirst(ladders);
        expect(first ? values[first.trial - 1] : -1).toBe(best);
      }),
    );
  });

  it('goes on after an interruption as it would have gone on', () => {
    fc.assert(
      fc.property(qualities, fc.nat(40), (values, cut) => {
        const quality = (trial: number, rung: number): number | null =>
          (values[trial - 1] ?? null) === null ? null : (values[trial - 1]! * (rung + 3)) % 7;
        const whole = simulate(values.length, 3, quality).jobs;
        const ladders = new Map<number, Ladder>();
        for (const job of whole.slice(0, cut)) {
          const [trial = 0, rung = 0] = job.split('.').map(Number);
          const value = quality(trial, rung);
          const results = [...(ladders.get(trial)?.results ?? []), value === null ? null : reached(value)];
          ladders.set(trial, { trial, results });
        }
        const next = nextJob([...ladders.values()], { wanted: values.length, rungs: 3 });
        const name = next && (next.kind === 'begin' ? `${ladders.size + 1}.0` : `${next.trial}.${next.rung}`);
        expect(name).toBe(whole[cut]);
      }),
    );
  });
});
