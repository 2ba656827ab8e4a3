// Which units go first: against sorting, for scores of any sign, ties and units of different sizes.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowestUnits } from '../../../../src/core/compression/pruning/lowestUnits';
import { elementUnits, type Units } from '../../../../src/core/compression/pruning/units';
import { pauseFor } from '../../../../src/core/ir/pacing';

const pause = pauseFor(new AbortController().signal);

/** Few distinct values, so that ties are the rule. */
const score = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.float({ noNaN: true, min: -2, max: 2 }),
  fc.constantFrom(-Infinity, Infinity, 0, -0, 1e-40, -1e-40),
);

/** The first ones of a stable sort, as positions in all parts together. */
function lowestBySorting(scores: readonly number[], count: number): number[] {
  const order = scores
    .map((_, i) => i)
    .toSorted((a, b) => Number(scores[a]! > scores[b]!) - Number(scores[a]! < scores[b]!));
  return order.slice(0, count).toSorted((a, b) => a - b);
}

function positions(dropped: readonly Uint8Array[]): number[] {
  return dropped.flatMap((part) => [...part]).flatMap((drop, i) => (drop === 1 ? [i] : []));
}

describe('choosing units', () => {
  it('drops exactly as many single weights as asked, those that sorting would drop, but never all', async () => {
    const parts = fc.array(fc.array(score, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(100), async (lists, wanted) => {
        const all = lists.flatMap((list) => list.map(Math.fround));
        const count = Math.min(wanted, all.length);
        const units = lists.map((list) => elementUnits(Float32Array.from(list)));
        const dropped = positions(await lowestUnits(units, count, pause));
        expect(dropped).toEqual(lowestBySorting(all, Math.min(count, all.length - 1)));
      }),
    );
  });

  it('comes as near to the count as units of different sizes allow', async () => {
    const unit = fc.record({ score, size: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 2, maxLength: 40 }), fc.nat(200), async (list, count) => {
        const units: Units = {
          scores: Float32Array.from(list, (each) => each.score),
          sizes: Uint32Array.from(list, (each) => each.size),
          unitOf: (element) => element,
        };
        const [mask] = await lowestUnits([units], count, pause);
        const done = list.reduce((sum, { size }, i) => sum + size * mask![i]!, 0);
        const total = list.reduce((sum, { size }) => sum + size, 0);
        const largest = Math.max(...list.map(({ size }) => size));
        expect(Math.abs(done - Math.min(count, total))).toBeLessThanOrEqual(largest);
        const kept = list.filter((_, i) => mask![i] === 0).map((each) => Math.fround(each.score));
        const gone = list.filter((_, i) => mask![i] === 1).map((each) => Math.fround(each.score));
        expect(kept.length).toBeGreaterThan(0);
        for (const low of gone) expect(kept.every((high) => low <= high)).toBe(true);
      }),
    );
  });
});
