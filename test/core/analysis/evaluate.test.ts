// Loss and accuracy of a network on a data set: the formulas, which output is judged, and what is refused.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, type EvaluateOptions, type Evaluation } from '../../../src/core/analysis/evaluate';
import type { DataSet, Targets } from '../../../src/core/data/dataSet';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import type { Session } from '../../../src/core/runtime/runtime';
import { graph, input, model, node } from '../../support/build';

const { signal } = new AbortController();

/** Samples that hold what the network is to answer, and what should be answered. */
interface Samples {
  readonly outputs: readonly (readonly number[])[];
  readonly labels?: readonly number[];
  readonly values?: readonly (readonly number[])[];
  readonly targets?: Targets;
}

function dataSet({ outputs, labels, values, targets }: Samples): DataSet {
  const classes: Targets | undefined = labels && { kind: 'classes', count: Math.max(...labels) + 1 };
  const numbers: Targets | undefined = values && { kind: 'values', shape: [values[0]!.length] };
  const known = targets ?? classes ?? numbers;
  return {
    name: 'samples',
    count: outputs.length,
    inputs: [{ shape: [outputs[0]!.length] }],
    ...(known && { targets: known }),
    rows: (indices) =>
      Promise.resolve({
        count: indices.length,
        inputs: [rowsOf(outputs, indices)],
        ...(labels && { labels: Int32Array.from(indices, (index) => labels[index]!) }),
        ...(values && { values: rowsOf(values, indices) }),
      }),
  };
}

function rowsOf(table: readonly (readonly number[])[], indices: ArrayLike<number>): Float32Array {
  return Float32Array.from(Array.from(indices).flatMap((index) => table[index]!));
}

/** Gives its input as its output, in batches of two where `fixed`. */
function echo(width: number, { fixed = false } = {}): Session {
  const shape = [fixed ? 2 : 'N', width];
  return {
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [
      { name: 'count', type: 'int64', shape: [1] },
      { name: 'y', type: 'float32', shape },
    ],
    run: async ({ x }) => ({ y: x! }),
    dispose: () => Promise.resolve(),
  };
}

const measure = (samples: Samples, options: Partial<EvaluateOptions> = {}): Promise<Evaluation> =>
  evaluate(echo(samples.outputs[0]!.length), dataSet(samples), { signal, ...options });

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('the loss of classes', () => {
  it('is the mean of −ln softmax(y)[label] for logits', async () => {
    const { lossKind, loss, samples } = await measure({
      outputs: [
        [2, 1, 0],
        [0, 3, 0],
      ],
      labels: [0, 2],
    });
    const e = Math.exp;
    const expected = (-Math.log(e(2) / (e(2) + e(1) + 1)) - Math.log(1 / (e(3) + 2))) / 2;
    expect({ lossKind, samples }).toEqual({ lossKind: 'crossEntropy', samples: 2 });
    expect(loss).toBeCloseTo(expected, 6);
  });

  it('is the mean of −ln q for distributions', async () => {
    const outputs = [
      [0.5, 0.25, 0.25],
      [0.125, 0.75, 0.125],
    ];
    const { loss, accuracy } = await measure({ outputs, labels: [0, 2] });
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(8)) / 2, 9);
    expect(accuracy).toBe(0.5);
  });

  it('takes scores for what it is told that they are', async () => {
    const outputs = [[0.5, 0.25, 0.25]];
    const told = await measure({ outputs, labels: [2] }, { scores: 'logits' });
    const e = Math.exp;
    expect(told.loss).toBeCloseTo(-Math.log(e(0.25) / (e(0.5) + 2 * e(0.25))), 6);
  });

  it('is binary cross-entropy where one output tells two classes apart', async () => {
    const logits = await measure({ outputs: [[2], [-1], [0.5]], labels: [1, 1, 0] });
    expect(logits.lossKind).toBe('binaryCrossEntropy');
    expect(logits.loss).toBeCloseTo(
      -(Math.log(sigmoid(2)) + Math.log(sigmoid(-1)) + Math.log(1 - sigmoid(0.5))) / 3,
      6,
    );
    expect(logits.accuracy).toBeCloseTo(1 / 3, 9);
    expect(logits.confusion).toEqual([
      [0, 1],
      [1, 1],
    ]);
    const probabilities = await measure({ outputs: [[0.75], [0.25]], labels: [1, 0] });
    expect(probabilities).toMatchObject({ accuracy: 1 });
    expect(probabilities.loss).toBeCloseTo(-Math.log(0.75), 6);
  });

  it('can be another: several outputs predict 1 for the class and 0 for the others', async () => {
    const { loss, accuracy } = await measure({ outputs: [[0.5, 0.25, 1]], labels: [2] }, { loss: 'mse' });
    expect(loss).toBeCloseTo((0.25 + 0.0625) / 3, 9);
    expect(accuracy).toBe(1);
  });

  it('stays finite where a network is sure of the wrong class, or answers with no number', async () => {
    const sure = await measure({ outputs: [[1, 0, 0]], labels: [2] });
    expect(sure.loss).toBeCloseTo(-Math.log(1e-12), 3);
    const lost = await measure({
      outputs: [
        [3, 0, 0],
        [Number.NaN, 0, 9],
      ],
      labels: [0, 2],
    });
    expect(lost.loss).toBeGreaterThan(13);
    expect(lost.accuracy).toBe(0.5);
    expect(lost.confusion?.flat().reduce((a, b) => a + b)).toBe(1);
  });
});

