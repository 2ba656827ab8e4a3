// The properties that a quantization grid and a quantized tensor must have, whatever the weights.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseFor } from '../../../../src/core/ir/pacing';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  type AffineGrid,
  type Scheme,
} from '../../../../src/core/compression/quantization/affineGrid';
import { channelRanges, channelsOf } from '../../../../src/core/compression/quantization/channels';
import { quantizedTensor } from '../../../../src/core/compression/quantization/quantizedTensor';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import type { Tensor } from '../../../../src/core/ir/tensor';
import { floats } from '../../../support/build';
import { normals } from '../../../../src/shared/base/random';

const scheme = fc.constantFrom<Scheme>('symmetric', 'asymmetric');
const weightsWithin = (limit: number): fc.Arbitrary<number[]> => {
  const max = Math.fround(limit);
  return fc.array(fc.float({ noNaN: true, min: -max, max }), { minLength: 1 });
};
const weights = fc.oneof(weightsWithin(2), weightsWithin(1e30), weightsWithin(1e-40));

const gridOf = (values: readonly number[], kind: Scheme): AffineGrid =>
  affineGrid({ min: Math.min(...values), max: Math.max(...values) }, kind);

describe('the int8 grid', () => {
  it('is never further than half a step from a weight of its range', () => {
    fc.assert(
      fc.property(weights, scheme, (values, kind) => {
        const grid = gridOf(values, kind);
        for (const value of values) {
          const error = Math.abs(dequantizeValue(quantizeValue(value, grid), grid) - value);
          // Division and product are in float32 as in the runtime: 24 bits for numbers of up to 255 steps.
          expect(error).toBeLessThanOrEqual(grid.scale * (0.5 + 255 * 2 ** -23));
        }
      }),
    );
  });

  it('gives a weight that is on the grid back as it is', () => {
    fc.assert(
      fc.property(weights, scheme, (values, kind) => {
        const grid = gridOf(values, kind);
        for (const value of values) {
          const stored = quantizeValue(value, grid);
          expect(quantizeValue(dequantizeValue(stored, grid), grid)).toBe(stored);
        }
      }),
    );
  });

  it('holds zero exactly, at a zero point that int8 can store', () => {
    fc.assert(
      fc.property(weights, scheme, (values, kind) => {
        const grid = gridOf(values, kind);
        expect(grid.zeroPoint).toBeGreaterThanOrEqual(-128);
        expect(grid.zeroPoint).toBeLessThanOrEqual(127);
        expect(Number.isInteger(grid.zeroPoint)).toBe(true);
        expect(quantizeValue(0, grid)).toBe(grid.zeroPoint);
        expect(dequantizeValue(grid.zeroPoint, grid)).toBe(0);
        expect(grid.scale).toBeGreaterThan(0);
        expect(grid.scale).toBe(Math.fround(grid.scale));
      }),
    );
  });

  it('is centred on zero and leaves −128 out when it is symmetric', () => {
    const grid = affineGrid({ min: -2.54, max: 1 }, 'symmetric');
    expect(grid).toEqual({ scale: Math.fround(0.02), zeroPoint: 0 });
    expect(quantizeValue(-2.54, grid)).toBe(-127);
    expect(quantizeValue(2.54, grid)).toBe(127);
  });

  it('uses all 256 values when it is asymmetric', () => {
    const grid = affineGrid({ min: -0.5, max: 2.05 }, 'asymmetric');
    expect(grid).toEqual({ scale: Math.fround(0.01), zeroPoint: -78 });
    expect(quantizeValue(-0.5, grid)).toBe(-128);
    expect(quantizeValue(2.05, grid)).toBe(127);
  });

  it('rounds half to even', () => {
    const grid = { scale: 1, zeroPoint: 0 };
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5].map((value) => quantizeValue(value, grid) + 0)).toEqual([
      0, 2, 2, 0, -2, -2,
    ]);
  });

  it('has a harmless scale for a channel of zeros', () => {
    expect(affineGrid({ min: 0, max: 0 }, 'symmetric')).toEqual({ scale: 1, zeroPoint: 0 });
    expect(affineGrid({ min: -0, max: 0 }, 'asymmetric')).toEqual({ scale: 1, zeroPoint: 0 });
  });
});

async function roundTrip(tensor: Tensor, axis: number | undefined, kind: Scheme): Promise<Float64Array> {
  const channels = channelsOf(tensor.shape, axis);
  const ranges = await channelRanges(tensor, channels, pauseFor(new AbortController().signal));
  const grids = ranges!.map((range) => affineGrid(range, kind));
  const names = { stored: 'q', scale: 's', zeroPoint: 'z' };
  const { stored } = quantizedTensor(tensor, axis, grids, names);
  return Float64Array.from(tensorNumbers(stored), (value, i) =>
    dequantizeValue(value, grids[Math.floor(i / channels.inner) % channels.count]!),
  );
}

function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}

describe('a quantized tensor', () => {
  it('is no worse with a scale for each channel than with one for all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(0, 1, 2), scheme, async (seed, axis, kind) => {
        const shape = [6, 8, 20];
        const spread = normals(20, seed + 1).map((value) => Math.exp(value));
        const values = normals(960, seed).map((value, i) => {
          const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          return value * spread[Math.floor(i / inner) % shape[axis]!]!;
        });
        const tensor = floats('w', shape, values);
        const perTensor = meanSquaredError(values, await roundTrip(tensor, undefined, kind));
        const perChannel = meanSquaredError(values, await roundTrip(tensor, axis, kind));
        expect(perChannel).toBeLessThanOrEqual(perTensor);
      }),
    );
  });

  it('keeps every zero of a pruned one', async () => {
    const values = normals(512, 2).map((value, i) => (i % 3 === 0 ? value + 1 : 0));
    for (const kind of ['symmetric', 'asymmetric'] as const) {
      const result = await roundTrip(floats('w', [8, 64], values), 0, kind);
      values.forEach((value, i) => value === 0 && expect(result[i]).toBe(0));
    }
  });

  it('reads any part of its content', async () => {
    const tensor = floats('w', [3, 5, 7], normals(105, 4));
    const grids = [0, 1, 2, 3, 4].map((i) => ({ scale: 0.01 * (i + 1), zeroPoint: i }));
    const { stored } = quantizedTensor(tensor, 1, grids, { stored: 'q', scale: 's', zeroPoint: 'z' });
    const whole = stored.bytes();
    expect(whole.length).toBe(105);
    for (let start = 0; start + 11 <= 105; start += 13) {
      expect(stored.bytes(start, 11)).toEqual(whole.subarray(start, start + 11));
    }
  });

  it.each([NaN, Infinity, -Infinity])('has no ranges with %s in it', async (odd) => {
    const tensor = floats('w', [4], [1, odd, 0, 2]);
    const ranges = await channelRanges(
      tensor,
      channelsOf([4], undefined),
      pauseFor(new AbortController().signal),
    );
    expect(ranges).toBeUndefined();
  });
});
