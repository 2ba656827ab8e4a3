// Codebooks that follow from a formula: powers of two, and the quantiles of NormalFloat.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  normalFloatGrid,
  normalFloatLayout,
  normalFloatValues,
} from '../../../../../src/core/compression/quantization/codebook/normalFloat';
import { powerOfTwoGrid } from '../../../../../src/core/compression/quantization/codebook/powerOfTwo';
import { roundToGrid } from '../../../../../src/core/compression/quantization/grids/onGrid';

describe('levels that are powers of two', () => {
  it('are the largest power that two thirds of the largest weight reach, those below it, and zero', () => {
    expect([...powerOfTwoGrid(1, 3).values]).toEqual([-1, -0.5, -0.25, 0, 0.25, 0.5, 1]);
    expect([...powerOfTwoGrid(1.4, 2).values]).toEqual([-1, 0, 1]);
    expect([...powerOfTwoGrid(1.51, 2).values]).toEqual([-2, 0, 2]);
    expect([...powerOfTwoGrid(0, 4).values]).toEqual([0]);
  });

  it('fit into their bits, and lie within a third of every weight that is not tiny', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-30, max: 1e30, noNaN: true }),
        fc.integer({ min: 2, max: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (largest, bits, part) => {
          const grid = powerOfTwoGrid(largest, bits);
          expect(grid.values.length).toBeLessThanOrEqual(2 ** bits - 1);
          expect(
            grid.values.every((value) => value === 0 || Number.isInteger(Math.log2(Math.abs(value)))),
          ).toBe(true);
          const value = Math.fround(part * largest);
          if (value <= Math.min(...grid.values.filter((each) => each > 0))) return;
          const rounded = Float32Array.of(value);
          roundToGrid(rounded, 0, grid);
          expect(Math.abs(rounded[0]! - value)).toBeLessThanOrEqual(value / 3 + value * 1e-6);
        },
      ),
    );
  });
});

describe('NormalFloat', () => {
  it('has the quantiles of the normal distribution that its paper defines', () => {
    // Appendix E: probabilities evenly from 1/2 to the mean of 1 − 1/32 and 1 − 1/30, eight steps above zero and
    // seven below, over the largest quantile.
    const end = 1 - (1 / 32 + 1 / 30) / 2;
    const quantile = (steps: number, i: number) => normalQuantile(0.5 + (i * (end - 0.5)) / steps);
    const largest = normalQuantile(end);
    const positive = Array.from({ length: 8 }, (_, i) => quantile(8, i + 1) / largest);
    const negative = Array.from({ length: 7 }, (_, i) => -quantile(7, i + 1) / largest).toReversed();
    const expected = [...negative, 0, ...positive];
    expect(expected).toHaveLength(normalFloatValues.length);
    for (const [i, value] of expected.entries()) expect(normalFloatValues[i]).toBeCloseTo(value, 3);
  });

  it('makes whole groups of at most 64 neighbours, and of channels where nothing else divides', () => {
    expect(normalFloatLayout([128, 10], 0)).toMatchObject({ count: 20, inner: 64 });
    expect(normalFloatLayout([84, 120], 1)).toMatchObject({ count: 160, inner: 63 });
    expect(normalFloatLayout([6, 1, 5, 5], 0)).toMatchObject({ count: 3, inner: 50 });
    expect(normalFloatLayout([127, 2], 0)).toMatchObject({ count: 127, inner: 2 });
    expect(normalFloatLayout([127, 2], undefined)).toMatchObject({ count: 1 });
  });

  it('is a fraction of the largest weight of each group, zero included', () => {
    const layout = normalFloatLayout([2, 16], 0);
    const numbers = Float32Array.from({ length: 32 }, (_, i) => (i < 16 ? 0 : (i - 16) * 1000));
    const grid = normalFloatGrid(layout, [0, 15_000]);
    roundToGrid(numbers, 0, grid);
    expect(numbers[15]).toBe(0);
    expect(numbers[16]).toBe(0);
    expect(numbers[31]).toBe(15_000);
    expect(numbers[30]).toBe(15_000);
    expect(numbers[17]).toBeCloseTo(15_000 * 0.07958, 0);
  });
});

/** The inverse of the normal distribution function, by halves of it integrated by Simpson's rule. */
function normalQuantile(probability: number): number {
  let [low, high] = [0, 4];
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (0.5 + area(middle) < probability) low = middle;
    else high = middle;
  }
  return low;
}

function area(to: number): number {
  const steps = 200;
  let sum = density(0) + density(to);
  for (let i = 1; i < steps; i++) sum += density((i * to) / steps) * (i % 2 === 0 ? 2 : 4);
  return (sum * to) / steps / 3;
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
