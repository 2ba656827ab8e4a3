// IDX files, the format of MNIST and its relatives: big-endian header, then unsigned bytes. Gzipped ones too.
// Source: Y. LeCun, "The MNIST database", file formats.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CounterweightError } from '../../shared/base/errors';
import type { DataSet } from './dataSet';

export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

/** How pixels become inputs: x = (byte / 255 − mean) / standardDeviation. */
export interface Normalization {
  readonly mean: number;
  readonly standardDeviation: number;
}

const unsignedByte = 0x08;

/** Images [count, height, width] and labels [count] as a data set of samples [1, height, width]. */
export function openIdx(name: string, files: IdxFiles, normalize: Normalization): DataSet {
  const images = readIdx(files.images, 3);
  const labels = readIdx(files.labels, 1);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count !== labels.shape[0]) {
    throw new CounterweightError('DATA_INVALID', {
      data: files.images,
      problem: `it holds ${count} images, but ${files.labels} holds ${labels.shape[0]} labels`,
    });
  }
  const pixels = height * width;
  const classes = labels.content.reduce((most, label) => Math.max(most, label), 0) + 1;
  return {
    name,
    count,
    inputs: [{ shape: [1, height, width] }],
    targets: { kind: 'classes', count: classes },
    rows: async (indices) => {
      const inputs = new Float32Array(indices.length * pixels);
      const chosen = new Int32Array(indices.length);
      for (let row = 0; row < indices.length; row++) {
        const sample = indices[row]!;
        chosen[row] = labels.content[sample]!;
        for (let i = 0; i < pixels; i++) {
          const byte = images.content[sample * pixels + i]!;
          inputs[row * pixels + i] = (byte / 255 - normalize.mean) / normalize.standardDeviation;
        }
      }
      return { count: indices.length, inputs: [inputs], labels: chosen };
    },
  };
}

function readIdx(path: string, rank: number): { shape: number[]; content: Uint8Array } {
  const fail = (problem: string): never => {
    throw new CounterweightError('DATA_INVALID', { data: path, problem });
  };
  let file: Buffer;
  try {
    file = readFileSync(path);
    if (path.endsWith('.gz')) file = gunzipSync(file);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  if (file.length < 4 || file.readUInt16BE(0) !== 0) return fail('it is no IDX file');
  if (file[2] !== unsignedByte) return fail('its elements are not unsigned bytes');
  if (file[3] !== rank) return fail(`it has ${file[3]} dimensions instead of ${rank}`);
  if (file.length < 4 + 4 * rank) return fail('it ends within its header');
  const shape = Array.from({ length: rank }, (_, i) => file.readUInt32BE(4 + 4 * i));
  const expected = shape.reduce((all, dimension) => all * dimension, 1);
  const content = file.subarray(4 + 4 * rank);
  if (content.length !== expected)
    return fail(`its header tells of ${expected} bytes, but ${content.length} follow`);
  return { shape, content };
}
