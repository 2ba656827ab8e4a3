// The loop of a run, with a trainer whose every step can be followed by hand.
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../src/core/data/dataSet';
import { runEpochs } from '../../../src/core/training/epochs';
import type { Measures, RunParts } from '../../../src/core/training/runParts';
import type { TrainContext, TrainTask } from '../../../src/core/training/trainTask';
import type { CounterweightError } from '../../../src/shared/base/errors';
import type { EpochView } from '../../../src/shared/contracts/viewModels';
import {
  collectingContext,
  fakeTrainer,
  linearTask,
  measureLinear,
  type FakeTrainer,
} from '../../support/fakeTrainer';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();

interface Run {
  readonly task?: TrainTask;
  readonly trainer?: FakeTrainer;
  readonly context?: Partial<TrainContext>;
  /** Validation losses by epoch, in the place of those that are measured. */
  readonly losses?: readonly number[];
}

async function run({ task = linearTask(), context: overrides, losses, ...given }: Run = {}) {
  const trainer = given.trainer ?? fakeTrainer(task.options.batch);
  let measured = 0;
  const measure = async (): Promise<Measures> => {
    const measures = await measureLinear(trainer, task);
    const loss = losses?.[measured++];
    return loss === undefined ? measures : { ...measures, validation: { loss, samples: 1 } };
  };
  const parts: RunParts = { task, trainer, baseline: { loss: 14 }, measure };
  const collected = collectingContext(overrides);
  const weightsAt: Float32Array[] = [];
  const curves: TrainContext['curves'] = (view) => {
    weightsAt.push(trainer.weights.slice());
    collected.context.curves(view);
  };
  const outcome = await runEpochs(parts, { ...collected.context, curves }).catch((error: unknown) => error);
  return { ...collected, outcome, trainer, weightsAt };
}

