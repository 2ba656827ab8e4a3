// What bytes take as gzip of level 6, the level of the program.
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Tensor } from '../ir/tensor';

const partBytes = 1 << 20;

/** Bytes of the gzip file of the chunks, one after the other; neither is in memory as a whole. */
export async function gzipBytes(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  let bytes = 0;
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  const source = Readable.from(chunks, { objectMode: false });
  await pipeline(source, createGzip({ level: 6 }), counter, { signal });
  return bytes;
}

/** The stored bytes of tensors, a bounded part at a time. */
export function* storedBytes(tensors: readonly Tensor[]): Generator<Uint8Array> {
  for (const tensor of tensors) {
    for (let at = 0; at < tensor.byteLength; at += partBytes) {
      yield tensor.bytes(at, Math.min(partBytes, tensor.byteLength - at));
    }
  }
}
