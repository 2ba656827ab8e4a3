// .npz files, NumPy's format for several arrays: a zip of .npy files, stored or deflated. Arrays are unpacked one at a
// time and only when they are asked for.
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { openPromise, type Entry } from 'yauzl';
import { CounterweightError } from '../../shared/base/errors';
import type { Tensor } from '../ir/tensor';
import { dataProblem, reasonOf } from './dataProblem';
import { readNpy } from './npy';

export interface NpzFile {
  /** Names of the arrays in their order in the file. */
  readonly arrays: readonly string[];
  /** Reads an array. Throws DATA_INVALID, and DATA_PICKLED for one of Python objects. */
  read(array: string): Promise<Tensor>;
}

/** What one array may take when it is unpacked. A zip that claims more is not unpacked at all. */
const mostBytes = 2 ** 31 - 1;

const mostArrays = 10_000;

/** Reads the table of contents. Throws DATA_INVALID. */
export async function openNpz(file: string): Promise<NpzFile> {
  const entries = await listEntries(file);
  const names = [...entries.keys()];
  if (names.length === 0) return dataProblem(file, 'it holds no arrays');
  return {
    arrays: names,
    read: async (array) => {
      const entry = entries.get(array);
      if (!entry) return dataProblem(file, `it has no array ${array}; it holds ${names.join(', ')}`);
      const bytes = await unpack(file, entry);
      return readNpy(`${file}: ${array}`, bytes);
    },
  };
}

async function listEntries(file: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  try {
    const zip = await openPromise(file, { lazyEntries: true, autoClose: true });
    if (zip.entryCount > mostArrays) {
      zip.close();
      return dataProblem(file, `it holds ${zip.entryCount} files`);
    }
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('.npy')) entries.set(entry.fileName.slice(0, -'.npy'.length), entry);
    }
  } catch (error) {
    return notWhole(file, error);
  }
  return entries;
}

async function unpack(file: string, entry: Entry): Promise<Buffer> {
  const { fileName, uncompressedSize } = entry;
  if (uncompressedSize > mostBytes) {
    return dataProblem(
      file,
      `${fileName} would take ${uncompressedSize} bytes, more than the ${mostBytes} that are possible`,
    );
  }
  let zip;
  try {
    zip = await openPromise(file, { lazyEntries: true, autoClose: false });
    const packed = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }));
    return inflate(packed, entry);
  } catch (error) {
    return notWhole(file, error);
  } finally {
    zip?.close();
  }
}

/**
 * Unpacks the bytes of an entry as a gzip file, which is the same deflate stream with the same checksum around it: so
 * zlib compares checksum and size, and stops where more comes than was declared.
 */
function inflate(packed: Buffer, { compressionMethod, crc32, uncompressedSize }: Entry): Buffer {
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32, 0);
  tail.writeUInt32LE(uncompressedSize, 4);
  const stream = compressionMethod === 0 ? storedBlocks(packed) : [packed];
  return gunzipSync(Buffer.concat([head, ...stream, tail]), {
    maxOutputLength: Math.max(1, uncompressedSize),
  });
}

/** Bytes as a deflate stream that compresses nothing (RFC 1951 §3.2.4). */
function storedBlocks(bytes: Buffer): Buffer[] {
  const most = 0xffff;
  const blocks: Buffer[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += most) {
    const part = bytes.subarray(start, start + most);
    const head = Buffer.alloc(5);
    head.writeUInt8(start + most >= bytes.length ? 1 : 0, 0);
    head.writeUInt16LE(part.length, 1);
    head.writeUInt16LE(most - part.length, 3);
    blocks.push(head, part);
  }
  return blocks;
}

function notWhole(file: string, error: unknown): never {
  if (error instanceof CounterweightError) throw error;
  return dataProblem(file, `it is not a whole .npz file (${reasonOf(error)})`);
}
