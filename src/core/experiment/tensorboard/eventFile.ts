// The curves of a run as an event file of TensorBoard, which grows by a record after each epoch: `tensorboard --logdir`
// shows it while the run goes on, and what a killed run has written stays readable.
import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import type { EpochView } from '../../../shared/contracts/viewModels';
import { makeFolder } from '../../formats/makeFolder';
import { scalarsEvent, versionEvent, type Scalar } from './summaryEvent';
import { tfRecord } from './tfRecord';

export interface EventFile {
  /** Writes an epoch, and flushes it to the disk. @param step the epoch as all steps of the run count. */
  append(epoch: EpochView, step: number): Promise<void>;
}

/**
 * A new file in the folder; both are made with the first epoch. A run that goes on begins another file: TensorBoard
 * reads all files of a folder as one run, and the last record of a killed one may be cut off.
 */
export function openEventFile(folder: string): EventFile {
  let file: string | undefined;
  const append = (bytes: Uint8Array) => appendFile(file ?? '', tfRecord(bytes), { flush: true });
  return {
    async append(epoch, step) {
      const time = Date.now() / 1000;
      if (file === undefined) {
        await makeFolder(folder);
        file = freeName(folder, time);
        await append(versionEvent(time));
      }
      await append(scalarsEvent(time, step, scalarsOf(epoch)));
    },
  };
}

/** What is no number is left out. */
function scalarsOf(epoch: EpochView): readonly Scalar[] {
  const values: Readonly<Record<string, number | null | undefined>> = {
    'loss/train': epoch.trainLoss,
    'loss/validation': epoch.validationLoss,
    'accuracy/train': epoch.trainAccuracy,
    'accuracy/validation': epoch.validationAccuracy,
    learning_rate: epoch.learningRate,
    sparsity: epoch.sparsity,
  };
  return Object.entries(values).flatMap(([tag, value]) =>
    typeof value === 'number' ? [{ tag, value }] : [],
  );
}

/** TensorBoard knows a file by the part "tfevents", and sorts files by the second in which they were begun. */
function freeName(folder: string, time: number): string {
  for (let second = Math.floor(time); ; second++) {
    const name = path.join(folder, `events.out.tfevents.${second}.counterweight`);
    if (!existsSync(name)) return name;
  }
}
