// Samples that are kept are the same as those that are made, and made once as far as memory reaches.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cached } from '../../../src/core/data/cachedDataSet';
import type { DataSet } from '../../../src/core/data/dataSet';

/** Two inputs, labels and values that follow from the index; 4 · (2 + 3 + 1 + 1) = 28 bytes a sample. */
function countingData() {
  const made: number[] = [];
  const data: DataSet = {
    name: 'counting',
    count: 100,
    inputs: [{ shape: [2] }, { shape: [3] }],
    rows: async (indices) => {
      made.push(...Array.from(indices));
      const numbers = (width: number) =>
        Float32Array.from({ length: indices.length * width }, (_, i) => {
          return 10 * indices[Math.floor(i / width)]! + (i % width);
        });
      return {
        count: indices.length,
        inputs: [numbers(2), numbers(3)],
        labels: Int32Array.from(indices),
        values: numbers(1),
      };
    },
  };
  return { data, made };
}

const lists = fc.array(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 12 }), { maxLength: 12 });

describe('a cached data set', () => {
  it('gives the same samples as without a cache, of any size', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.constantFrom(0, 28, 300, 10_000), async (asked, bytes) => {
        const { data } = countingData();
        const kept = cached(data, bytes);
        for (const indices of asked) expect(await kept.rows(indices)).toEqual(await data.rows(indices));
      }),
    );
  });

  it('makes each sample once', async () => {
    const { data, made } = countingData();
    const kept = cached(data);
    await kept.rows([1, 2, 3]);
    await kept.rows([3, 4, 1, 4]);
    await kept.rows([2, 4]);
    expect(made).toEqual([1, 2, 3, 4]);
  });

  it('keeps the first samples when not all fit, and makes the others again', async () => {
    const { data, made } = countingData();
    const kept = cached(data, 3 * 28 + 27);
    for (let epoch = 0; epoch < 3; epoch++) for (const index of [5, 6, 7, 8]) await kept.rows([index]);
    expect(made).toEqual([5, 6, 7, 8, 8, 8]);
  });

  it('is not changed by what is done to a batch', async () => {
    const kept = cached(countingData().data);
    const first = await kept.rows([1, 2]);
    first.inputs[0]!.fill(-1);
    (await kept.rows([1, 2])).inputs[0]!.fill(-2);
    expect((await kept.rows([1])).inputs[0]).toEqual(Float32Array.of(10, 11));
  });
});
