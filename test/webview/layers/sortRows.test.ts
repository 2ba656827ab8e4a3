// Sorting, filtering, and how changes are written.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  faster,
  formatFold,
  formatMilliseconds,
  formatPoints,
  formatRatio,
  smaller,
} from '../../../webview/layers/changeFormats';
import { matchesFilter, nextSort, sortRows, type SortValue } from '../../../webview/layers/sortRows';

const same = (value: SortValue): SortValue => value;

describe('sorting', () => {
  it('orders numbers by size and names as people count', () => {
    expect(sortRows([10, 9, 100], same, false)).toEqual([9, 10, 100]);
    expect(sortRows(['conv10', 'conv9', 'Conv1'], same, false)).toEqual(['Conv1', 'conv9', 'conv10']);
  });

  it('puts what is unknown last in either direction', () => {
    expect(sortRows([null, 2, null, 1], same, false)).toEqual([1, 2, null, null]);
    expect(sortRows([null, 2, null, 1], same, true)).toEqual([2, 1, null, null]);
  });

  it('keeps all rows, and equal ones in their order', () => {
    const rows = fc.array(fc.record({ id: fc.integer(), value: fc.option(fc.integer({ min: 0, max: 3 })) }));
    fc.assert(
      fc.property(rows, fc.boolean(), (list, descending) => {
        const sorted = sortRows(list, ({ value }) => value, descending);
        expect(new Set(sorted)).toEqual(new Set(list));
        for (let index = 1; index < sorted.length; index++) {
          const [a, b] = [sorted[index - 1]!, sorted[index]!];
          if (a.value === b.value) expect(list.indexOf(a)).toBeLessThanOrEqual(list.indexOf(b));
          else if (a.value !== null && b.value !== null) expect(a.value > b.value).toBe(descending);
        }
      }),
    );
  });

  it('goes through both directions back to the order of the file', () => {
    const bytes = { key: 'bytes', largestFirst: true };
    const first = nextSort(undefined, bytes);
    const second = nextSort(first, bytes);
    expect(first).toEqual({ column: 'bytes', descending: true });
    expect(second).toEqual({ column: 'bytes', descending: false });
    expect(nextSort(second, bytes)).toBeUndefined();
    expect(nextSort(first, { key: 'name', largestFirst: false })).toEqual({
      column: 'name',
      descending: false,
    });
  });
});

it('filters by all words, in any order and case', () => {
  expect(matchesFilter('/layer1/Conv Conv', 'conv layer1')).toBe(true);
  expect(matchesFilter('/layer1/Conv Conv', 'conv layer2')).toBe(false);
  expect(matchesFilter('/layer1/Conv Conv', '  ')).toBe(true);
});

describe('changes', () => {
  it('give the ratio, smaller being better, and the factor in words', () => {
    expect(formatRatio(5_340_000, 1_350_000)).toBe('0.253');
    expect(formatFold(5_340_000, 1_350_000, smaller)).toBe('3.96× smaller');
    expect(formatFold(1, 1.5, smaller)).toBe('1.5× larger');
    expect(formatFold(2, 1, faster)).toBe('2× faster');
    expect(formatFold(1, 2, faster)).toBe('2× slower');
  });

  it('say nothing where there is nothing to say', () => {
    expect(formatRatio(0, 5)).toBe('–');
    expect(formatFold(5, 5, smaller)).toBe('');
    expect(formatFold(0, 5, smaller)).toBe('');
  });

  it('of fractions are in percentage points, without a sign for nothing', () => {
    expect(formatPoints(0.1, 0.734)).toBe('+63.4 pp');
    expect(formatPoints(0.9812, 0.9748)).toBe('−0.6 pp');
    expect(formatPoints(0.5, 0.5001)).toBe('0.0 pp');
  });

  it('of time keep three digits', () => {
    expect(formatMilliseconds(1.3)).toBe('1.30 ms');
    expect(formatMilliseconds(123.4)).toBe('123 ms');
    expect(formatMilliseconds(12_345)).toBe('12,345 ms');
  });
});
