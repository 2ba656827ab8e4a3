// An epoch's batches: all samples once, in order, read ahead of the step but not further than allowed.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch, DataSet } from '../../../src/core/data/dataSet';
import { shuffledIndices } from '../../../src/core/data/shuffle';
import { batchesOf, batchSizes } from '../../../src/core/training/batches';

/** A data set whose samples are their own indices, and what was asked of it. */
function indexData(count: number) {
  const asked: number[][] = [];
  const data: DataSet = {
    name: 'indices',
    count,
    inputs: [{ shape: [1] }],
    rows: async (indices) => {
      asked.push(Array.from(indices));
      return { count: indices.length, inputs: [Float32Array.from(indices)] };
    },
  };
  return { data, asked };
}

const doubled = (batch: Batch, indices: Int32Array): Batch => {
  expect(batch.inputs[0]).toEqual(Float32Array.from(indices));
  return { ...batch, inputs: [batch.inputs[0]!.map((value) => 2 * value)] };
};
const asIs = (batch: Batch): Batch => batch;

describe('the sizes of batches', () => {
  it('add up to all samples, none above the given size and none tiny beside full ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 200 }), (samples, batch) => {
        const sizes = batchSizes(samples, batch);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(samples);
        expect(sizes).toHaveLength(Math.ceil(samples / batch));
        expect(Math.max(...sizes)).toBeLessThanOrEqual(batch);
        if (samples >= batch) expect(Math.min(...sizes)).toBeGreaterThanOrEqual(batch / 2);
      }),
    );
  });

  it('are full but for what is left', () => {
    expect(batchSizes(64, 32)).toEqual([32, 32]);
    expect(batchSizes(84, 32)).toEqual([32, 32, 20]);
    expect(batchSizes(65, 32)).toEqual([32, 17, 16]);
    expect(batchSizes(5, 32)).toEqual([5]);
  });
});

describe('batches', () => {
  it('hold the samples in their order, changed as told', async () => {
    const { data } = indexData(10);
    const order = shuffledIndices(10, 3);
    const seen: number[] = [];
    for await (const { inputs } of batchesOf(data, order, [4, 3, 3], doubled)) seen.push(...inputs[0]!);
    expect(seen).toEqual(Array.from(order, (index) => 2 * index));
  });

  it('are asked for before the step that comes before them, and not much earlier', async () => {
    const { data, asked } = indexData(20);
    let steps = 0;
    for await (const batch of batchesOf(data, shuffledIndices(20, 1), batchSizes(20, 2), asIs)) {
      expect(batch.count).toBe(2);
      steps++;
      expect(asked.length).toBeGreaterThanOrEqual(Math.min(10, steps + 1));
      expect(asked.length).toBeLessThanOrEqual(steps + 3);
    }
    expect(steps).toBe(10);
    expect(asked.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('fail at the batch that cannot be read, and leave no failure behind when one stops early', async () => {
    const { data } = indexData(6);
    let reads = 0;
    const broken: DataSet = {
      ...data,
      rows: (indices) => (++reads === 2 ? Promise.reject(new Error('the disk is gone')) : data.rows(indices)),
    };
    const order = shuffledIndices(6, 1);
    const seen: Batch[] = [];
    const reading = async (): Promise<void> => {
      for await (const batch of batchesOf(broken, order, [2, 2, 2], asIs)) seen.push(batch);
    };
    await expect(reading()).rejects.toThrow('the disk is gone');
    expect(seen).toHaveLength(1);
    reads = 0;
    for await (const batch of batchesOf(broken, order, [2, 2, 2], asIs)) {
      expect(batch.count).toBe(2);
      break;
    }
    // An unhandled rejection would fail this file.
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
