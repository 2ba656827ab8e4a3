// IDX files, the format of MNIST and its relatives: big-endian header, then unsigned bytes. Gzipped ones too.
// Source: Y. LeCun, "The MNIST database", file formats.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dataProblem, reasonOf } from './dataProblem';
import type { DataSet } from './dataSet';
import { once, type SourceParts } from './sourceParts';

export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
}

const unsignedByte = 0x08;

/** What a file may hold when it is unpacked: far above every real set, far below what a machine has. */
const mostBytes = 2 ** 31 - 1;

/** Images [count, height, width] and labels [count] as samples [1, height, width] from 0 (black) to 1. */
export function openIdx(name: string, files: IdxFiles): DataSet {
  const images = readIdx(files.images, 3);
  const labels = readIdx(files.labels, 1);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count !== labels.shape[0]) {
    return dataProblem(
      files.images,
      `it holds ${count} images, but ${files.labels} holds ${labels.shape[0]} labels`,
    );
  }
  if (images.content.length === 0) return dataProblem(files.images, 'it holds no pixels');
  const pixels = height * width;
  return {
    name,
    count,
    inputs: [{ shape: [1, height, width] }],
    targets: { kind: 'classes', count: labels.content.reduce((most, label) => Math.max(most, label), 0) + 1 },
    labels: Int32Array.from(labels.content),
    rows: async (indices) => {
      const inputs = new Float32Array(indices.length * pixels);
      const chosen = new Int32Array(indices.length);
      for (let row = 0; row < indices.length; row++) {
        const sample = indices[row]!;
        chosen[row] = labels.content[sample]!;
        const from = sample * pixels;
        const to = row * pixels;
        for (let i = 0; i < pixels; i++) inputs[to + i] = images.content[from + i]! / 255;
      }
      return { count: indices.length, inputs: [inputs], labels: chosen };
    },
  };
}

/** The splits of a folder that holds IDX files under the names that MNIST and its relatives are handed on with. */
export function idxFolderParts(folder: string): SourceParts | undefined {
  const train = idxFilesIn(folder, ['train']);
  const test = idxFilesIn(folder, ['t10k', 'test']);
  if (!train && !test) return undefined;
  const name = path.basename(path.resolve(folder));
  const open = (files: IdxFiles): (() => Promise<DataSet>) => once(async () => openIdx(name, files));
  return { ...(train && { train: open(train) }), ...(test && { test: open(test) }) };
}

function idxFilesIn(folder: string, splits: readonly string[]): IdxFiles | undefined {
  for (const split of splits) {
    for (const zip of ['', '.gz']) {
      for (const dash of ['-', '.']) {
        const images = path.join(folder, `${split}-images${dash}idx3-ubyte${zip}`);
        const labels = path.join(folder, `${split}-labels${dash}idx1-ubyte${zip}`);
        if (existsSync(images) && existsSync(labels)) return { images, labels };
      }
    }
  }
  return undefined;
}

function readIdx(file: string, rank: number): { shape: number[]; content: Uint8Array } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0) return dataProblem(file, 'it is no IDX file');
  if (bytes[2] !== unsignedByte) return dataProblem(file, 'its elements are not unsigned bytes');
  if (bytes[3] !== rank) return dataProblem(file, `it has ${bytes[3]} dimensions instead of ${rank}`);
  if (bytes.length < 4 + 4 * rank) return dataProblem(file, 'it ends within its header');
  const shape = Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const expected = shape.reduce((all, dimension) => all * dimension, 1);
  const content = bytes.subarray(4 + 4 * rank);
  if (content.length !== expected) {
    return dataProblem(file, `its header tells of ${expected} bytes, but ${content.length} follow`);
  }
  return { shape, content };
}
