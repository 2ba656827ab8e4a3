// Progress is passed on at most so often, and the last of it always.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { throttle, type Throttle } from '../../../src/shared/base/throttle';

let emitted: number[];
let held: Throttle<number>;

beforeEach(() => {
  vi.useFakeTimers();
  emitted = [];
  held = throttle(
    (value) => emitted.push(value),
    100,
    () => Date.now(),
  );
});
afterEach(() => vi.useRealTimers());

it('passes the first value on at once', () => {
  held.push(1);
  expect(emitted).toEqual([1]);
});

it('passes on the latest value when the interval is over', () => {
  for (const value of [1, 2, 3]) held.push(value);
  vi.advanceTimersByTime(99);
  expect(emitted).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(emitted).toEqual([1, 3]);
});

it('passes on at most ten values in a second of many', () => {
  for (let value = 0; value < 1000; value++) {
    held.push(value);
    vi.advanceTimersByTime(1);
  }
  held.flush();
  expect(emitted.length).toBeLessThanOrEqual(11);
  expect(emitted.at(-1)).toBe(999);
});

it('passes on what is held back when it is flushed, once', () => {
  held.push(1);
  held.push(2);
  held.flush();
  held.flush();
  vi.advanceTimersByTime(1000);
  expect(emitted).toEqual([1, 2]);
});
