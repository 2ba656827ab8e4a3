// Which networks a search tries: none that costs more than the budget, none twice, the same for the same seed, and
// after the first half changes of those before.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../../../src/core/architectures/architectures';
import { outlinesOf, widthsOf, type Outline } from '../../../../src/core/experiment/search/candidates';
import { weighing, type Weigh } from '../../../../src/core/experiment/search/costs';
import { fittingWidths, networkKey } from '../../../../src/core/experiment/search/fittingWidths';
import { propose, type BegunTrial, type Space } from '../../../../src/core/experiment/search/proposals';
import { drawnFirst } from '../../../../src/core/experiment/search/rungs';
import { costOf, type Budget } from '../../../../src/shared/base/searchBudget';

const made = { classes: 10, seed: 1 };
const names = ['mlp', 'lenet-5', 'resnet-8', 'ds-cnn', 'shufflenet-v2'];
const architectures = names.map(architectureOf);
const inputs = [
  [1, 32, 32],
  [1, 24, 24],
  [1, 16, 16],
];
const { signal } = new AbortController();

const neverMeasured = {
  get: () => undefined,
  keep: () => Promise.reject(new Error('nothing is measured here')),
};

/** Costs do not depend on the budget but for latency, so that they are counted once for all tests. */
const weigh: Weigh = weighing({
  made,
  budget: { measure: 'macs', limit: 1 },
  samplesOf: () => {
    throw new Error('no samples are needed');
  },
  latencies: neverMeasured,
  signal,
});

function spaceFor(budget: Budget, outlines = outlinesOf(architectures, inputs, made)): Space {
  return {
    outlines,
    fitting: (outline) => fittingWidths(outline, architectureOf(outline.architecture), budget, weigh),
  };
}

/** Begins all networks of a search whose measures follow from their sizes. */
async function begun(
  space: Space,
  wanted: number,
  seed: number,
): Promise<readonly (BegunTrial & { parent?: number })[]> {
  const trials: (BegunTrial & { parent?: number })[] = [];
  while (trials.length < wanted) {
    const proposal = await propose(space, trials, { wanted, seed });
    if (!proposal) break;
    const { parent, ...weighed } = proposal;
    const accuracy = Math.min(1, weighed.costs.parameters / 1e5);
    trials.push({
      trial: trials.length + 1,
      results: [{ loss: 1, accuracy, samples: 1 }],
      weighed,
      ...(parent !== undefined && { parent }),
    });
  }
  return trials;
}

const budgets = fc.oneof(
  fc.record({ measure: fc.constant('macs' as const), limit: fc.integer({ min: 2000, max: 5e6 }) }),
  fc.record({ measure: fc.constant('parameters' as const), limit: fc.integer({ min: 300, max: 2e6 }) }),
  fc.record({ measure: fc.constant('bytes' as const), limit: fc.integer({ min: 5000, max: 1e7 }) }),
);

describe('the networks of a search', { timeout: 60_000 }, () => {
  it('never cost more than the budget, are never the same twice, and follow from the seed', async () => {
    await fc.assert(
      fc.asyncProperty(
        budgets,
        fc.integer({ min: 1, max: 12 }),
        fc.nat(1000),
        async (budget, wanted, seed) => {
          const space = spaceFor(budget);
          const trials = await begun(space, wanted, seed);
          for (const { weighed } of trials) {
            expect(costOf(budget, weighed.costs)).toBeLessThanOrEqual(budget.limit);
            expect(await weigh(weighed.candidate)).toEqual(weighed.costs);
          }
          expect(new Set(trials.map(({ weighed }) => networkKey(weighed))).size).toBe(trials.length);
          expect(await begun(spaceFor(budget), wanted, seed)).toEqual(trials);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('are drawn at first, then changed in one thing', async () => {
    const wanted = 24;
    const trials = await begun(spaceFor({ measure: 'macs', limit: 1e6 }), wanted, 7);
    expect(trials).toHaveLength(wanted);
    const children = trials.filter(({ parent }) => parent !== undefined);
    expect(trials.slice(0, drawnFirst(wanted)).some((trial) => children.includes(trial))).toBe(false);
    expect(children.length).toBeGreaterThan(wanted / 3);
    for (const { parent, weighed } of children) {
      const from = trials[parent! - 1]!.weighed.candidate;
      const to = weighed.candidate;
      // Another architecture has the nearest depth of its own; another outline is as wide as fits.
      const differences =
        from.architecture !== to.architecture
          ? Number(from.input.join('x') !== to.input.join('x'))
          : [from.depth !== to.depth, from.input.join('x') !== to.input.join('x')].filter(Boolean).length;
      expect(differences).toBeLessThanOrEqual(from.architecture === to.architecture ? 1 : 0);
    }
  });

  it('are others for another seed', async () => {
    const budget: Budget = { measure: 'macs', limit: 1e6 };
    const [a, b] = [await begun(spaceFor(budget), 6, 1), await begun(spaceFor(budget), 6, 2)];
    expect(a.map(({ weighed }) => networkKey(weighed))).not.toEqual(
      b.map(({ weighed }) => networkKey(weighed)),
    );
  });

  it('end where all that fit have been tried', async () => {
    const outlines: Outline[] = [{ architecture: 'shufflenet-v2', depth: 1, input: [1, 32, 32] }];
    const widest = await weigh({ ...outlines[0]!, width: 1 });
    const trials = await begun(spaceFor({ measure: 'macs', limit: widest!.macs }, outlines), 10, 1);
    expect(trials.map(({ weighed }) => weighed.candidate.width).toSorted((a, b) => a - b)).toEqual([0.5, 1]);
  });
});

describe('the widths of an outline', () => {
  it('begin with the widest that fits', async () => {
    const outline = { architecture: 'lenet-5', depth: 1, input: [1, 24, 24] };
    const widths = widthsOf(architectureOf('lenet-5'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1000, max: 3e7 }), async (limit) => {
        const budget: Budget = { measure: 'macs', limit };
        const fitting = await fittingWidths(outline, architectureOf('lenet-5'), budget, weigh);
        const all: number[] = [];
        for (const width of widths) {
          const costs = await weigh({ ...outline, width });
          if (costs && costs.macs <= limit) all.push(width);
        }
        expect(fitting[0]?.candidate.width).toBe(all.at(-1));
        const found = fitting.map(({ candidate }) => candidate.width);
        expect(found).toEqual(found.toSorted((a, b) => b - a));
      }),
      { numRuns: 20 },
    );
  });

  it('leave out depths that round to the same numbers of blocks, and widths of the same network', () => {
    const depths = outlinesOf([architectureOf('resnet-8')], [[3, 32, 32]], made).map(({ depth }) => depth);
    expect(depths).toEqual([1, 1.5, 3]);
    expect(outlinesOf([architectureOf('lenet-5')], inputs, made)).toHaveLength(3);
  });
});
