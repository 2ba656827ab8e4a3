// Inputs brought to a range: told, or taken from the training samples and from them alone.
import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indicesFrom, type DataSet } from '../../../src/core/data/dataSet';
import { normalizationOf, normalized } from '../../../src/core/data/normalize';
import { openData, openSplits } from '../../../src/core/data/openData';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

function dataOf(samples: readonly (readonly number[])[], shape: readonly number[]): DataSet {
  return {
    name: 'data',
    count: samples.length,
    inputs: [{ shape }],
    rows: async (indices) => ({
      count: indices.length,
      inputs: [Float32Array.from(Array.from(indices).flatMap((index) => samples[index]!))],
    }),
  };
}

async function valuesOf(data: DataSet): Promise<number[]> {
  return [...(await data.rows(indicesFrom(0, data.count))).inputs[0]!];
}

describe('standardize', () => {
  it('gives every column a mean of 0 and a deviation of 1', async () => {
    const column = fc.record({
      offset: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      scale: fc.double({ min: 0.01, max: 100, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(column, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 3, max: 600 }),
        async (columns, count) => {
          const samples = Array.from({ length: count }, (_, i) =>
            columns.map(({ offset, scale }, j) => Math.fround(offset + scale * Math.sin(i * (j + 1)))),
          );
          const data = dataOf(samples, [columns.length]);
          const values = await valuesOf(normalized(data, await normalizationOf('standardize', data)));
          for (const j of columns.keys()) {
            const own = values.filter((_, i) => i % columns.length === j);
            const mean = own.reduce((a, b) => a + b) / count;
            const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
            expect(Math.abs(mean)).toBeLessThan(1e-3);
            expect(Math.abs(variance - 1)).toBeLessThan(1e-3);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps the digits of a small deviation far from 0', async () => {
    const data = dataOf([[100_000], [100_001], [100_002]], [1]);
    const { mean, deviation } = await normalizationOf('standardize', data);
    expect(mean).toEqual([100_001]);
    expect(deviation[0]).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it('only centres what is constant', async () => {
    const data = dataOf(
      [
        [5, 1],
        [5, 3],
      ],
      [2],
    );
    expect(await valuesOf(normalized(data, await normalizationOf('standardize', data)))).toEqual([
      0, -1, 0, 1,
    ]);
  });

  it('has one mean for each channel of an image, and one for all of anything else', async () => {
    const samples = [[0, 2, 10, 30]];
    expect((await normalizationOf('standardize', dataOf(samples, [2, 1, 2]))).mean).toEqual([1, 20]);
    expect((await normalizationOf('standardize', dataOf(samples, [2, 2]))).mean).toEqual([10.5]);
  });

  it('looks at no test sample', async () => {
    writeFileSync(folder.file('train.csv'), 'x,y\n1,0\n3,1\n1,0\n3,1\n');
    writeFileSync(folder.file('test.csv'), 'x,y\n1000,0\n');
    writeFileSync(folder.file('data.yaml'), 'train: train.csv\ntest: test.csv\nnormalize: standardize\n');
    const splits = await openSplits(folder.file('data.yaml'), 1);
    expect(await valuesOf(splits.test!)).toEqual([998]);
    expect(new Set(await valuesOf(splits.train))).toEqual(new Set([-1, 1]));
    // What a network was trained on is what it is measured on.
    expect(await valuesOf(await openData(folder.file('data.yaml')))).toEqual([998]);
  });
});

describe('normalize', () => {
  it('takes one number for all channels, or one for each', async () => {
    const data = dataOf([[0, 1, 2, 3]], [2, 1, 2]);
    const told = await normalizationOf({ mean: [0, 1], standardDeviation: 2 }, data);
    expect(await valuesOf(normalized(data, told))).toEqual([0, 0.5, 0.5, 1]);
  });

  it('is refused for several inputs', async () => {
    const data = { ...dataOf([[1]], [1]), inputs: [{ shape: [1] }, { shape: [1] }] };
    await expect(normalizationOf('standardize', data)).rejects.toThrow('samples with one input');
  });
});
