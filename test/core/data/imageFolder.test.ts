// Folders of images: classes and splits by folder, pixels as they were drawn, sizes, and files that are no images.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { encode as encodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indicesFrom } from '../../../src/core/data/dataSet';
import { decodeImage } from '../../../src/core/data/decodeImage';
import { fittingImages } from '../../../src/core/data/imageFolder';
import { openData, openSplits } from '../../../src/core/data/openData';
import { resizeImage } from '../../../src/core/data/resizeImage';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

type Color = readonly [red: number, green: number, blue: number];

/** An image whose pixels `color` tells by column and row. */
function png(width: number, height: number, color: (x: number, y: number) => Color): Buffer {
  const image = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) {
    image.data.set([...color(i % width, Math.floor(i / width)), 255], 4 * i);
  }
  return PNG.sync.write(image);
}

function jpeg(width: number, height: number, color: Color): Buffer {
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) data.set([...color, 255], 4 * i);
  return encodeJpeg({ width, height, data }, 100).data;
}

function put(name: string, content: Uint8Array): void {
  mkdirSync(path.dirname(folder.file(name)), { recursive: true });
  writeFileSync(folder.file(name), content);
}

const red = png(2, 2, () => [255, 0, 0]);
const gray = png(2, 2, () => [51, 51, 51]);

