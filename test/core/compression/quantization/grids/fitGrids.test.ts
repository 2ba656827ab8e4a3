// Narrower ranges: they never lose more of a weight than the whole one, and less where values are rare at its ends.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  signedLevels,
  type Range,
  type Scheme,
} from '../../../../../src/core/compression/quantization/grids/affineGrid';
import { narrowedRanges } from '../../../../../src/core/compression/quantization/grids/fitGrids';
import {
  channelLayout,
  tensorLayout,
} from '../../../../../src/core/compression/quantization/grids/gridLayout';
import { weightRanges } from '../../../../../src/core/compression/quantization/grids/weightRanges';
import { pauseFor } from '../../../../../src/core/ir/pacing';
import { normals } from '../../../../../src/shared/base/random';
import { floats } from '../../../../support/build';

const pause = pauseFor(new AbortController().signal);

function errorOf(values: readonly number[], range: Range, scheme: Scheme, bits: number): number {
  const grid = affineGrid(range, scheme, signedLevels(bits, scheme));
  return values.reduce(
    (sum, value) => sum + (dequantizeValue(quantizeValue(value, grid), grid) - Math.fround(value)) ** 2,
    0,
  );
}

async function rangesOf(values: readonly number[], axis: number | undefined, scheme: Scheme, bits: number) {
  const shape = [4, values.length / 4];
  const tensor = floats('w', shape, values);
  const layout = axis === undefined ? tensorLayout(shape) : channelLayout(shape, axis);
  const whole = (await weightRanges(tensor, layout, pause))!;
  return {
    whole,
    narrow: await narrowedRanges(tensor, layout, whole, scheme, signedLevels(bits, scheme), pause),
  };
}

describe('the range with the smallest squared error', () => {
  it('loses no more than the whole range, whatever the weights', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom<Scheme>('symmetric', 'asymmetric'),
        fc.integer({ min: 2, max: 8 }),
        async (seed, scheme, bits) => {
          const values = Array.from(normals(64, seed), (value, i) => value * (i % 7 === 0 ? 5 : 1) + 0.2);
          const { whole, narrow } = await rangesOf(values, undefined, scheme, bits);
          expect(errorOf(values, narrow[0]!, scheme, bits)).toBeLessThanOrEqual(
            errorOf(values, whole[0]!, scheme, bits),
          );
        },
      ),
    );
  });

  it('cuts normal numbers off where theory has the optimum', async () => {
    const values = Array.from(normals(40_000, 3));
    // Optimal uniform quantizers of a normal distribution with 2^b levels: the step at 4 bits is 0.3352, at 3 bits
    // 0.5860 (Max: Quantizing for minimum distortion; IRE Transactions on Information Theory, 1960, table II).
    for (const [bits, step] of [
      [4, 0.3352],
      [3, 0.586],
    ] as const) {
      const { narrow } = await rangesOf(values, undefined, 'asymmetric', bits);
      const { scale } = affineGrid(narrow[0]!, 'asymmetric', signedLevels(bits, 'asymmetric'));
      expect(scale / step).toBeGreaterThan(0.93);
      expect(scale / step).toBeLessThan(1.07);
    }
  });

  it('is each channel’s own, and with it no worse than one for the tensor', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom<Scheme>('symmetric', 'asymmetric'),
        fc.integer({ min: 2, max: 8 }),
        async (seed, scheme, bits) => {
          const values = Array.from(normals(256, seed), (value, i) => value * 2 ** Math.floor(i / 64));
          const { narrow } = await rangesOf(values, 0, scheme, bits);
          const { narrow: shared } = await rangesOf(values, undefined, scheme, bits);
          const ofChannel = (i: number): number[] => values.slice(64 * i, 64 * (i + 1));
          const own = narrow.reduce((sum, range, i) => sum + errorOf(ofChannel(i), range, scheme, bits), 0);
          expect(own).toBeLessThanOrEqual(errorOf(values, shared[0]!, scheme, bits));
        },
      ),
    );
  });
});
