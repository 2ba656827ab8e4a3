// Ticks of a logarithmic axis: round, within the range, few.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logTicks } from '../../../webview/charts/logTicks';

describe('ticks of a logarithmic axis', () => {
  it('are powers of ten over a wide range', () => {
    expect(logTicks(0.002, 30)).toEqual([0.01, 0.1, 1, 10]);
  });

  it('are thinned out over a very wide one', () => {
    expect(logTicks(1e-9, 1e9)).toEqual([1e-9, 1e-5, 0.1, 1e3, 1e7]);
  });

  it('have twos and fives between over a narrow one', () => {
    expect(logTicks(0.04, 2.5)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
  });

  it('are round steps where even those are too few', () => {
    expect(logTicks(0.32, 0.48)).toEqual([0.35, 0.4, 0.45]);
  });

  it('are none where there is no range', () => {
    expect(logTicks(0, 1)).toEqual([]);
    expect(logTicks(3, 3)).toEqual([]);
    expect(logTicks(Number.NaN, 3)).toEqual([]);
  });

  it('lie in the range in rising order, two to ten of them', () => {
    const range = fc.tuple(
      fc.double({ min: -12, max: 12, noNaN: true }),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(range, ([from, decades]) => {
        const [min, max] = [10 ** from, 10 ** (from + decades)];
        const ticks = logTicks(min, max);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(10);
        expect(ticks).toEqual(ticks.toSorted((a, b) => a - b));
        expect(ticks[0]!).toBeGreaterThanOrEqual(min * (1 - 1e-8));
        expect(ticks.at(-1)!).toBeLessThanOrEqual(max * (1 + 1e-8));
      }),
    );
  });
});
