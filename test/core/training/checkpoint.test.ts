// Checkpoints: whole or refused, and never that of another task.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointName,
  readCheckpoint,
  writeCheckpoint,
  type RunState,
} from '../../../src/core/training/checkpoint';
import { fingerprintOf } from '../../../src/core/training/fingerprint';
import type { TrainTask } from '../../../src/core/training/trainTask';
import { CounterweightError } from '../../../src/shared/base/errors';
import { collectingContext, linearData, linearModel, linearTask } from '../../support/fakeTrainer';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();
const { signal } = collectingContext().context;
const fingerprint = await fingerprintOf(linearTask());

const now = {
  steps: 12,
  vectors: { weights: Float32Array.of(1, -0, Number.NaN, 1e-45), 'momentum/weights': new Float32Array(0) },
};
const state: RunState = {
  history: [
    { epoch: 0, trainLoss: 0.1, validationLoss: null, learningRate: 0, seconds: 1 / 3 },
    {
      epoch: 1,
      trainLoss: 0.1 + 0.2,
      validationLoss: 5e-324,
      trainAccuracy: 1,
      learningRate: 1e-3,
      seconds: 2,
    },
  ],
  watch: { reference: 2.5, farAbove: 0.125 },
  now,
};

async function codeOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (CounterweightError.is(error)) return error.code;
    throw error;
  }
  return 'none';
}

const bits = (vector: Float32Array): Uint32Array => new Uint32Array(vector.buffer, 0, vector.length);

describe('a checkpoint', () => {
  it('brings a run back to the last bit', async () => {
    const best = { steps: 6, vectors: { weights: Float32Array.of(0.1, 2, 3, 4) } };
    for (const kept of [undefined, now, best]) {
      const written: RunState = { ...state, ...(kept && { best: kept }) };
      await writeCheckpoint(temp.file('a/b'), fingerprint, written, signal);
      const read = (await readCheckpoint(temp.file('a/b'), fingerprint))!;
      expect(read).toEqual(written);
      expect(bits(read.now.vectors['weights']!)).toEqual(bits(now.vectors.weights));
    }
    expect(readdirSync(temp.file('a/b'))).toEqual([checkpointName]);
  });

  it('is laid out as safetensors', async () => {
    await writeCheckpoint(temp.path, fingerprint, state, signal);
    const file = readFileSync(temp.file(checkpointName));
    const length = Number(file.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<string, unknown>;
    expect(header['now/weights']).toEqual({ dtype: 'F32', shape: [4], data_offsets: [0, 16] });
    expect(file.length).toBe(8 + length + 16);
    for (const value of Object.values(header['__metadata__'] as object)) expect(value).toBeTypeOf('string');
  });

  it('is not there before the first one was written', async () => {
    expect(await readCheckpoint(temp.file('nowhere'), fingerprint)).toBeUndefined();
  });

  it('replaces the last one, whatever a killed process has left beside it', async () => {
    writeFileSync(temp.file(`.${checkpointName}.training.partial`), 'half of');
    await writeCheckpoint(temp.path, fingerprint, state, signal);
    const next = { ...state, now: { ...now, steps: 24 } };
    await writeCheckpoint(temp.path, fingerprint, next, signal);
    expect((await readCheckpoint(temp.path, fingerprint))!.now.steps).toBe(24);
    expect(readdirSync(temp.path)).toEqual([checkpointName]);
  });

  it('of another task is refused, and the refusal says what differs', async () => {
    await writeCheckpoint(temp.path, fingerprint, state, signal);
    const data = linearTask().data;
    const others: [string, Partial<TrainTask>][] = [
      ['model', { model: linearModel([0, 0, 1]) }],
      ['options', { options: { ...linearTask().options, learningRate: 0.06 } }],
      ['options', { keepZeros: true }],
      ['seed', { seed: 2 }],
      ['data', { data: { ...data, train: linearData('train', 51, 1) } }],
      ['data', { data: { ...data, validation: linearData('other', 20, 2) } }],
      ['data', { data: { ...data, train: linearData('train', 50, 3) } }],
    ];
    for (const [difference, change] of others) {
      const reading = readCheckpoint(temp.path, await fingerprintOf(linearTask({}, change)));
      await expect(reading).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH', values: { difference } });
    }
    // Where the model's file lies and where in the recipe the step stands makes no difference.
    const moved = linearTask({}, { path: 'elsewhere.onnx', step: 3, checkpointFolder: 'x' });
    expect(await readCheckpoint(temp.path, await fingerprintOf(moved))).toEqual(state);
  });

  it('that is cut off anywhere is refused', async () => {
    await writeCheckpoint(temp.path, fingerprint, state, signal);
    const whole = readFileSync(temp.file(checkpointName));
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(temp.file(checkpointName), whole.subarray(0, length));
      expect(await codeOf(readCheckpoint(temp.path, fingerprint))).toBe('CHECKPOINT_DAMAGED');
    }
  });

  it('with any byte changed is refused, or is still the same', async () => {
    await writeCheckpoint(temp.path, fingerprint, state, signal);
    const whole = readFileSync(temp.file(checkpointName));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const damaged = Buffer.from(whole);
          damaged[at]! ^= change;
          writeFileSync(temp.file(checkpointName), damaged);
          const reading = readCheckpoint(temp.path, fingerprint);
          const code = await codeOf(reading);
          // White space in the header means nothing.
          if (code === 'none') expect(await reading).toEqual(state);
          else expect(code).toBe('CHECKPOINT_DAMAGED');
        },
      ),
      { numRuns: 300 },
    );
    writeFileSync(temp.file(checkpointName), Buffer.concat([whole, Buffer.of(0)]));
    expect(await codeOf(readCheckpoint(temp.path, fingerprint))).toBe('CHECKPOINT_DAMAGED');
  });

  it('says why it cannot be written or read', async () => {
    writeFileSync(temp.file('file'), 'x');
    const writing = writeCheckpoint(temp.file('file/folder'), fingerprint, state, signal);
    expect(await codeOf(writing)).toBe('OUTPUT_UNWRITABLE');
    mkdirSync(temp.file(checkpointName));
    expect(await codeOf(readCheckpoint(temp.path, fingerprint))).toBe('FILE_UNREADABLE');
  });
});
