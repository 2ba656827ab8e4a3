// What is worked out of lines before they are drawn: where one ends, which point is pointed at, which have a shape.
import { describe, expect, it } from 'vitest';
import { endOf, nearestPoint, shapeEvery, type LineSeries } from '../../../webview/charts/lineContent';

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

function lineOf(...values: readonly (number | null)[]): LineSeries {
  return { role: 'train', label: 'Train', points: values.map((y, x) => ({ x, y })) };
}
