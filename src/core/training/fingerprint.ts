// Tells whether a checkpoint belongs to a task: going on with other data, options or another model would give a
// result that no run gives.
import { createHash } from 'node:crypto';
import type { DataSet } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import { encodeNumbers, tensorNumbers } from '../ir/numbers';
import type { Forms } from './forms';
import type { TrainTask } from './trainTask';

/** What a run depends on, each part as text or as a hash of it. */
export interface Fingerprint {
  readonly model: string;
  readonly options: string;
  readonly seed: string;
  readonly data: string;
}

/**
 * Data are told apart by name, count and shapes, and by the content of a few samples: a file can have been written
 * anew, or be read with another normalization. Throws what reading throws.
 */
export async function fingerprintOf({
  model,
  options,
  keepZeros,
  masking,
  forms,
  seed,
  data,
}: TrainTask): Promise<Fingerprint> {
  return {
    model: createHash('sha256').update(modelToBytes(model)).digest('hex'),
    options: JSON.stringify({
      ...options,
      keepZeros,
      ...(masking && { masking: masking.key }),
      ...(forms && { forms: hashOfForms(forms) }),
    }),
    seed: String(seed),
    data: JSON.stringify([await described(data.train), await described(data.validation)]),
  };
}

function hashOfForms({ key, weights, values }: Forms): string {
  const hash = createHash('sha256').update(key);
  for (const [value, { own, fed }] of [...weights, ...values]) {
    hash.update(JSON.stringify([value, Object.keys(own), Object.keys(fed)]));
    for (const tensor of Object.values(own)) hash.update(encodeNumbers('float32', tensorNumbers(tensor)));
    for (const { data } of Object.values(fed)) hash.update(bytesOf(data));
  }
  return hash.digest('hex');
}

/** The first part that differs, in the words of a sentence. */
export function fingerprintDifference(a: Fingerprint, b: Fingerprint): keyof Fingerprint | undefined {
  const parts = ['model', 'data', 'options', 'seed'] as const;
  return parts.find((part) => a[part] !== b[part]);
}

const samplesRead = 16;

async function described(data: DataSet): Promise<unknown> {
  const { name, count, inputs, targets } = data;
  const indices = Int32Array.from({ length: samplesRead }, (_, i) => Math.floor((i * count) / samplesRead));
  const batch = await data.rows(indices);
  const hash = createHash('sha256');
  for (const array of [...batch.inputs, batch.labels, batch.values]) if (array) hash.update(bytesOf(array));
  return { name, count, inputs, targets, samples: hash.digest('hex') };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
