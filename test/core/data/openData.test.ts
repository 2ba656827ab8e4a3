// What may be named as data, and what is said of what cannot be read.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { indicesFrom } from '../../../src/core/data/dataSet';
import { openData, openSplits } from '../../../src/core/data/openData';
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
  it('reads glyphs with options, and the test split unless told otherwise', async () => {
    const data = await openData('glyphs:samples=12,size=16');
    expect(data).toMatchObject({ count: 12, inputs: [{ shape: [1, 16, 16] }], targets: { count: 10 } });
    expect(data.name).toContain('test');
  });

  it.each([
    ['glyphs:smaples=3', 'smaples'],
    ['glyphs:samples=none', 'samples'],
    ['glyphs:split=other', 'split'],
    ['glyphs:samples=', 'samples'],
    ['nowhere', 'no such file'],
    [__filename, 'neither glyphs'],
  ])('says what is wrong with %s', async (spec, problem) => {
    await expect(openData(spec)).rejects.toThrow(problem);
    await expect(openSplits(spec, 1)).rejects.toThrow(problem);
  });

  it('splits glyphs, with wrong labels in train alone', async () => {
    const { train, validation, test } = await openSplits('glyphs:samples=3000,size=8,labelNoise=0.5', 1);
    expect([train.count, validation.count, test?.count]).toEqual([3000, 750, 750]);
    expect(train.name).toContain('label noise 0.5');
    expect(validation.name + test!.name).not.toContain('noise');
    const few = await openSplits('glyphs:samples=20', 1);
    expect([few.train.count, few.validation.count, few.test?.count]).toEqual([20, 500, 500]);
  });

  it('reads a folder of IDX files, zipped or not', async () => {
    writeFileSync(
      path.join(folder, 't10k-images-idx3-ubyte.gz'),
      gzipSync(idx([2, 1, 2], [0, 51, 102, 255])),
    );
    writeFileSync(path.join(folder, 't10k-labels-idx1-ubyte.gz'), gzipSync(idx([2], [3, 1])));
    const data = await openData(folder);
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
    expect((await (await openData(file)).rows([0])).inputs).toEqual([Float32Array.of(-2, 2)]);
    writeFileSync(file, 'test: { images: i.idx, labels: l.idx }\nnormalise: { mean: 0.5 }\n');
    await expect(openData(file)).rejects.toThrow(
      'line 2, column 1: there is no key normalise; the nearest is normalize',
    );
  });

  it('refuses files whose header and content disagree', async () => {
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
      await expect(openData(file)).rejects.toThrow(problem);
    }
  });

  it.each([
    ['train: nowhere.csv', 'nowhere.csv cannot be used: there is no such file'],
    ['trian: glyphs', 'line 1, column 1: there is no key trian; the nearest is train'],
    ['train: glyphs\n\n  validation: 0.1', 'line 1, column 8'],
    ['train: glyphs\nvalidation: 1.5', 'line 2, column 1: validation: must be below 1'],
    ['train: glyphs\nvalidation: yes', 'no such file or folder'],
    [
      'train: { file: a.csv, lable: b }',
      'line 1, column 23: train: there is no key lable; the nearest is label',
    ],
    ['train: { images: a.idx }', 'train.labels: must be a path'],
    ['train: { folder: x, size: 28 }', 'train.size: must be [height, width] in pixels'],
    ['train: [1, 2]', 'train: must be a path, glyphs, or a mapping'],
    ['train: glyphs\nnormalize: { mean: 1, standardDeviation: 0 }', 'normalize.standardDeviation'],
    ['- a\n- b', 'must be a mapping of keys'],
    ['', 'must be a mapping of keys'],
    ['train: "glyphs', 'line 1'],
    ['test: glyphs', 'nothing to train on'],
    [
      'a: &a [x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
      'alias',
    ],
  ])('says what is wrong in %j, and where', async (text, problem) => {
    const file = path.join(folder, 'wrong.yaml');
    writeFileSync(file, text);
    await expect(openSplits(file, 1)).rejects.toThrow(problem);
  });

  it('takes validation and test samples from where it is told to', async () => {
    const file = path.join(folder, 'parts.yaml');
    writeFileSync(
      file,
      'train: glyphs:samples=40\nvalidation: glyphs:samples=7,split=train,seed=9\ntest: glyphs:samples=5,split=test',
    );
    const told = await openSplits(file, 1);
    expect([told.train.count, told.validation.count, told.test?.count]).toEqual([40, 7, 5]);
    writeFileSync(file, 'train: glyphs:samples=40\nvalidation: 0.25');
    const fraction = await openSplits(file, 1);
    // The samples of glyphs that are for validation stay unused, those for the test do not.
    expect([fraction.train.count, fraction.validation.count, fraction.test?.count]).toEqual([30, 10, 500]);
    const images = new Set<string>();
    for (const data of [fraction.train, fraction.validation]) {
      const [inputs] = (await data.rows(indicesFrom(0, data.count))).inputs;
      for (let i = 0; i < data.count; i++) images.add(inputs!.slice(784 * i, 784 * (i + 1)).join());
    }
    expect(images.size).toBe(40);
  });

  it('does not hold out the only sample that there is', async () => {
    writeFileSync(path.join(folder, 'one.yaml'), 'train: glyphs:samples=1,split=train');
    await expect(openSplits(path.join(folder, 'one.yaml'), 1)).rejects.toThrow('one sample cannot be both');
  });

  describe.runIf(hasShared)('on real files', () => {
    it('reads the test images of MNIST', async () => {
      const data = await openData(sharedFile('datasets/mnist'));
      expect(data).toMatchObject({
        name: 'mnist',
        count: 10_000,
        inputs: [{ shape: [1, 28, 28] }],
        targets: { count: 10 },
      });
      expect([...((await data.rows([0, 1, 2, 3, 4])).labels ?? [])]).toEqual([7, 2, 1, 0, 4]);
    });

    it('holds out a tenth of the training images, of every digit alike, and keeps t10k for the test', async () => {
      const splits = await openSplits(sharedFile('datasets/mnist'), 7);
      expect(splits.train).toMatchObject({ count: 54_000, targets: { count: 10 } });
      expect(splits.validation).toMatchObject({ count: 6000, targets: { count: 10 } });
      expect(splits.test?.count).toBe(10_000);
      const share = (data: typeof splits.train): number[] =>
        Array.from({ length: 10 }, (_, digit) => data.labels!.filter((label) => label === digit).length);
      const [train, validation] = [share(splits.train), share(splits.validation)];
      for (let digit = 0; digit < 10; digit++) {
        expect(Math.abs(validation[digit]! - train[digit]! / 9)).toBeLessThanOrEqual(1);
      }
      const first = await splits.validation.rows(indicesFrom(0, 20));
      expect(first.labels).toEqual(splits.validation.labels?.slice(0, 20));
      const again = await openSplits(sharedFile('datasets/mnist'), 7);
      expect(await again.validation.rows(indicesFrom(0, 20))).toEqual(first);
      const other = await openSplits(sharedFile('datasets/mnist'), 8);
      expect(await other.validation.rows(indicesFrom(0, 20))).not.toEqual(first);
    }, 20_000);
  });
});