describe('a folder of images', () => {
  it('has a class for each folder and channels first, in an order that is the same everywhere', async () => {
    put(
      'data/dog/2.png',
      png(2, 1, (x) => [0, 51, 255 * x]),
    );
    put('data/cat/10.jpg', jpeg(2, 1, [255, 255, 255]));
    put(
      'data/cat/1.PNG',
      png(2, 1, (x) => [255, 102 * x, 0]),
    );
    put('data/.git/hidden.png', red);
    put('data/cat/notes.txt', Buffer.from('not an image'));
    const data = await openData(folder.file('data'));
    expect(data).toMatchObject({
      name: 'data',
      count: 3,
      inputs: [{ shape: [3, 1, 2] }],
      targets: { kind: 'classes', count: 2, names: ['cat', 'dog'] },
    });
    expect(await data.rows([2, 0])).toEqual({
      count: 2,
      inputs: [Float32Array.of(0, 0, 0.2, 0.2, 0, 1, 1, 1, 0, 0.4, 0, 0)],
      labels: Int32Array.of(1, 0),
    });
    const [white] = (await data.rows([1])).inputs;
    expect(white?.every((value) => value > 0.98)).toBe(true);
  });

  it('has its own splits, which agree on classes by name', async () => {
    for (const [file, image] of [
      ['train/b/1', gray],
      ['train/b/2', gray],
      ['train/c/1', gray],
      ['train/c/2', gray],
      ['val/c/1', gray],
      ['test/a/1', gray],
      ['test/c/1', gray],
    ] as const)
      put(`data/${file}.png`, image);
    const { train, validation, test } = await openSplits(folder.file('data'), 1);
    expect([train.count, validation.count, test?.count]).toEqual([4, 1, 2]);
    for (const data of [train, validation, test])
      expect(data?.targets).toMatchObject({ names: ['b', 'c', 'a'] });
    expect((await validation.rows([0])).labels).toEqual(Int32Array.of(1));
    expect((await test!.rows([0, 1])).labels).toEqual(Int32Array.of(2, 1));
    expect([...test!.labels!]).toEqual([2, 1]);
    // Measured alone, a test without the class b has the same indices.
    const measured = await openData(folder.file('data'));
    expect((await measured.rows([0, 1])).labels).toEqual(Int32Array.of(2, 1));
  });

  it('needs no labels', async () => {
    put('data/1.png', gray);
    put('data/2.png', gray);
    const data = await openData(folder.file('data'));
    expect(data).toMatchObject({ count: 2, inputs: [{ shape: [1, 2, 2] }] });
    expect(data.targets).toBeUndefined();
  });

  it('is gray if its first image is, or if asked for', async () => {
    put('data/a/1.png', gray);
    put('data/b/1.png', red);
    const own = await openData(folder.file('data'));
    expect(own.inputs).toEqual([{ shape: [1, 2, 2] }]);
    const { inputs } = await own.rows([0, 1]);
    expect(inputs[0]?.[0]).toBeCloseTo(0.2, 6);
    expect(inputs[0]?.[4]).toBeCloseTo(0.299, 6);
    put('data.yaml', Buffer.from('train: { folder: data, grayscale: false }'));
    expect((await openData(folder.file('data.yaml'))).inputs).toEqual([{ shape: [3, 2, 2] }]);
  });

  it('is scaled to a size, or to the input of a model', async () => {
    put('data/a/1.png', gray);
    put(
      'data/a/2.png',
      png(5, 3, () => [51, 51, 51]),
    );
    put('data.yaml', Buffer.from('train: { folder: data, size: [4, 6] }'));
    const data = await openData(folder.file('data.yaml'), { input: [undefined, 3, 8, 8] });
    expect(data.inputs).toEqual([{ shape: [3, 4, 6] }]);
    for (const value of (await data.rows([0, 1])).inputs[0]!) expect(value).toBeCloseTo(0.2, 6);
    const fitted = await openData(folder.file('data'), { input: ['batch', 8, 8, 3] });
    expect(fitted.inputs).toEqual([{ shape: [3, 8, 8] }]);
  });

  it('normalizes each channel as told', async () => {
    put(
      'data/a/1.png',
      png(1, 1, () => [255, 51, 0]),
    );
    put(
      'data/a/2.png',
      png(1, 1, () => [255, 51, 0]),
    );
    put(
      'data.yaml',
      Buffer.from('train: data\nnormalize: { mean: [1, 0.2, 0.5], standardDeviation: [1, 0.5, 0.25] }'),
    );
    const [values] = (await (await openData(folder.file('data.yaml'))).rows([0])).inputs;
    for (const [i, value] of [0, 0, -2].entries()) expect(values?.[i]).toBeCloseTo(value, 6);
    put('data.yaml', Buffer.from('train: data\nnormalize: { mean: [1, 0], standardDeviation: 1 }'));
    await expect(openData(folder.file('data.yaml'))).rejects.toThrow(
      'normalize.mean has 2 numbers, but samples have 3 channels',
    );
  });

  it('follows links to images', async () => {
    put('elsewhere/1.png', gray);
    put('data/a/2.png', gray);
    symlinkSync(folder.file('elsewhere/1.png'), folder.file('data/a/1.png'));
    expect((await openData(folder.file('data'))).count).toBe(2);
  });

  it.each([
    [
      'images of two sizes',
      { 'a/1.png': gray, 'a/2.png': png(3, 2, () => [0, 0, 0]) },
      'it has 3 × 2 pixels, but 1.png has 2 × 2',
    ],
    [
      'a file that only has the name of an image',
      { 'a/1.png': gray, 'a/2.png': Buffer.from('GIF89a and more') },
      'neither PNG nor JPEG',
    ],
    ['an empty file', { 'a/1.png': gray, 'a/2.png': Buffer.alloc(0) }, 'it is empty'],
    [
      'images in another format',
      { 'a/1.png': gray, 'a/2.webp': Buffer.from('RIFF') },
      '2.webp cannot be used: it is neither',
    ],
    ['an image beside the classes', { 'a/1.png': gray, '2.png': gray }, '2.png lies beside'],
    ['nothing', {}, 'holds neither IDX files'],
  ])('is refused with %s', async (_, files, problem) => {
    mkdirSync(folder.file('data'));
    for (const [name, content] of Object.entries(files)) put(`data/${name}`, content);
    const reading = openData(folder.file('data')).then((data) => data.rows(indicesFrom(0, data.count)));
    await expect(reading).rejects.toThrow(problem);
  });
});

