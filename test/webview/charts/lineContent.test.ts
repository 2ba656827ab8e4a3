// What is worked out of lines before they are drawn: where one ends, which point is pointed at, which have a shape.
import { describe, expect, it } from 'vitest';
import {
  endOf,
  nearestPoint,
  shapeEvery,
  valueRange,
  type LineSeries,
} from '../../../webview/charts/lineContent';

describe('a line', () => {
  it('ends where it has no numbers any more', () => {
    expect(endOf(lineOf(3, 2, 9, null, null))).toBe(2);
  });

  it('does not end at a hole, nor at its last place', () => {
    expect(endOf(lineOf(3, null, 9))).toBeUndefined();
    expect(endOf(lineOf(3, 2, 1))).toBeUndefined();
  });

  it('does not end where it never was', () => {
    expect(endOf(lineOf(null, null))).toBeUndefined();
    expect(endOf(lineOf())).toBeUndefined();
  });

  it('is pointed at where it is nearest', () => {
    const { points } = lineOf(5, 6, 7, 8);
    const at = (place: number) => nearestPoint(points, ({ x }) => Math.abs(x - place));
    expect([at(-3), at(0.4), at(0.6), at(2.2), at(99)]).toEqual([0, 0, 1, 2, 3]);
    expect(nearestPoint([], () => 0)).toBeUndefined();
  });

  it('has no more than a dozen points with a shape', () => {
    for (const points of [1, 5, 12, 13, 30, 100, 1000]) {
      expect(Math.ceil(points / shapeEvery(points))).toBeLessThanOrEqual(12);
    }
    expect(shapeEvery(12)).toBe(1);
    expect(shapeEvery(0)).toBe(1);
  });
});

describe('the axis of values', () => {
  const lines = [lineOf(100, 10, 4, 3, 2, null), lineOf(90, 12, 6, 7, 8, 9)];

  it('spans all values with some room, but not below zero', () => {
    const { min, max } = valueRange(lines, { min: 0, max: 5 }, 'linear');
    expect(min).toBe(0);
    expect(max).toBeCloseTo(104.9);
  });

  it('spans what is zoomed to, and the points that the lines go on to', () => {
    const { min, max } = valueRange(lines, { min: 2.5, max: 3.5 }, 'linear');
    expect(min).toBeCloseTo(2 - 0.05 * 6);
    expect(max).toBeCloseTo(8 + 0.05 * 6);
  });

  it('leaves out what no logarithm has', () => {
    const { min, max } = valueRange([lineOf(0, 0.01, 1, null)], { min: 0, max: 3 }, 'logarithmic');
    expect(min).toBeCloseTo(0.01 / 100 ** 0.05);
    expect(max).toBeCloseTo(100 ** 0.05);
  });

  it('has a length where all values are the same, and where there are none', () => {
    for (const values of [[0, 0], [3, 3], [null]]) {
      for (const scale of ['linear', 'logarithmic'] as const) {
        const { min, max } = valueRange([lineOf(...values)], { min: 0, max: 1 }, scale);
        expect(max).toBeGreaterThan(min);
        expect(min).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

function lineOf(...values: readonly (number | null)[]): LineSeries {
  return { role: 'train', label: 'Train', points: values.map((y, x) => ({ x, y })) };
}
