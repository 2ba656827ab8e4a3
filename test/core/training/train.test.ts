// Whole runs on real data with the real trainer: what they say of the network is true of the network they give.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/core/analysis/evaluate';
import type { DataSet } from '../../../src/core/data/dataSet';
import { glyphDefaults, openGlyphs } from '../../../src/core/data/glyphs';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { measuredTrainSamples, train } from '../../../src/core/training/train';
import { trainSchema } from '../../../src/core/training/trainOptions';
import type { TrainTask } from '../../../src/core/training/trainTask';
import type { CounterweightError } from '../../../src/shared/base/errors';
import { collectingContext } from '../../support/fakeTrainer';
import { smallConvNet } from '../../support/smallConvNet';

const size = 12;
const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
const data = {
  train: openGlyphs({ ...glyphs, samples: 600 }),
  validation: openGlyphs({ ...glyphs, samples: 200, split: 'validation' }),
};

function task(options: Readonly<Record<string, unknown>> = {}, rest: Partial<TrainTask> = {}): TrainTask {
  return {
    model: smallConvNet(size),
    path: 'glyphs.onnx',
    data,
    options: trainSchema.parse({ epochs: 6, batch: 32, learningRate: 0.005, ...options }),
    seed: 1,
    keepZeros: false,
    step: 0,
    ...rest,
  };
}

async function measured(model: Model, samples: DataSet, limit: number) {
  const session = await (await onnxRuntime()).load(modelToBytes(model));
  const { signal } = new AbortController();
  try {
    return await evaluate(session, samples, { limit, signal });
  } finally {
    await session.dispose();
  }
}

describe('training a network', () => {
  it('learns the glyphs, and reports what its result is measured to be', async () => {
    const { context, curves, progress } = collectingContext();
    const given = task();
    const before = modelToBytes(given.model);
    const { model, training, notes } = await train(given, context);
    expect(modelToBytes(given.model)).toEqual(before);
    expect(notes).toEqual([]);
    const { history, bestEpoch } = training;
    expect(history).toHaveLength(7);
    expect(history[0]!.validationAccuracy).toBeLessThan(0.35);
    expect(history[0]!.validationLoss).toBeGreaterThan(2);
    const best = history[bestEpoch!]!;
    expect(best.validationAccuracy).toBeGreaterThan(0.85);
    const train600 = await measured(model, data.train, measuredTrainSamples(data));
    const validation = await measured(model, data.validation, 200);
    expect(best).toMatchObject({
      trainLoss: train600.loss,
      trainAccuracy: train600.accuracy,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
    });
    expect(training).toMatchObject({
      step: 0,
      epochs: 6,
      loss: 'crossEntropy',
      samples: { train: 600, validation: 200 },
      ended: 'allEpochs',
      frozen: [],
    });
    // Statistics of the normalization are learned too, but not by gradients.
    expect(training.parameters).toBe(4 * 9 + 4 + 4 + 4 + 16 * 4 * 36 + 16 + 160 + 10);
    expect(training.seconds).toBeCloseTo(
      history.reduce((sum, { seconds }) => sum + seconds, 0),
      9,
    );
    expect(curves.at(-1)!.history).toEqual(history);
    expect(progress.at(-1)!.fraction).toBe(1);
  });

  it('gives the same weights for the same seed', async () => {
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const given = task({ epochs: 2, dropout: 0.3, augment: { shift: 0.1 } }, { seed });
        return modelToBytes((await train(given, collectingContext().context)).model);
      }),
    );
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('keeps the network that it was given when training makes it worse, and says so', async () => {
    const good = (await train(task(), collectingContext().context)).model;
    const given = task({ epochs: 2, optimizer: 'sgd', learningRate: 0.2 }, { model: good });
    const { model, training, notes } = await train(given, collectingContext().context);
    expect(training.bestEpoch).toBe(0);
    expect(notes.map(({ code }) => code)).toEqual(['TRAINING_NO_BETTER']);
    const [now, then] = [
      await measured(model, data.validation, 200),
      await measured(good, data.validation, 200),
    ];
    expect(now.loss).toBe(then.loss);
  });

  it('stops a run that diverges, with the curves until there', async () => {
    const { context, curves } = collectingContext();
    const given = task({ optimizer: 'sgd', learningRate: 100 });
    const error = (await train(given, context).catch((e: unknown) => e)) as CounterweightError;
    expect(error.code).toBe('TRAINING_DIVERGED');
    expect(error.values).toMatchObject({ path: 'glyphs.onnx', learningRate: '10', clipNorm: '1' });
    expect(['conv', 'bn', 'fc1', 'fc2']).toContain(error.values['layer' as never]);
    expect(curves.at(-1)!.diagnosis.verdict).toBe('diverged');
    expect(curves.at(-1)!.history.at(-1)!.epoch).toBe(error.values['epoch' as never]);
  });

  it('ends when it is cancelled while it measures', async () => {
    const stop = new AbortController();
    const { context } = collectingContext({ signal: stop.signal });
    const slow: DataSet = {
      ...data.validation,
      rows: async (indices) => {
        stop.abort();
        return data.validation.rows(indices);
      },
    };
    const running = train(task({}, { data: { ...data, validation: slow } }), context);
    await expect(running).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
