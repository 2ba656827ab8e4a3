// Weights on the grids of their layout: which elements share one, and what rounding to it does to them.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scheme } from '../../../../../src/core/compression/quantization/grids/affineGrid';
import {
  channelLayout,
  eachRun,
  groupLayout,
  tensorLayout,
  type GridLayout,
} from '../../../../../src/core/compression/quantization/grids/gridLayout';
import { onGrid } from '../../../../../src/core/compression/quantization/grids/onGrid';
import { uniformGrid } from '../../../../../src/core/compression/quantization/grids/uniformGrid';
import type { UniformGrid } from '../../../../../src/core/compression/quantization/grids/weightGrid';
import { weightRanges } from '../../../../../src/core/compression/quantization/grids/weightRanges';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import { pauseFor } from '../../../../../src/core/ir/pacing';
import type { Tensor } from '../../../../../src/core/ir/tensor';
import { normals } from '../../../../../src/shared/base/random';
import { floats } from '../../../../support/build';

const pause = () => pauseFor(new AbortController().signal);
const scheme = fc.constantFrom<Scheme>('symmetric', 'asymmetric');

async function gridFor(tensor: Tensor, layout: GridLayout, kind: Scheme, bits = 8): Promise<UniformGrid> {
  return uniformGrid(layout, (await weightRanges(tensor, layout, pause()))!, kind, bits);
}

/** The grid of every element, as the runs tell. */
function gridIndices(layout: GridLayout, elements: number, part: number): number[] {
  const indices: number[] = [];
  for (let start = 0; start < elements; start += part) {
    eachRun(layout, start, Math.min(part, elements - start), (grid, from, to) => {
      for (let i = from; i < to; i++) indices[start + i] = grid;
    });
  }
  return indices;
}

describe('the elements that share a grid', () => {
  it('are those at a place of the axis, whatever part is read', () => {
    const expected = Array.from({ length: 2 * 3 * 4 }, (_, i) => Math.floor(i / 4) % 3);
    for (const part of [1, 5, 24]) {
      expect(gridIndices(channelLayout([2, 3, 4], 1), 24, part)).toEqual(expected);
    }
  });

  it('are groups of inputs behind the outputs, the last one smaller', () => {
    const layout = groupLayout([2, 5, 1, 1], 0, 2)!;
    expect(layout).toMatchObject({ count: 6, storedShape: [2, 5] });
    for (const part of [1, 3, 10]) {
      expect(gridIndices(layout, 10, part)).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 4, 5]);
    }
  });

  it('are groups of inputs before the outputs', () => {
    const layout = groupLayout([5, 2], 1, 2)!;
    expect(layout).toMatchObject({ count: 6, storedShape: undefined });
    for (const part of [1, 3, 10]) {
      expect(gridIndices(layout, 10, part)).toEqual([0, 1, 0, 1, 2, 3, 2, 3, 4, 5]);
    }
  });

  it('are no groups where the outputs lie between inputs', () => {
    expect(groupLayout([4, 3, 2], 1, 2)).toBeUndefined();
  });
});

function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}

describe('a weight on its grids', () => {
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
        const errorWith = async (layout: GridLayout) =>
          meanSquaredError(values, tensorNumbers(onGrid(tensor, await gridFor(tensor, layout, kind))));
        expect(await errorWith(channelLayout(shape, axis))).toBeLessThanOrEqual(
          await errorWith(tensorLayout(shape)),
        );
      }),
    );
  });

  it('stays where it is when it is rounded again', async () => {
    for (const layout of [tensorLayout([6, 8]), channelLayout([6, 8], 0), groupLayout([6, 8], 0, 3)!]) {
      for (const bits of [2, 3, 4, 8]) {
        const tensor = floats('w', [6, 8], normals(48, bits));
        const grid = await gridFor(tensor, layout, 'asymmetric', bits);
        const once = onGrid(tensor, grid);
        expect(tensorNumbers(onGrid(once, grid))).toEqual(tensorNumbers(once));
      }
    }
  });

  it('keeps every zero of a pruned one', async () => {
    const values = normals(512, 2).map((value, i) => (i % 3 === 0 ? value + 1 : 0));
    for (const kind of ['symmetric', 'asymmetric'] as const) {
      const tensor = floats('w', [8, 64], values);
      const result = tensorNumbers(onGrid(tensor, await gridFor(tensor, channelLayout([8, 64], 0), kind)));
      values.forEach((value, i) => value === 0 && expect(result[i]).toBe(0));
    }
  });

  it('reads any part of its content', async () => {
    const tensor = floats('w', [3, 5, 7], normals(105, 4));
    const rounded = onGrid(tensor, await gridFor(tensor, channelLayout([3, 5, 7], 1), 'symmetric'));
    const whole = rounded.bytes();
    expect(whole.length).toBe(420);
    for (let start = 0; start + 44 <= 420; start += 52) {
      expect(rounded.bytes(start, 44)).toEqual(whole.subarray(start, start + 44));
    }
  });

  it('takes the nearest value of a codebook, and of groups the scaled one', () => {
    const tensor = floats('w', [2, 2], [0.9, -0.2, 3.6, 1]);
    const values = Float32Array.of(-1, 0, 1);
    expect([...tensorNumbers(onGrid(tensor, { kind: 'codebook', bits: 2, values }))]).toEqual([1, 0, 1, 1]);
    const groups = { layout: channelLayout([2, 2], 0), scales: Float32Array.of(1, 4) };
    expect([...tensorNumbers(onGrid(tensor, { kind: 'codebook', bits: 2, values, groups }))]).toEqual([
      1, 0, 4, 0,
    ]);
  });

  it.each([NaN, Infinity, -Infinity])('has no ranges with %s in it', async (odd) => {
    const tensor = floats('w', [4], [1, odd, 0, 2]);
    expect(await weightRanges(tensor, tensorLayout([4]), pause())).toBeUndefined();
  });
});