describe('classes that are taken for others', () => {
  it('are counted by true and predicted class', async () => {
    const outputs = [
      [1, 0, 5],
      [0, 2, 1],
      [4, 4, 0],
      [0, 0, 3],
    ];
    const { confusion, accuracy, top5 } = await measure({ outputs, labels: [2, 1, 1, 0] });
    expect(confusion).toEqual([
      [0, 0, 1],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(accuracy).toBe(0.5);
    expect(top5).toBeUndefined();
  });

  it('count as right among the first five of more than five', async () => {
    const outputs = [
      [9, 8, 7, 6, 5, 4],
      [9, 8, 7, 6, 5, 4],
      [1, 1, 1, 1, 1, 1],
    ];
    expect(await measure({ outputs, labels: [4, 5, 5] })).toMatchObject({ top5: 1 / 3, accuracy: 0 });
  });
});

describe('the loss of values', () => {
  const outputs = [
    [1, 5],
    [2, 2],
    [3, 0],
  ];
  const values = [
    [1, 2],
    [2.5, 2],
    [5, 0],
  ];

  it.each([
    ['auto', (9 + 0.25 + 4) / 6],
    ['mse', (9 + 0.25 + 4) / 6],
    ['mae', (3 + 0.5 + 2) / 6],
    ['huber', (2.5 + 0.125 + 1.5) / 6],
  ] as const)('%s is a mean over elements', async (loss, expected) => {
    const result = await measure({ outputs, values }, { loss });
    expect(result.loss).toBeCloseTo(expected, 6);
    expect(result.accuracy).toBeUndefined();
  });

  it('comes with errors in the units of the targets, and the part of their variance that is explained', async () => {
    const { regression } = await measure({ outputs, values });
    const [first, second] = [1 + 2.5 + 5, 2 + 2 + 0].map((sum) => sum / 3);
    const total = [1, 2.5, 5].reduce((sum, t) => sum + (t - first!) ** 2, 0);
    const all = [2, 2, 0].reduce((sum, t) => sum + (t - second!) ** 2, total);
    expect(regression?.mae).toBeCloseTo(5.5 / 6, 6);
    expect(regression?.rmse).toBeCloseTo(Math.sqrt(13.25 / 6), 6);
    expect(regression?.r2).toBeCloseTo(1 - 13.25 / all, 6);
  });

  it('is binary cross-entropy of each element where that is asked for', async () => {
    const result = await measure(
      {
        outputs: [[0.5, 0.125]],
        values: [[1, 0]],
      },
      { loss: 'binaryCrossEntropy' },
    );
    expect(result.loss).toBeCloseTo(-(Math.log(0.5) + Math.log(0.875)) / 2, 6);
    expect(result.regression).toBeUndefined();
  });
});

describe('evaluate', () => {
  it('gives the same for every way of cutting the samples into batches', async () => {
    const sample = fc.record({
      output: fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
      label: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 9 }), async (table) => {
        const samples: Samples = {
          outputs: table.map(({ output }) => output),
          labels: table.map(({ label }) => label),
          targets: { kind: 'classes', count: 3 },
        };
        const options = { signal, scores: 'logits' } as const;
        const whole = await evaluate(echo(3), dataSet(samples), options);
        const pairs = await evaluate(echo(3, { fixed: true }), dataSet(samples), options);
        expect(pairs).toEqual({ ...whole, loss: expect.closeTo(whole.loss, 9) as number });
      }),
      { numRuns: 40 },
    );
  });

  it('spreads the samples of a limit over the data', async () => {
    const outputs = Array.from({ length: 100 }, () => [9, 0]);
    const labels = outputs.map((_, i) => Number(i >= 50));
    expect(await measure({ outputs, labels }, { limit: 10 })).toMatchObject({ accuracy: 0.5, samples: 10 });
    expect((await measure({ outputs, labels }, { limit: 1000 })).samples).toBe(100);
  });

  it('judges the first output that the targets fit', async () => {
    const heads = graph({
      nodes: [node('ReduceSum', ['x'], ['sum'], { keepdims: 1 }), node('Identity', ['x'], ['scores'])],
      inputs: [input('x', ['N', 3])],
      outputs: ['sum', 'scores'].map((name) => ({ name, type: 'float32' as const })),
    });
    const session = await (await onnxRuntime()).load(modelToBytes(model(heads)));
    const samples = { outputs: [[1, 4, 2]], labels: [1], targets: { kind: 'classes', count: 3 } as const };
    expect(await evaluate(session, dataSet(samples), { signal })).toMatchObject({ accuracy: 1 });
    await session.dispose();
  });

  it.each([
    [
      'labels that the model has no output for',
      { outputs: [[1, 2, 3]], labels: [4] },
      /the model has 3 outputs for each sample, but labels go up to 4/,
    ],
    [
      'a label that is no class',
      { outputs: [[1, 2, 3]], labels: [7], targets: { kind: 'classes', count: 3 } },
      /label 7, but there are 3 classes/,
    ],
    ['samples without targets', { outputs: [[1, 2, 3]] }, /neither labels nor values to predict/],
    [
      'values of another number',
      { outputs: [[1, 2, 3]], values: [[1, 2]] },
      /2 values to predict for each sample, but the model gives \[1, 3\]/,
    ],
  ] as const)('refuses %s', async (_, samples, message) => {
    await expect(measure(samples)).rejects.toMatchObject({ code: 'DATA_INVALID', message });
  });

  it('refuses cross-entropy for values', async () => {
    const samples = { outputs: [[1, 2]], values: [[1, 2]] };
    await expect(measure(samples, { loss: 'crossEntropy' })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('ends with the reason of a cancel, and says how far it is', async () => {
    const controller = new AbortController();
    const outputs = Array.from({ length: 500 }, () => [1, 0]);
    const seen: number[] = [];
    const running = measure(
      { outputs, labels: outputs.map(() => 0) },
      {
        signal: controller.signal,
        progress: (fraction) => {
          seen.push(fraction);
          if (fraction > 0.3) controller.abort();
        },
      },
    );
    await expect(running).rejects.toThrow(/abort/i);
    expect(seen).toEqual([0, 0.128, 0.256, 0.384]);
  });
});
