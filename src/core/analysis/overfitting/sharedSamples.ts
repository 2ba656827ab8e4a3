// Finds validation samples that are training samples too, number for number: on them a network is right because it
// knows them.
import { createHash } from 'node:crypto';
import { indicesFrom, type Batch, type DataSet } from '../../data/dataSet';
import { pauseFor, type Pause } from '../../ir/pacing';

export interface SharedSamplesOptions {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

export interface SharedSamples {
  /** Validation samples whose inputs are those of some training sample. */
  readonly shared: number;
  readonly validation: number;
}

const rowsAtOnce = 256;

/** Reads both parts once, and keeps a hash of 16 bytes for each validation sample. Labels are not compared. */
export async function sharedSamples(
  train: DataSet,
  validation: DataSet,
  { signal, progress }: SharedSamplesOptions,
): Promise<SharedSamples> {
  const pause = pauseFor(signal);
  const all = train.count + validation.count;
  const occurrences = new Map<string, number>();
  await eachSample(validation, pause, (hash, i) => {
    occurrences.set(hash, (occurrences.get(hash) ?? 0) + 1);
    progress?.((i + 1) / all);
  });
  let shared = 0;
  await eachSample(train, pause, (hash, i) => {
    shared += occurrences.get(hash) ?? 0;
    // Counted once, however often it is trained on.
    occurrences.delete(hash);
    progress?.((validation.count + i + 1) / all);
  });
  return { shared, validation: validation.count };
}

async function eachSample(
  data: DataSet,
  pause: Pause,
  visit: (hash: string, index: number) => void,
): Promise<void> {
  for (let start = 0; start < data.count; start += rowsAtOnce) {
    const batch = await data.rows(indicesFrom(start, Math.min(start + rowsAtOnce, data.count)));
    for (let i = 0; i < batch.count; i++) visit(hashOf(batch, i), start + i);
    await pause();
  }
}

function hashOf({ inputs, count }: Batch, sample: number): string {
  const hash = createHash('md5');
  for (const input of inputs) {
    const bytes = input.byteLength / count;
    hash.update(new Uint8Array(input.buffer, input.byteOffset + sample * bytes, bytes));
  }
  return hash.digest('base64');
}