function errorOf(outcome: unknown): CounterweightError {
  expect(outcome).toBeInstanceOf(Error);
  return outcome as CounterweightError;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const order = (batches: readonly Batch[]): number[] => batches.flatMap(({ values }) => Array.from(values!));

/** The samples of an epoch with their values, in the order of their values. */
function samplesOf({ trainer }: { readonly trainer: FakeTrainer }, epoch: number): number[][] {
  return trainer.calls
    .slice(4 * epoch, 4 * (epoch + 1))
    .flatMap(({ batch }) =>
      Array.from(batch.values!, (value, i) => [value, ...batch.inputs[0]!.slice(3 * i, 3 * i + 3)]),
    )
    .toSorted((a, b) => a[0]! - b[0]!);
}

describe('a run', () => {
  it('measures the network before it trains, and after each epoch', async () => {
    const { outcome, curves, trainer } = await run();
    const { history, ended } = outcome as Awaited<ReturnType<typeof runEpochs>>;
    expect(ended).toBe('allEpochs');
    expect(history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(history[0]!.learningRate).toBe(0);
    expect(history[4]!.trainLoss).toBeLessThan(0.05 * history[0]!.trainLoss!);
    expect(curves.map((view) => view.history.length)).toEqual([1, 2, 3, 4, 5]);
    expect(curves.at(-1)).toMatchObject({
      step: 0,
      epochs: 4,
      history,
      loss: 'mse',
      samples: { train: 50, validation: 20 },
      parameters: 3,
    });
    // 50 samples in batches of at most 16: the rest of 2 is shared with the last full one.
    expect(trainer.calls.map(({ batch }) => batch.count)).toEqual(
      Array.from({ length: 4 }, () => [16, 16, 9, 9]).flat(),
    );
  });

  it('sees every sample once in each epoch, in another order each time, and draws other seeds in each step', async () => {
    const { trainer } = await run();
    const epochs = [0, 1, 2, 3].map((i) =>
      order(trainer.calls.slice(4 * i, 4 * (i + 1)).map(({ batch }) => batch)),
    );
    for (const epoch of epochs) expect(sorted(epoch)).toEqual(sorted(epochs[0]!));
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect(new Set(trainer.calls.map(({ seed }) => seed)).size).toBe(16);
  });

  it('is the same for the same seed, and another for another', async () => {
    const [one, same, other] = [await run(), await run(), await run({ task: linearTask({}, { seed: 2 }) })];
    expect(same.trainer.weights).toEqual(one.trainer.weights);
    expect(other.trainer.weights).not.toEqual(one.trainer.weights);
  });

  it('gives each step the learning rate of its place, and reports the last one of an epoch', async () => {
    const { trainer, curves } = await run({ task: linearTask({ schedule: 'cosine', warmup: 1 }) });
    const rates = trainer.calls.map(({ learningRate }) => learningRate);
    const expected = [0.0125, 0.025, 0.0375, 0.05, 0.05];
    for (const [i, rate] of expected.entries()) expect(rates[i]).toBeCloseTo(rate, 12);
    expect(curves.at(-1)!.history.map(({ learningRate }) => learningRate)).toEqual([
      0,
      ...[3, 7, 11, 15].map((i) => rates[i]),
    ]);
  });

  it('lowers the learning rate on a plateau of the validation loss', async () => {
    const task = linearTask({ schedule: 'plateau', decay: { every: 1, factor: 0.5 }, epochs: 4 });
    const { curves } = await run({ task, losses: [5, 4, 4.5, 3, 2] });
    expect(curves.at(-1)!.history.map(({ learningRate }) => learningRate)).toEqual([
      0, 0.05, 0.05, 0.025, 0.025,
    ]);
  });

  it('keeps the weights of the best epoch, or of the last', async () => {
    const losses = [9, 5, 3, 4, 6];
    const best = await run({ losses });
    expect(best.curves.at(-1)!.bestEpoch).toBe(2);
    expect(best.trainer.weights).toEqual(best.weightsAt[2]);
    const last = await run({ losses, task: linearTask({ keep: 'last' }) });
    expect(last.trainer.weights).toEqual(last.weightsAt[4]);
    expect(last.trainer.weights).not.toEqual(last.weightsAt[2]);
  });

  it('keeps the weights that it was given when no epoch is better', async () => {
    const { trainer, curves } = await run({ losses: [1, 2, 3, 4, 5] });
    expect(curves.at(-1)!.bestEpoch).toBe(0);
    expect(trainer.weights).toEqual(new Float32Array(3));
  });

  it('stops early when it has waited long enough for a lower validation loss', async () => {
    const task = linearTask({ epochs: 10, earlyStopping: { patience: 2 } });
    const { outcome, trainer, weightsAt } = await run({ task, losses: [9, 5, 6, 4, 4, 5, 1] });
    const { history, ended } = outcome as Awaited<ReturnType<typeof runEpochs>>;
    expect(ended).toBe('earlyStopping');
    expect(history.at(-1)!.epoch).toBe(5);
    expect(trainer.weights).toEqual(weightsAt[3]);
  });

  it('changes training samples only, each in another way in each epoch', async () => {
    const plain = await run();
    const noisy = await run({ task: linearTask({ augment: { noise: 0.5 } }) });
    expect(samplesOf(noisy, 0).map(([value]) => value)).toEqual(samplesOf(plain, 0).map(([value]) => value));
    expect(samplesOf(noisy, 0)).not.toEqual(samplesOf(plain, 0));
    expect(samplesOf(noisy, 1)).not.toEqual(samplesOf(noisy, 0));
    expect(samplesOf(plain, 1)).toEqual(samplesOf(plain, 0));
  });

  it('tells how far it is, never going back', async () => {
    const { progress } = await run();
    const fractions = progress.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
    expect(progress.find(({ fraction }) => fraction > 0.5)!.detail).toMatch(/^epoch 3 of 4, loss [\d.]+$/);
  });
});

describe('a paused run', () => {
  it('takes no step until it may go on, and counts no time', async () => {
    let open: (() => void) | undefined;
    let asked = 0;
    const gate = (): Promise<void> =>
      ++asked === 6 ? new Promise<void>((resolve) => (open = resolve)) : Promise.resolve();
    const trainer = fakeTrainer(16);
    const running = run({ trainer, context: { gate } });
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(trainer.calls).toHaveLength(5);
    open!();
    const { curves } = await running;
    expect(trainer.calls).toHaveLength(16);
    expect(trainer.weights).toEqual((await run()).trainer.weights);
    for (const { seconds } of curves.at(-1)!.history) expect(seconds).toBeLessThan(0.1);
  });

  it('can be cancelled', async () => {
    const stop = new AbortController();
    const running = run({ context: { signal: stop.signal, gate: () => new Promise(() => undefined) } });
    setTimeout(() => stop.abort(), 5);
    const { outcome, trainer } = await running;
    expect(errorOf(outcome).name).toBe('AbortError');
    expect(trainer.calls).toHaveLength(0);
  });
});

describe('a cancelled run', () => {
  it('ends before the next step', async () => {
    const stop = new AbortController();
    const trainer = fakeTrainer(16);
    const step: FakeTrainer['step'] = (...args) => {
      if (trainer.calls.length === 6) stop.abort();
      return trainer.step(...args);
    };
    const { outcome } = await run({
      trainer: { ...trainer, step },
      context: { signal: stop.signal },
    });
    expect(errorOf(outcome).name).toBe('AbortError');
    expect(trainer.calls).toHaveLength(7);
  });

  it('hears of the cancel through the event loop, however short its steps are', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const task = linearTask({ epochs: 5000, learningRate: 1e-6 });
    const { outcome } = await run({ task, context: { signal: stop.signal } });
    expect(errorOf(outcome).name).toBe('AbortError');
  });
});

describe('a run that diverges', () => {
  it('stops at the first loss that is no number, after a last report of its curves', async () => {
    const trainer = fakeTrainer(16);
    const step: FakeTrainer['step'] = async (...args) => {
      const result = await trainer.step(...args);
      if (trainer.calls.length !== 7) return result;
      trainer.weights[1] = Number.NaN;
      return { ...result, loss: Number.NaN };
    };
    const { outcome, curves } = await run({ trainer: { ...trainer, step } });
    const error = errorOf(outcome);
    expect(error.code).toBe('TRAINING_DIVERGED');
    expect(error.values).toMatchObject({
      path: 'linear.onnx',
      epoch: 2,
      step: 3,
      loss: 'NaN',
      layer: 'dense',
      learningRate: '0.005',
      clipNorm: '1',
    });
    const last = curves.at(-1)!;
    expect(last.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(last.history[2]).toMatchObject({ trainLoss: null, validationLoss: null });
    expect(last.diagnosis.verdict).toBe('diverged');
  });

  it('stops when its loss stays far above that of knowing nothing', async () => {
    const { outcome, curves } = await run({ task: linearTask({ learningRate: 0.6, epochs: 50 }) });
    const error = errorOf(outcome);
    expect(error.code).toBe('TRAINING_DIVERGED');
    expect(Number(error.values['loss' as never])).toBeGreaterThan(100);
    expect(error.values).toMatchObject({ layer: 'dense' });
    expect(curves.at(-1)!.diagnosis.verdict).toBe('diverged');
  });

  it('stops when its weights are no numbers at the end of an epoch, before they are kept', async () => {
    const trainer = fakeTrainer(16);
    const step: FakeTrainer['step'] = async (...args) => {
      const result = await trainer.step(...args);
      if (trainer.calls.length === 8) trainer.weights[0] = Infinity;
      return result;
    };
    const task = linearTask({}, { checkpointFolder: temp.file('checkpoint') });
    const { outcome } = await run({ task, trainer: { ...trainer, step } });
    expect(errorOf(outcome).values).toMatchObject({ epoch: 2, step: 4, layer: 'dense' });
    // The checkpoint is still that of the epoch before.
    const again = await run({ task });
    expect(again.curves[0]!.history.at(-1)!.epoch).toBe(1);
  });
});

const withoutTime = (epoch: EpochView): EpochView => ({ ...epoch, seconds: 0 });

describe('a resumed run', () => {
  const options = {
    epochs: 6,
    schedule: 'plateau',
    decay: { every: 1, factor: 0.5 },
    augment: { noise: 0.3 },
  };

  it.each(['best', 'last'])(
    'ends as an uninterrupted one, wherever it was stopped (keep: %s)',
    async (keep) => {
      const whole = await run({ task: linearTask({ ...options, keep }) });
      const wholeHistory = whole.curves.at(-1)!.history;
      for (let stopAt = 1; stopAt <= 24; stopAt += 2) {
        const task = linearTask(
          { ...options, keep },
          { checkpointFolder: temp.file(`at-${keep}-${stopAt}`) },
        );
        const stop = new AbortController();
        const trainer = fakeTrainer(16);
        const step: FakeTrainer['step'] = (...args) => {
          if (trainer.calls.length + 1 === stopAt) stop.abort();
          return trainer.step(...args);
        };
        const first = await run({ task, trainer: { ...trainer, step }, context: { signal: stop.signal } });
        expect(errorOf(first.outcome).name).toBe('AbortError');
        const second = await run({ task });
        expect(second.trainer.weights).toEqual(whole.trainer.weights);
        expect(second.curves.at(-1)!.history.map(withoutTime)).toEqual(wholeHistory.map(withoutTime));
        // What was done is not done again.
        expect(second.trainer.calls).toHaveLength(24 - 4 * Math.floor((stopAt - 1) / 4));
      }
    },
  );

  it('shows its curves at once, and has nothing to do when it was over', async () => {
    const task = linearTask({ epochs: 3 }, { checkpointFolder: temp.file('checkpoint') });
    const first = await run({ task });
    const second = await run({ task });
    expect(second.trainer.calls).toHaveLength(0);
    expect(second.curves).toEqual([first.curves.at(-1)]);
    expect(second.outcome).toEqual(first.outcome);
    expect(second.trainer.weights).toEqual(first.trainer.weights);
  });
});