describe('decodeImage', () => {
  it.each([
    ['PNG', png(20, 20, (x, y) => [x, y, x * y])],
    ['JPEG', jpeg(20, 20, [10, 200, 30])],
  ])('names a %s file that ends too early', (_, whole) => {
    for (const part of [0.1, 0.3, 0.5, 0.8]) {
      const cut = whole.subarray(0, Math.floor(part * whole.length));
      expect(() => decodeImage('cut.png', cut)).toThrow(
        expect.objectContaining({
          code: 'DATA_IMAGE_INVALID',
          values: expect.objectContaining({ path: 'cut.png' }),
        }),
      );
    }
  });

  it('answers any damage with pixels or an error that names the file', () => {
    const wholes = [png(6, 5, (x, y) => [40 * x, 50 * y, 0]), jpeg(6, 5, [10, 200, 30])];
    fc.assert(
      fc.property(
        fc.constantFrom(...wholes),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        (whole, at, byte) => {
          const damaged = Buffer.from(whole);
          damaged[at % damaged.length] = byte;
          try {
            const { width, height, rgba } = decodeImage('x', damaged);
            expect(rgba.length).toBe(4 * width * height);
          } catch (error) {
            expect(error).toMatchObject({ code: 'DATA_IMAGE_INVALID' });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes no memory for a header that claims a billion pixels', () => {
    const huge = Buffer.from(gray);
    huge.writeUInt32BE(40_000, 16);
    huge.writeUInt32BE(40_000, 20);
    expect(() => decodeImage('huge.png', huge)).toThrow('more than 100 megapixels');
    const wide = Buffer.from(jpeg(8, 8, [0, 0, 0]));
    const frame = wide.indexOf(Buffer.from([0xff, 0xc0]));
    wide.writeUInt16BE(60_000, frame + 5);
    wide.writeUInt16BE(60_000, frame + 7);
    expect(() => decodeImage('wide.jpg', wide)).toThrow('maxResolutionInMP');
  });

  it('does not unpack what is hidden behind the pixels of a PNG', () => {
    const bomb = deflateSync(Buffer.alloc(2 ** 28));
    const image = Buffer.from(gray);
    const start = image.indexOf('IDAT') - 4;
    const head = Buffer.alloc(8);
    head.writeUInt32BE(bomb.length, 0);
    head.write('IDAT', 4);
    const before = process.memoryUsage().rss;
    expect(() =>
      decodeImage('bomb.png', Buffer.concat([image.subarray(0, start), head, bomb, Buffer.alloc(4)])),
    ).toThrow(expect.objectContaining({ code: 'DATA_IMAGE_INVALID' }));
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28);
  });
});

describe('resizeImage', () => {
  it('averages what a pixel covers, and grows smoothly', () => {
    const step = Float32Array.of(0, 0, 1, 1);
    expect(
      [...resizeImage(step, 1, { height: 1, width: 4 }, { height: 1, width: 2 })].map((v) => v.toFixed(3)),
    ).toEqual(['0.143', '0.857']);
    const grown = resizeImage(Float32Array.of(0, 1), 1, { height: 2, width: 1 }, { height: 4, width: 1 });
    expect([...grown]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('keeps even areas even and stays between the darkest and the brightest', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        side,
        side,
        side,
        side,
        fc.infiniteStream(fc.float({ min: 0, max: 1, noNaN: true })),
        (h, w, h2, w2, stream) => {
          const values = Float32Array.from({ length: 2 * h * w }, () => stream.next().value as number);
          const resized = resizeImage(values, 2, { height: h, width: w }, { height: h2, width: w2 });
          expect(resized.length).toBe(2 * h2 * w2);
          for (const channel of [0, 1]) {
            const own = values.subarray(channel * h * w, (channel + 1) * h * w);
            const [least, most] = [Math.min(...own), Math.max(...own)];
            for (const value of resized.subarray(channel * h2 * w2, (channel + 1) * h2 * w2)) {
              expect(value).toBeGreaterThanOrEqual(least - 1e-6);
              expect(value).toBeLessThanOrEqual(most + 1e-6);
            }
          }
        },
      ),
    );
  });
});

describe('fittingImages', () => {
  it.each([
    [['N', 3, 32, 24], { grayscale: false, size: [32, 24] }],
    [[1, 28, 28, 1], { grayscale: true, size: [28, 28] }],
    [[undefined, 3, 'height', 'width'], { grayscale: false }],
    [[undefined, 784], {}],
    [undefined, {}],
  ] as const)('reads %j', (shape, options) => {
    expect(fittingImages(shape)).toEqual(options);
  });
});
