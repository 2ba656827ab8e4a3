// What may be named as data, and what is said of what cannot be read.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openData } from '../../../src/core/data/openData';
import { hasShared, sharedFile } from '../../support/sharedFiles';

const folder = mkdtempSync(path.join(tmpdir(), 'counterweight-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

function idx(shape: readonly number[], content: readonly number[]): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt8(8, 2);
  head.writeUInt8(shape.length, 3);
  for (const [i, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, Buffer.from(content)]);
}

describe('openData', () => {
  it('reads glyphs with options, and the test split unless told otherwise', () => {
    const data = openData('glyphs:samples=12,size=16');
    expect(data).toMatchObject({ count: 12, inputs: [{ shape: [1, 16, 16] }], targets: { count: 10 } });
    expect(data.name).toContain('test');
  });

  it.each([
    ['glyphs:smaples=3', 'smaples'],
    ['glyphs:samples=none', 'samples'],
    ['glyphs:split=other', 'split'],
    ['nowhere', 'no such file'],
    [__filename, 'neither glyphs'],
  ])('says what is wrong with %s', (spec, problem) => {
    expect(() => openData(spec)).toThrow(problem);
  });

  it('reads a folder of IDX files, zipped or not', async () => {
    writeFileSync(
      path.join(folder, 't10k-images-idx3-ubyte.gz'),
      gzipSync(idx([2, 1, 2], [0, 51, 102, 255])),
    );
    writeFileSync(path.join(folder, 't10k-labels-idx1-ubyte.gz'), gzipSync(idx([2], [3, 1])));
    const data = openData(folder);
    expect(data).toMatchObject({ count: 2, inputs: [{ shape: [1, 1, 2] }], targets: { count: 4 } });
    expect(await data.rows([1])).toEqual({
      count: 1,
      inputs: [Float32Array.of(102 / 255, 1)],
      labels: Int32Array.of(1),
    });
  });

  it('normalizes as a data file says', async () => {
    writeFileSync(path.join(folder, 'i.idx'), idx([1, 1, 2], [0, 255]));
    writeFileSync(path.join(folder, 'l.idx'), idx([1], [0]));
    const file = path.join(folder, 'data.yaml');
    writeFileSync(
      file,
      'test: { images: i.idx, labels: l.idx }\nnormalize: { mean: 0.5, standardDeviation: 0.25 }\n',
    );
    expect((await openData(file).rows([0])).inputs).toEqual([Float32Array.of(-2, 2)]);
    writeFileSync(file, 'test: { images: i.idx, labels: l.idx }\nnormalise: { mean: 0.5 }\n');
    expect(() => openData(file)).toThrow('normalise');
  });

  it('refuses files whose header and content disagree', () => {
    const [images, labels] = [path.join(folder, 'a.idx'), path.join(folder, 'b.idx')];
    const file = path.join(folder, 'bad.yaml');
    writeFileSync(file, 'test: { images: a.idx, labels: b.idx }\n');
    writeFileSync(labels, idx([2], [0, 1]));
    for (const [content, problem] of [
      [idx([2, 1, 2], [1, 2, 3]), '4 bytes, but 3 follow'],
      [idx([1, 1, 2], [1, 2]), '1 images'],
      [idx([2], [1, 2]), '1 dimensions'],
      [Buffer.from('hello, world'), 'no IDX file'],
    ] as const) {
      writeFileSync(images, content);
      expect(() => openData(file)).toThrow(problem);
    }
  });

  describe.runIf(hasShared)('on real files', () => {
    it('reads the test images of MNIST', async () => {
      const data = openData(sharedFile('datasets/mnist'));
      expect(data).toMatchObject({
        name: 'mnist',
        count: 10_000,
        inputs: [{ shape: [1, 28, 28] }],
        targets: { count: 10 },
      });
      expect([...((await data.rows([0, 1, 2, 3, 4])).labels ?? [])]).toEqual([7, 2, 1, 0, 4]);
    });
  });
});
