// IDX files, the format of MNIST and its relatives: big-endian header, then unsigned bytes. Gzipped ones too.
// Source: Y. LeCun, "The MNIST database", file formats.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
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

/**
 * Images [count, height, width] and labels [count] as samples [1, height, width] from 0 (black) to 1. Images are unpacked
 * when the first are asked for: of the parts of a data set, a job often needs one. Throws DATA_INVALID, and so does
 * asking for samples of a file whose checksum is wrong.
 */
export function openIdx(name: string, files: IdxFiles): DataSet {
  const images = openIdxFile(files.images, 3);
  const labels = openIdxFile(files.labels, 1);
  const classes = labels.content();
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count !== labels.shape[0]) {
    return dataProblem(
      files.images,
      `it holds ${count} images, but ${files.labels} holds ${labels.shape[0]} labels`,
    );
  }
  const pixels = height * width;
  if (count * pixels === 0) return dataProblem(files.images, 'it holds no pixels');
  return {
    name,
    count,
    inputs: [{ shape: [1, height, width] }],
    targets: { kind: 'classes', count: classes.reduce((most, label) => Math.max(most, label), 0) + 1 },
    labels: Int32Array.from(classes),
    rows: async (indices) => {
      const content = images.content();
      const inputs = new Float32Array(indices.length * pixels);
      const chosen = new Int32Array(indices.length);
      for (let row = 0; row < indices.length; row++) {
        const sample = indices[row]!;
        chosen[row] = classes[sample]!;
        const from = sample * pixels;
        const to = row * pixels;
        for (let i = 0; i < pixels; i++) inputs[to + i] = content[from + i]! / 255;
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

interface IdxFile {
  readonly shape: readonly number[];
  /** The elements, unpacked when they are first asked for. Throws DATA_INVALID. */
  readonly content: () => Uint8Array;
}

/** A file whose content has the size that its header tells. Throws DATA_INVALID. */
function openIdxFile(file: string, rank: number): IdxFile {
  const stored = readable(file, () => readFileSync(file));
  if (stored[0] !== 0x1f || stored[1] !== 0x8b) return wholeFile(file, stored, rank);
  let opened: IdxFile | undefined;
  const unpacked = (): IdxFile =>
    (opened ??= wholeFile(
      file,
      readable(file, () => gunzipSync(stored, { maxOutputLength: mostBytes, chunkSize: 2 ** 20 })),
      rank,
    ));
  const head = packedHead(stored);
  // What is wrong with a file is found out by unpacking it at once.
  if (!head || headProblem(head, packedLength(stored), rank) !== undefined) return unpacked();
  return { shape: shapeOf(head, rank), content: () => unpacked().content() };
}

function wholeFile(file: string, bytes: Buffer, rank: number): IdxFile {
  const problem = headProblem(bytes, bytes.length, rank);
  if (problem !== undefined) return dataProblem(file, problem);
  const content = bytes.subarray(4 + 4 * rank);
  return { shape: shapeOf(bytes, rank), content: () => content };
}

/** What is wrong with a file of this length that begins so, in words. */
function headProblem(head: Buffer, length: number, rank: number): string | undefined {
  if (head.length < 4 || head.readUInt16BE(0) !== 0) return 'it is no IDX file';
  if (head[2] !== unsignedByte) return 'its elements are not unsigned bytes';
  if (head[3] !== rank) return `it has ${head[3]} dimensions instead of ${rank}`;
  const start = 4 + 4 * rank;
  if (head.length < start) return 'it ends within its header';
  const expected = shapeOf(head, rank).reduce((all, dimension) => all * dimension, 1);
  if (length - start === expected) return undefined;
  return `its header tells of ${expected} bytes, but ${length - start} follow`;
}

function shapeOf(head: Buffer, rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, i) => head.readUInt32BE(4 + 4 * i));
}

/** Enough of a packed file to hold an unpacked header. */
const headBytes = 4096;

/** How a packed file begins when it is unpacked, at least the header of an IDX file; undefined where it cannot be. */
function packedHead(stored: Buffer): Buffer | undefined {
  try {
    return gunzipSync(stored.subarray(0, headBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

/** The unpacked length as the end of a packed file tells it (RFC 1952, ISIZE). */
function packedLength(stored: Buffer): number {
  return stored.length < 4 ? 0 : stored.readUInt32LE(stored.length - 4);
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
}
