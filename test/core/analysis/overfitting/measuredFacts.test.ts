// The facts of a diagnosis that are measured on data: what guessing reaches, and samples that two parts share.
import { describe, expect, test } from 'vitest';
import { evenBaseline, measureBaseline } from '../../../../src/core/analysis/overfitting/baseline';
import { sharedSamples } from '../../../../src/core/analysis/overfitting/sharedSamples';
import type { Batch, DataSet } from '../../../../src/core/data/dataSet';
import { glyphDefaults, openGlyphs } from '../../../../src/core/data/glyphs';
import { subset } from '../../../../src/core/data/subset';

const { signal } = new AbortController();

describe('what guessing reaches', () => {
  test('is the entropy of the classes and the share of the most frequent one', async () => {
    const data = labelled([0, 0, 0, 0, 0, 0, 1, 1, 2, 2], 3);
    const baseline = await measureBaseline(data, 'crossEntropy', signal);
    expect(baseline?.accuracy).toBeCloseTo(0.6, 12);
    expect(baseline?.loss).toBeCloseTo(-0.6 * Math.log(0.6) - 0.4 * Math.log(0.2), 12);
  });

  test('is ln 10 for ten equally frequent classes', () => {
    expect(evenBaseline('crossEntropy', 10).loss).toBeCloseTo(Math.log(10), 12);
    expect(evenBaseline('crossEntropy', 10).accuracy).toBeCloseTo(0.1, 12);
    // Ten outputs of which one is 1: the variance of a coin that falls so in one of ten cases.
    expect(evenBaseline('mse', 10).loss).toBeCloseTo(0.09, 12);
    expect(evenBaseline('binaryCrossEntropy', 2).loss).toBeCloseTo(Math.log(2), 12);
  });

  test('of values is their spread around the best constant, output by output', async () => {
    const data = valued([
      [0, 10],
      [2, 10],
      [4, 10],
      [10, 10],
    ]);
    expect((await measureBaseline(data, 'mse', signal))?.loss).toBeCloseTo(14 / 2, 6);
    expect((await measureBaseline(data, 'mae', signal))?.loss).toBeCloseTo(12 / 4 / 2, 6);
    expect((await measureBaseline(data, 'mse', signal))?.accuracy).toBeUndefined();
  });

  test('is not known for samples without targets', async () => {
    const { targets: _, ...data } = labelled([0, 1], 2);
    expect(await measureBaseline(data, 'mse', signal)).toBeUndefined();
  });
});

describe('shared samples', () => {
  const glyphs = openGlyphs({ ...glyphDefaults, samples: 700, size: 8 });
  const part = (from: number, to: number): DataSet =>
    subset(
      glyphs,
      Int32Array.from({ length: to - from }, (_, i) => from + i),
    );

  test('are counted, whatever their places', async () => {
    expect(await sharedSamples(part(0, 600), part(590, 700), { signal })).toEqual({
      shared: 10,
      validation: 110,
    });
    expect(await sharedSamples(part(0, 300), part(300, 700), { signal })).toEqual({
      shared: 0,
      validation: 400,
    });
  });

  test('count once each, however often they are trained on', async () => {
    const twice = subset(glyphs, Int32Array.from([1, 1, 2, 3]));
    const validation = subset(glyphs, Int32Array.from([1, 2, 2, 9]));
    expect(await sharedSamples(twice, validation, { signal })).toEqual({ shared: 3, validation: 4 });
  });

  test('have the same inputs, whatever their labels', async () => {
    const noisy = openGlyphs({ ...glyphDefaults, samples: 50, size: 8, labelNoise: 1 });
    expect((await sharedSamples(part(0, 50), noisy, { signal })).shared).toBe(50);
  });

  test('are looked for with progress until it is cancelled', async () => {
    const fractions: number[] = [];
    const progress = (fraction: number): void => void fractions.push(fraction);
    await sharedSamples(part(0, 20), part(10, 30), { signal, progress });
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    await expect(sharedSamples(part(0, 20), part(10, 30), { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

function labelled(labels: readonly number[], count: number): DataSet {
  return {
    name: 'labelled',
    count: labels.length,
    inputs: [{ shape: [1] }],
    targets: { kind: 'classes', count },
    rows: async (indices): Promise<Batch> => ({
      count: indices.length,
      inputs: [new Float32Array(indices.length)],
      labels: Int32Array.from(indices, (index) => labels[index]!),
    }),
  };
}

function valued(values: readonly (readonly number[])[]): DataSet {
  return {
    name: 'valued',
    count: values.length,
    inputs: [{ shape: [1] }],
    targets: { kind: 'values', shape: [values[0]!.length] },
    rows: async (indices): Promise<Batch> => ({
      count: indices.length,
      inputs: [new Float32Array(indices.length)],
      values: Float32Array.from(Array.from(indices).flatMap((index) => values[index]!)),
    }),
  };
}
