// How weights to remove are divided among layers, on curves small enough to see the best division.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateSparsity, type HarmCurve } from '../../../../src/core/compression/pruning/allocateSparsity';
import { sparsityTargets } from '../../../../src/core/compression/pruning/sparsityTargets';

const curve = (layer: string, elements: number, harms: readonly number[]): HarmCurve => ({
  layer,
  elements,
  points: harms.map((harm, i) => ({ sparsity: (i + 1) / harms.length, harm })),
});

const share = (curves: readonly HarmCurve[], count: number) =>
  Object.fromEntries(allocateSparsity(curves, count));

const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(6)));

describe('dividing weights to remove among layers', () => {
  const sturdy = curve('sturdy', 100, [0, 0.1]);
  const tender = curve('tender', 100, [1, 10]);

  it('takes them where they harm least, and goes over to the next layer where that becomes better', () => {
    expect(share([tender, sturdy], 40)).toEqual({ tender: 0, sturdy: 40 });
    expect(share([tender, sturdy], 120)).toEqual({ tender: 21, sturdy: 99 });
    expect(share([tender, sturdy], 200)).toEqual({ tender: 99, sturdy: 99 });
  });

  it('counts harm by the weights that it buys, so that a small layer is spared', () => {
    expect(share([curve('small', 10, [0.5, 0.6]), curve('large', 1000, [0.5, 5])], 300)).toEqual({
      small: 0,
      large: 300,
    });
  });

  it('is not deterred by a point above the line of its neighbours', () => {
    // Half of it harms more than all of it.
    expect(share([curve('odd', 100, [3, 0]), tender], 100)).toEqual({ odd: 99, tender: 1 });
  });

  it('removes exactly as many as asked, and leaves every layer a weight', () => {
    const anyCurve = fc.record({
      elements: fc.integer({ min: 1, max: 500 }),
      harms: fc.array(fc.double({ min: -1, max: 10, noNaN: true }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyCurve, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, part) => {
          const curves = given.map(({ elements, harms }, i) => curve(`l${i}`, elements, harms));
          const total = curves.reduce((sum, { elements }) => sum + elements, 0);
          const count = Math.floor(part * (total - curves.length));
          const removed = allocateSparsity(curves, count);
          expect([...removed.values()].reduce((a, b) => a + b, 0)).toBe(count);
          for (const { layer, elements } of curves) expect(removed.get(layer)).toBeLessThan(elements);
        },
      ),
    );
  });
});

describe('the sparsity of each round', () => {
  it('is reached at once, by equal fractions of the rest, or along a cube', () => {
    expect(sparsityTargets(0.9, 'one-shot', 5)).toEqual([0.9]);
    // 0.1^(1/2) stays after one round of two.
    expect(rounded(sparsityTargets(0.9, 'iterative', 2))).toEqual([rounded([1 - Math.sqrt(0.1)])[0], 0.9]);
    expect(rounded(sparsityTargets(0.8, 'cubic', 4))).toEqual(
      rounded([0.8 * (1 - 27 / 64), 0.8 * (1 - 8 / 64), 0.8 * (1 - 1 / 64), 0.8]),
    );
  });

  it('rises to exactly what is asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.999, noNaN: true }),
        fc.constantFrom('iterative' as const, 'cubic' as const),
        fc.integer({ min: 1, max: 50 }),
        (sparsity, schedule, rounds) => {
          const targets = sparsityTargets(sparsity, schedule, rounds);
          expect(targets).toHaveLength(rounds);
          expect(targets.at(-1)).toBe(sparsity);
          expect(targets).toEqual(targets.toSorted((a, b) => a - b));
        },
      ),
    );
  });
});
