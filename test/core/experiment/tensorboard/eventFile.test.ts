// Event files, read back by a reader of our own and, where it is at hand, by TensorBoard's.
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEventFile } from '../../../../src/core/experiment/tensorboard/eventFile';
import { tfRecord } from '../../../../src/core/experiment/tensorboard/tfRecord';
import type { EpochView } from '../../../../src/shared/contracts/viewModels';
import { askPython, hasPythonPackage } from '../../../support/python';
import { useTempFolder } from '../../../support/tempFolder';
import { castagnoli, readEventFile, type ReadEvent } from './readEventFile';

const folder = useTempFolder();

function epoch(number: number, more: Partial<EpochView> = {}): EpochView {
  return {
    epoch: number,
    trainLoss: 1 / (number + 1),
    validationLoss: 0.5,
    trainAccuracy: 0.25,
    validationAccuracy: 0.125,
    learningRate: 2 ** -10,
    seconds: 1,
    ...more,
  };
}

function written(): readonly ReadEvent[] {
  return readdirSync(folder.path)
    .toSorted()
    .flatMap((name) => readEventFile(readFileSync(folder.file(name))));
}

describe('a record', () => {
  it('has the checksum that Castagnoli computes, of the known answer too', () => {
    expect(castagnoli(Buffer.from('123456789'))).toBe(0xe3069283);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const record = Buffer.from(tfRecord(bytes));
        const checksum = castagnoli(bytes);
        const masked = (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
        expect(record.readUInt32LE(12 + bytes.length)).toBe(masked);
        expect(record.subarray(12, 12 + bytes.length).equals(bytes)).toBe(true);
      }),
    );
  });
});

describe('the event file of a run', () => {
  it('begins with its version and has the numbers of each epoch, and none for what is no number', async () => {
    const before = Date.now() / 1000;
    const file = openEventFile(folder.path);
    expect(readdirSync(folder.path)).toEqual([]);
    await file.append(epoch(0), 0);
    await file.append(epoch(1, { trainLoss: null, sparsity: 0.75 }), 300);
    expect(readdirSync(folder.path)).toEqual([
      expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.counterweight$/),
    ]);
    const events = written();
    expect(events.map(({ step, version, scalars }) => ({ step, version, scalars }))).toEqual([
      { step: 0, version: 'brain.Event:2', scalars: {} },
      {
        step: 0,
        scalars: {
          'loss/train': 1,
          'loss/validation': 0.5,
          'accuracy/train': 0.25,
          'accuracy/validation': 0.125,
          learning_rate: 2 ** -10,
        },
      },
      {
        step: 300,
        scalars: {
          'loss/validation': 0.5,
          'accuracy/train': 0.25,
          'accuracy/validation': 0.125,
          learning_rate: 2 ** -10,
          sparsity: 0.75,
        },
      },
    ]);
    for (const { time } of events) expect(Math.abs(time - before)).toBeLessThan(10);
  });

  it('stays readable up to where it was cut off, and a run that goes on writes another', async () => {
    const first = openEventFile(folder.path);
    await first.append(epoch(0), 0);
    await first.append(epoch(1), 1);
    const [name = ''] = readdirSync(folder.path);
    truncateSync(folder.file(name), readFileSync(folder.file(name)).length - 5);
    await openEventFile(folder.path).append(epoch(1), 1);
    expect(readdirSync(folder.path)).toHaveLength(2);
    expect(written().map(({ step, version }) => version ?? step)).toEqual([
      'brain.Event:2',
      0,
      'brain.Event:2',
      1,
    ]);
  });
});

describe.runIf(hasPythonPackage('tensorboard'))('the event file in TensorBoard', () => {
  it('is read as it was written, over a cut and another file', async () => {
    const first = openEventFile(folder.path);
    for (const number of [0, 1, 2]) await first.append(epoch(number), number);
    const [name = ''] = readdirSync(folder.path);
    truncateSync(folder.file(name), readFileSync(folder.file(name)).length - 5);
    const second = openEventFile(folder.path);
    for (const number of [2, 3]) await second.append(epoch(number, { sparsity: 0.5 }), number);
    const script = path.join(import.meta.dirname, 'readScalars.py');
    const scalars = askPython(script, folder.path) as Readonly<
      Record<string, readonly (readonly number[])[]>
    >;
    expect(scalars['loss/train']).toEqual([
      [0, 1],
      [1, 0.5],
      [2, Math.fround(1 / 3)],
      [3, 0.25],
    ]);
    expect(scalars['sparsity']).toEqual([
      [2, 0.5],
      [3, 0.5],
    ]);
    expect(Object.keys(scalars).toSorted()).toEqual([
      'accuracy/train',
      'accuracy/validation',
      'learning_rate',
      'loss/train',
      'loss/validation',
      'sparsity',
    ]);
  }, 60_000);
});
