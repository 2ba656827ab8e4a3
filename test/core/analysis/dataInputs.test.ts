// Samples of a data set in the shape, type and batch that a model wants.
import { describe, expect, it } from 'vitest';
import { dataInputs } from '../../../src/core/analysis/dataInputs';
import type { DataSet } from '../../../src/core/data/dataSet';
import type { ElementType } from '../../../src/core/ir/elementType';
import type { Shape } from '../../../src/core/ir/graph';
import type { RuntimeValue } from '../../../src/core/runtime/runtime';
import { CounterweightError } from '../../../src/shared/base/errors';

/** Element k of sample n is 100 n + k. */
function dataSet(sampleShape: readonly number[], count = 5): DataSet {
  const size = sampleShape.reduce((product, dimension) => product * dimension, 1);
  return {
    name: 'ramp',
    count,
    inputs: [{ shape: sampleShape }],
    targets: { kind: 'classes', count: 2 },
    rows: async (indices) => ({
      count: indices.length,
      inputs: [
        Float32Array.from(
          { length: indices.length * size },
          (_, i) => 100 * indices[Math.floor(i / size)]! + (i % size),
        ),
      ],
      labels: Int32Array.from(indices, (index) => index % 2),
    }),
  };
}

function value(shape: Shape | undefined, type: ElementType | undefined = 'float32'): RuntimeValue {
  return { name: 'x', type, shape };
}

describe('dataInputs', () => {
  it.each([
    ['a free batch', ['N', 1, 2, 3], [5, 1, 2, 3]],
    ['flat rows', ['N', 6], [5, 6]],
    ['a column', [undefined, 6, 1], [5, 6, 1]],
    ['free image sizes', ['N', 1, 'h', 'w'], [5, 1, 2, 3]],
    ['one free size', ['N', 'features'], [5, 6]],
  ])('feeds %s all samples at once', async (_, shape, expected) => {
    const { feeds, samples, labels } = await dataInputs(dataSet([1, 2, 3]), [value(shape)]).batch(0, 5);
    expect(feeds['x']!.shape).toEqual(expected);
    expect(samples).toBe(5);
    expect([...labels!]).toEqual([0, 1, 0, 1, 0]);
    const data = feeds['x']!.data as Float32Array;
    expect([data[0], data[5], data[6], data[29]]).toEqual([0, 5, 100, 405]);
  });

  it('feeds a batch of one, and an input without a batch, sample by sample', async () => {
    for (const shape of [[1, 1, 2, 3], [1, 6], [6], [2, 3]]) {
      const batch = await dataInputs(dataSet([1, 2, 3]), [value(shape)]).batch(3, 5);
      expect(batch.samples).toBe(1);
      expect(batch.feeds['x']!.shape).toEqual(shape);
      expect([...(batch.feeds['x']!.data as Float32Array)]).toEqual([300, 301, 302, 303, 304, 305]);
    }
  });

  it('fills a fixed batch up with the last sample and says how many count', async () => {
    const { feeds, samples } = await dataInputs(dataSet([2], 5), [value([4, 2])]).batch(4, 5);
    expect(samples).toBe(1);
    expect([...(feeds['x']!.data as Float32Array)]).toEqual([400, 401, 400, 401, 400, 401, 400, 401]);
  });

  it('copies nothing where the samples are there as the model takes them', async () => {
    const data = dataSet([2]);
    const batch = await data.rows([0, 1, 2]);
    const { feeds } = dataInputs(data, [value(['N', 2])]).place(batch);
    expect((feeds['x']!.data as Float32Array).buffer).toBe(batch.inputs[0]!.buffer);
    expect([...(feeds['x']!.data as Float32Array)]).toEqual([...batch.inputs[0]!]);
  });

  it('puts channels last where the model wants them there', async () => {
    const { feeds } = await dataInputs(dataSet([3, 2, 2], 1), [value(['N', 2, 2, 3])]).batch(0, 1);
    expect([...(feeds['x']!.data as Float32Array)]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });

  it.each([
    ['uint8', 255, undefined],
    ['uint8', 256, 'takes whole numbers (uint8) from 0 to 255, but a sample holds 256'],
    ['uint8', 0.5, 'but a sample holds 0.5'],
    ['int8', -128, undefined],
    ['int8', -129, 'from -128 to 127, but a sample holds -129'],
    ['int64', 16_777_216, undefined],
    ['int64', NaN, 'but a sample holds NaN'],
    ['float16', 0.5, undefined],
  ] as const)('takes for an input of %s a sample of %d: problem %s', (type, number, problem) => {
    const inputs = dataInputs(dataSet([1], 1), [value(['N', 1], type)]);
    const placing = (): unknown => inputs.place({ count: 1, inputs: [Float32Array.of(number)] });
    if (problem === undefined) expect(placing()).toMatchObject({ samples: 1 });
    else expect(placing).toThrow(problem);
  });

  it('gives half precision to a model that takes it', async () => {
    const { feeds } = await dataInputs(dataSet([2], 1), [value(['N', 2], 'float16')]).batch(0, 1);
    expect(feeds['x']!.type).toBe('float16');
    expect([...(feeds['x']!.data as Uint16Array)]).toEqual([0x0000, 0x3c00]);
  });

  it.each([
    ['rows', [value(['N', 3])], 'its samples are [1, 2, 3], but input x of the model takes [N, 3]'],
    [
      'sizes',
      [value(['N', 1, 3, 3])],
      'its samples are [1, 2, 3], but input x of the model takes [N, 1, 3, 3]',
    ],
    ['types', [value(['N', 6], 'bool')], 'input x of the model takes bool, but the data are numbers'],
    ['several inputs', [value([6]), value([6])], 'the model has 2 inputs, but data fills 1 input'],
  ])('says what does not fit: %s', (_, inputs, problem) => {
    const attempt = () => dataInputs(dataSet([1, 2, 3]), inputs);
    expect(attempt).toThrow(CounterweightError);
    expect(attempt).toThrow(problem);
  });
});
