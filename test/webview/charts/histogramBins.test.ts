// Arithmetic of histograms, and the text form of their tables.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../webview/charts/csv';
import { binsOf, countAxis, rangeOf, roundTicks, zeroBin } from '../../../webview/charts/histogramBins';

describe('bins', () => {
  it('are equal and cover the range', () => {
    const bins = binsOf({ min: -1, max: 3, counts: [1, 2, 3, 4], zeros: 0 });
    expect(bins).toEqual([
      { from: -1, to: 0, count: 1 },
      { from: 0, to: 1, count: 2 },
      { from: 1, to: 2, count: 3 },
      { from: 2, to: 3, count: 4 },
    ]);
  });

  it('are one around the value where all values are the same', () => {
    expect(binsOf({ min: 0.5, max: 0.5, counts: [7], zeros: 0 })).toEqual([
      { from: 0.25, to: 0.75, count: 7 },
    ]);
    expect(binsOf({ min: 0, max: 0, counts: [7], zeros: 7 })).toEqual([{ from: -0.5, to: 0.5, count: 7 }]);
  });

  it('of two series share a range that holds both', () => {
    const before = binsOf({ min: -1, max: 2, counts: [1, 1], zeros: 0 });
    const after = binsOf({ min: -2, max: 1, counts: [1, 1], zeros: 0 });
    expect(rangeOf([before, after])).toEqual({ min: -2, max: 2 });
  });

  it('with zero among them are found, on an edge or at the very end too', () => {
    expect(zeroBin(binsOf({ min: -1, max: 1, counts: [1, 5], zeros: 2 }))).toMatchObject({ count: 5 });
    expect(zeroBin(binsOf({ min: -1, max: 0, counts: [1, 5], zeros: 2 }))).toMatchObject({ count: 5 });
    expect(zeroBin(binsOf({ min: 1, max: 2, counts: [1, 5], zeros: 0 }))).toBeUndefined();
  });
});

describe('the axis of counts', () => {
  it('cuts a bin of zeros that towers over the rest', () => {
    const bins = binsOf({ min: -1, max: 1, counts: [10, 20, 900, 10], zeros: 880 });
    expect(countAxis([bins])).toEqual({ max: 25, cut: true });
  });

  it('shows all where none towers, and where there is only the bin of zeros', () => {
    expect(countAxis([binsOf({ min: -1, max: 1, counts: [10, 20, 30, 10], zeros: 5 })])).toMatchObject({
      cut: false,
    });
    const axis = countAxis([binsOf({ min: 0, max: 0, counts: [10], zeros: 10 })]);
    expect(axis.cut).toBe(false);
    expect(axis.max).toBeGreaterThan(10);
  });
});

describe('round ticks', () => {
  it('are multiples of 1, 2 or 5', () => {
    expect(roundTicks(-0.42, 0.49, 5)).toEqual([-0.4, -0.2, 0, 0.2, 0.4]);
    expect(roundTicks(0, 57_000, 4)).toEqual([0, 20_000, 40_000]);
  });

  it('lie within the range, and are few', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (min, width) => {
          const max = min + width;
          const ticks = roundTicks(min, max, 5);
          expect(ticks.length).toBeLessThanOrEqual(6);
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(min - width * 1e-6);
            expect(tick).toBeLessThanOrEqual(max + width * 1e-6);
          }
        },
      ),
    );
  });
});

it('writes CSV with quotes where they are needed', () => {
  const table = {
    columns: ['name', 'value'],
    rows: [
      ['a,b', 1],
      ['say "no"', 0.5],
      ['two\nlines', -1],
    ],
  };
  expect(toCsv(table)).toBe('name,value\n"a,b",1\n"say ""no""",0.5\n"two\nlines",-1\n');
});
