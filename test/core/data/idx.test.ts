// IDX files that are packed: what is known before they are unpacked, and what is refused, then and later.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openIdx } from '../../../src/core/data/idx';
import type { DataSet } from '../../../src/core/data/dataSet';
import { uniform } from '../../../src/shared/base/random';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

function idx(shape: readonly number[], content: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt8(8, 2);
  head.writeUInt8(shape.length, 3);
  for (const [i, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, content]);
}

/** More than what is unpacked for a header, whatever zip makes of it. */
const count = 2000;
const next = uniform(1);
const pixels = Uint8Array.from({ length: count * 6 }, () => Math.floor(256 * next()));

function opened(images: Buffer): DataSet {
  writeFileSync(folder.file('images'), images);
  writeFileSync(
    folder.file('labels'),
    idx(
      [count],
      Uint8Array.from({ length: count }, (_, i) => i % 10),
    ),
  );
  return openIdx('set', { images: folder.file('images'), labels: folder.file('labels') });
}

describe('openIdx', () => {
  it('gives the samples of a packed file as those of the plain one', async () => {
    const plain = idx([count, 2, 3], pixels);
    const expected = await opened(plain).rows([1999, 0, 7]);
    expect(expected.inputs[0]!.slice(0, 6)).toEqual(
      Float32Array.from(pixels.slice(1999 * 6), (value) => value / 255),
    );
    expect(await opened(gzipSync(plain)).rows([1999, 0, 7])).toEqual(expected);
    // Two packed files in a row are one packed file, whose end tells the length of the second alone.
    const twice = Buffer.concat([gzipSync(plain.subarray(0, 9000)), gzipSync(plain.subarray(9000))]);
    expect(await opened(twice).rows([1999, 0, 7])).toEqual(expected);
  });

  it('unpacks images when they are asked for, and refuses a wrong checksum then', async () => {
    const packed = gzipSync(idx([count, 2, 3], pixels));
    packed[packed.length - 8]! ^= 1;
    const data = opened(packed);
    expect(data).toMatchObject({ count, inputs: [{ shape: [1, 2, 3] }], targets: { count: 10 } });
    await expect(data.rows([0])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it('refuses a packed file that was cut off, wherever, before any sample is read', () => {
    const packed = gzipSync(idx([count, 2, 3], pixels));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: packed.length - 1 }), (length) => {
        expect(() => opened(packed.subarray(0, length))).toThrow(
          expect.objectContaining({ code: 'DATA_INVALID' }) as Error,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a header that tells of another size, packed or not', () => {
    const wrong = idx([count, 2, 4], pixels);
    for (const bytes of [wrong, gzipSync(wrong)]) {
      expect(() => opened(bytes)).toThrow(/its header tells of 16000 bytes, but 12000 follow/);
    }
  });
});
