// A file of named float32 vectors with a text: what checkpoints are stored in. The layout is that of safetensors:
//   8 bytes   length n of the header, little-endian
//   n bytes   the header: JSON, padded with spaces to a multiple of 8; for each vector its dtype, shape and
//             data_offsets, and under __metadata__ the text and a SHA-256 of everything
//   the rest  the vectors one after the other, little-endian
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { CounterweightError } from '../../shared/base/errors';
import { replaceFileAtomically } from '../formats/atomicFiles';
import { describeSystemError, systemErrorCode } from '../formats/systemError';

export interface VectorFile {
  readonly text: string;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

interface Entry {
  readonly dtype: 'F32';
  readonly shape: readonly [number];
  readonly data_offsets: readonly [number, number];
}

type Entries = Readonly<Record<string, Entry>>;

/**
 * Writes the file in the place of its last version; see `replaceFileAtomically`. Throws OUTPUT_UNWRITABLE, DISK_FULL
 * and the reason of an aborted signal.
 */
export async function writeVectorFile(
  file: string,
  { text, vectors }: VectorFile,
  signal: AbortSignal,
): Promise<void> {
  const entries: Record<string, Entry> = {};
  let end = 0;
  for (const [name, { length, byteLength }] of Object.entries(vectors)) {
    entries[name] = { dtype: 'F32', shape: [length], data_offsets: [end, end + byteLength] };
    end += byteLength;
  }
  const parts = Object.values(vectors).map(bytesOf);
  const header = { __metadata__: { text, sha256: digest(text, entries, parts) }, ...entries };
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  await replaceFileAtomically(
    { path: file, chunks: [length, padded, ...parts] },
    { jobId: 'training', signal },
  );
}

/**
 * Reads the file, undefined where there is none. Throws CHECKPOINT_DAMAGED where it is not, to the last bit, what was
 * written, and FILE_UNREADABLE.
 */
export async function readVectorFile(file: string): Promise<VectorFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    return await readFrom(handle, file);
  } catch (error) {
    if (CounterweightError.is(error)) throw error;
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw new CounterweightError(
      'FILE_UNREADABLE',
      { path: file, reason: describeSystemError(error as Error) },
      { cause: error },
    );
  } finally {
    await handle?.close();
  }
}

async function readFrom(handle: FileHandle, file: string): Promise<VectorFile> {
  const fail = (problem: string): never => {
    throw new CounterweightError('CHECKPOINT_DAMAGED', { path: file, problem });
  };
  const { size } = await handle.stat();
  if (size < 8) return fail('it is cut off');
  const length = Number((await readAt(handle, 0, 8)).readBigUInt64LE());
  if (length > size - 8) return fail('it is cut off');
  const header = parseHeader((await readAt(handle, 8, length)).toString());
  if (!header) return fail('its header is not readable');
  const { text, sha256, entries } = header;
  const start = 8 + length;
  let end = 0;
  for (const { shape, data_offsets: offsets } of Object.values(entries)) {
    if (offsets[0] !== end || offsets[1] !== end + 4 * shape[0]) return fail('its header is not readable');
    end = offsets[1];
  }
  if (start + end !== size) return fail(start + end > size ? 'it is cut off' : 'it is too long');
  const vectors: Record<string, Float32Array> = {};
  for (const [name, { data_offsets: offsets }] of Object.entries(entries)) {
    const bytes = await readAt(handle, start + offsets[0], offsets[1] - offsets[0]);
    vectors[name] = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }
  if (digest(text, entries, Object.values(vectors).map(bytesOf)) !== sha256)
    return fail('its content changed');
  return { text, vectors };
}

interface Header {
  readonly text: string;
  readonly sha256: string;
  readonly entries: Entries;
}

function parseHeader(json: string): Header | undefined {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isRecord(content)) return undefined;
  const { __metadata__: metadata, ...entries } = content;
  if (!isRecord(metadata)) return undefined;
  const { text, sha256 } = metadata;
  if (typeof text !== 'string' || typeof sha256 !== 'string') return undefined;
  return Object.values(entries).every(isEntry)
    ? { text, sha256, entries: entries as Record<string, Entry> }
    : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false;
  const { dtype, shape, data_offsets: offsets } = value;
  return dtype === 'F32' && isSizes(shape, 1) && isSizes(offsets, 2);
}

function isSizes(value: unknown, count: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === count &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0)
  );
}

function digest(text: string, entries: Entries, parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify([text, entries]));
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Bytes in a buffer of their own, aligned for numbers. One call to the system may read fewer than it is asked for. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes;
}
