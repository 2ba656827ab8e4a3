// Tells whether a checkpoint belongs to a task: going on with other data, options or another model would give a
// result that no run gives.
import { createHash } from 'node:crypto';
import type { DataSet } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import type { TrainTask } from './trainTask';

/** What a run depends on, each part as text or as a hash of it. */
export interface Fingerprint {
  readonly model: string;
  readonly options: string;
  readonly seed: string;
  readonly data: string;
}

/** Data are told apart by name, count and shapes, not by content. */
export function fingerprintOf({ model, options, keepZeros, seed, data }: TrainTask): Fingerprint {
  return {
    model: createHash('sha256').update(modelToBytes(model)).digest('hex'),
    options: JSON.stringify({ ...options, keepZeros }),
    seed: String(seed),
    data: JSON.stringify([data.train, data.validation].map(described)),
  };
}

/** The first part that differs, in the words of a sentence. */
export function fingerprintDifference(a: Fingerprint, b: Fingerprint): keyof Fingerprint | undefined {
  const parts = ['model', 'data', 'options', 'seed'] as const;
  return parts.find((part) => a[part] !== b[part]);
}

function described({ name, count, inputs, targets }: DataSet): unknown {
  return { name, count, inputs, targets };
}
