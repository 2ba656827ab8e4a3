// Statistics in parts against the textbook formulas over everything at once.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statisticsOf } from '../../../src/core/analysis/statistics';
import type { Numbers } from '../../../src/core/ir/numbers';
import { tensorChunks } from '../../../src/core/ir/numbers';
import { Tensor } from '../../../src/core/ir/tensor';

describe('statistics', () => {
  it('are those of all numbers, however they come in parts', async () => {
    const part = fc.float64Array({ noNaN: true, min: -1e6, max: 1e6, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const all = parts.flatMap((numbers) => [...numbers]);
        const figures = await statisticsOf(parts, noPause);
        expect(figures.elements).toBe(all.length);
        expect(figures.zeros).toBe(all.filter((value) => value === 0).length);
        if (all.length === 0) {
          expect(figures).toMatchObject({ min: null, max: null, mean: null, standardDeviation: null });
          return;
        }
        const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
        const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
        expect(figures.min).toBe(Math.min(...all));
        expect(figures.max).toBe(Math.max(...all));
        expect(Math.abs(figures.mean! - mean)).toBeLessThan(1e-6);
        expect(Math.abs(figures.standardDeviation! - Math.sqrt(variance))).toBeLessThan(1e-5);
      }),
    );
  });

  it('do not cancel where the mean is large', async () => {
    const parts = Array.from({ length: 1000 }, (_, i) => Float64Array.of(1e9 + (i % 2), 1e9 + (i % 2)));
    const figures = await statisticsOf(parts, noPause);
    expect(figures.mean).toBeCloseTo(1e9 + 0.5, 6);
    expect(figures.standardDeviation).toBeCloseTo(0.5, 6);
  });

  it('count what is not finite and leave it out', async () => {
    const figures = await statisticsOf(
      [Float32Array.of(NaN, 1, Infinity, -0), Float32Array.of(-Infinity, 3, 0)],
      noPause,
    );
    expect(figures).toEqual({
      elements: 7,
      zeros: 2,
      notFinite: 3,
      min: 0,
      max: 3,
      mean: 1,
      standardDeviation: Math.sqrt(1.5),
    });
  });

  it('know nothing where nothing is finite', async () => {
    const figures = await statisticsOf([Float32Array.of(NaN, Infinity)], noPause);
    expect(figures).toMatchObject({
      elements: 2,
      notFinite: 2,
      min: null,
      mean: null,
      standardDeviation: null,
    });
  });

  it('hold one part of a large tensor at a time', async () => {
    const elements = 3e9;
    let largest = 0;
    const huge = new Tensor({
      name: 'huge',
      type: 'int8',
      shape: [elements],
      read: (_, length) => {
        largest = Math.max(largest, length);
        return new Uint8Array(length);
      },
    });
    let parts = 0;
    const firstParts = function* (): Generator<Numbers> {
      for (const part of tensorChunks(huge)) {
        if (++parts > 20) return;
        yield part;
      }
    };
    const figures = await statisticsOf(firstParts(), noPause);
    expect(figures.zeros).toBe(figures.elements);
    expect(largest).toBeLessThan(1e7);
  });

  it('stop when the pause throws', async () => {
    const stopped = statisticsOf([Float32Array.of(1)], () => Promise.reject(new Error('stopped')));
    await expect(stopped).rejects.toThrow('stopped');
  });
});

function noPause(): Promise<void> {
  return Promise.resolve();
}
