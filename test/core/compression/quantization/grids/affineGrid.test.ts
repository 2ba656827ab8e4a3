// The properties that a uniform grid must have, whatever the values and the number of bits.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  signedLevels,
  unsignedLevels,
  type AffineGrid,
  type Scheme,
} from '../../../../../src/core/compression/quantization/grids/affineGrid';

const valuesWithin = (limit: number): fc.Arbitrary<number[]> => {
  const max = Math.fround(limit);
  return fc.array(fc.float({ noNaN: true, min: -max, max }), { minLength: 1 });
};
const values = fc.oneof(valuesWithin(2), valuesWithin(1e30), valuesWithin(1e-40));
const bits = fc.integer({ min: 2, max: 8 });

interface Kind {
  readonly scheme: Scheme;
  readonly levels: { readonly lowest: number; readonly highest: number };
}

/** Signed levels of both schemes, and those from 0 on. */
const kind: fc.Arbitrary<Kind> = fc.oneof(
  fc
    .record({ scheme: fc.constantFrom<Scheme>('symmetric', 'asymmetric'), bits })
    .map((given): Kind => ({ scheme: given.scheme, levels: signedLevels(given.bits, given.scheme) })),
  bits.map((count): Kind => ({ scheme: 'asymmetric', levels: unsignedLevels(count) })),
);

const gridOf = (numbers: readonly number[], { scheme, levels }: Kind): AffineGrid =>
  affineGrid({ min: Math.min(...numbers), max: Math.max(...numbers) }, scheme, levels);

const int8 = (scheme: Scheme) => signedLevels(8, scheme);

describe('a uniform grid', () => {
  it('is never further than half a step from a value of its range', () => {
    fc.assert(
      fc.property(values, kind, (numbers, of) => {
        const grid = gridOf(numbers, of);
        for (const value of numbers) {
          const error = Math.abs(dequantizeValue(quantizeValue(value, grid), grid) - value);
          // An asymmetric zero point is rounded, which moves one end of the range by up to half a step more.
          const ends = of.scheme === 'symmetric' ? 0.5 : 1;
          // Division and product are in float32 as in the runtime: 24 bits for numbers of up to 255 steps.
          expect(error).toBeLessThanOrEqual(grid.scale * (ends + 255 * 2 ** -23));
        }
      }),
    );
  });

  it('is never further than half a step from what lies between its ends', () => {
    fc.assert(
      fc.property(values, kind, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, of, part) => {
        const grid = gridOf(numbers, of);
        const low = dequantizeValue(grid.lowest, grid);
        const value = Math.fround(low + part * (dequantizeValue(grid.highest, grid) - low));
        const error = Math.abs(dequantizeValue(quantizeValue(value, grid), grid) - value);
        expect(error).toBeLessThanOrEqual(grid.scale * (0.5 + 255 * 2 ** -23));
      }),
    );
  });

  it('gives a value that is on the grid back as it is', () => {
    fc.assert(
      fc.property(values, kind, (numbers, of) => {
        const grid = gridOf(numbers, of);
        for (const value of numbers) {
          const stored = quantizeValue(value, grid);
          expect(quantizeValue(dequantizeValue(stored, grid), grid)).toBe(stored);
        }
      }),
    );
  });

  it('holds zero exactly, at a zero point that is one of its levels', () => {
    fc.assert(
      fc.property(values, kind, (numbers, of) => {
        const grid = gridOf(numbers, of);
        expect(grid.zeroPoint).toBeGreaterThanOrEqual(grid.lowest);
        expect(grid.zeroPoint).toBeLessThanOrEqual(grid.highest);
        expect(Number.isInteger(grid.zeroPoint)).toBe(true);
        expect(quantizeValue(0, grid)).toBe(grid.zeroPoint);
        expect(dequantizeValue(grid.zeroPoint, grid)).toBe(0);
        expect(grid.scale).toBeGreaterThan(0);
        expect(grid.scale).toBe(Math.fround(grid.scale));
      }),
    );
  });

  it('is centred on zero and leaves −128 out when it is symmetric', () => {
    const grid = affineGrid({ min: -2.54, max: 1 }, 'symmetric', int8('symmetric'));
    expect(grid).toEqual({ scale: Math.fround(0.02), zeroPoint: 0, lowest: -127, highest: 127 });
    expect(quantizeValue(-2.54, grid)).toBe(-127);
    expect(quantizeValue(2.54, grid)).toBe(127);
  });

  it('uses all 256 values when it is asymmetric', () => {
    const grid = affineGrid({ min: -0.5, max: 2.05 }, 'asymmetric', int8('asymmetric'));
    expect(grid).toEqual({ scale: Math.fround(0.01), zeroPoint: -78, lowest: -128, highest: 127 });
    expect(quantizeValue(-0.5, grid)).toBe(-128);
    expect(quantizeValue(2.05, grid)).toBe(127);
  });

  it('has 2^bits values, or one fewer when it is symmetric', () => {
    for (const count of [2, 3, 4, 8]) {
      for (const [levels, expected] of [
        [signedLevels(count, 'asymmetric'), 2 ** count],
        [signedLevels(count, 'symmetric'), 2 ** count - 1],
        [unsignedLevels(count), 2 ** count],
      ] as const) {
        expect(levels.highest - levels.lowest + 1).toBe(expected);
      }
    }
  });

  it('rounds half to even', () => {
    const grid = { scale: 1, zeroPoint: 0, lowest: -128, highest: 127 };
    expect([0.5, 1.5, 2.5, -0.5, -1.5, -2.5].map((value) => quantizeValue(value, grid) + 0)).toEqual([
      0, 2, 2, 0, -2, -2,
    ]);
  });

  it('has a harmless scale for nothing but zeros', () => {
    const zeros = { min: 0, max: -0 };
    expect(affineGrid(zeros, 'symmetric', int8('symmetric'))).toMatchObject({ scale: 1, zeroPoint: 0 });
    expect(affineGrid(zeros, 'asymmetric', int8('asymmetric'))).toMatchObject({ scale: 1, zeroPoint: 0 });
  });
});
