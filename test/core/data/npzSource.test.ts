// Arrays of NumPy as data: which array means what, what labels become, and zips that are not what they say.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { indicesFrom } from '../../../src/core/data/dataSet';
import { openData, openSplits } from '../../../src/core/data/openData';
import { npyFile, zipFile, type ZipEntry } from '../../support/numpyFiles';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

function floats(shape: readonly number[], values: readonly number[]): Buffer {
  return npyFile({ descr: '<f4', shape, content: new Uint8Array(Float32Array.from(values).buffer) });
}

function integers(shape: readonly number[], values: readonly number[]): Buffer {
  return npyFile({ descr: '<i4', shape, content: new Uint8Array(Int32Array.from(values).buffer) });
}

function bytes(shape: readonly number[], values: readonly number[]): Buffer {
  return npyFile({ descr: '|u1', shape, content: Uint8Array.from(values) });
}

function npz(arrays: Readonly<Record<string, Buffer>>, options: Partial<ZipEntry> = {}): string {
  const file = folder.file('data.npz');
  const entries = Object.entries(arrays).map(([name, content]) => ({
    name: `${name}.npy`,
    content,
    ...options,
  }));
  writeFileSync(file, zipFile(entries));
  return file;
}

function medMnist(split: string, count: number): Record<string, Buffer> {
  return {
    [`${split}_images`]: bytes(
      [count, 6, 5, 3],
      counting(90 * count).map((i) => i % 256),
    ),
    [`${split}_labels`]: bytes(
      [count, 1],
      counting(count).map((i) => i % 2),
    ),
  };
}

function counting(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

describe('an .npz file', () => {
  it.each([true, false])('gives inputs and classes (stored: %s)', async (stored) => {
    const data = await openData(
      npz({ x: floats([3, 2], counting(6)), y: integers([3], [2, 0, 1]) }, { stored }),
    );
    expect(data).toMatchObject({
      name: 'data.npz',
      count: 3,
      inputs: [{ shape: [2] }],
      targets: { kind: 'classes', count: 3 },
    });
    expect(await data.rows([2, 0, 2])).toEqual({
      count: 3,
      inputs: [Float32Array.of(4, 5, 0, 1, 4, 5)],
      labels: Int32Array.of(1, 2, 1),
    });
  });

  it('gives its own splits, named as Keras names them', async () => {
    const images = (count: number, first: number): Buffer =>
      bytes(
        [count, 2, 2],
        Array.from({ length: 4 * count }, () => first),
      );
    const file = npz({
      x_train: images(20, 51),
      y_train: bytes(
        [20],
        counting(20).map((i) => i % 5),
      ),
      x_test: images(4, 255),
      y_test: bytes([4], [0, 1, 9, 3]),
    });
    const { train, validation, test } = await openSplits(file, 3);
    expect([train.count, validation.count, test?.count]).toEqual([18, 2, 4]);
    // A class that only the test has is one all the same.
    for (const data of [train, validation, test]) expect(data?.targets).toMatchObject({ count: 10 });
    expect((await train.rows([0])).inputs[0]).toEqual(new Float32Array(4).fill(0.2));
    expect((await openData(file)).count).toBe(4);
  });

  it('gives its own splits, named as MedMNIST names them', async () => {
    const { train, validation, test } = await openSplits(
      npz({ ...medMnist('train', 6), ...medMnist('val', 3), ...medMnist('test', 2) }),
      1,
    );
    expect([train.count, validation.count, test?.count]).toEqual([6, 3, 2]);
    expect(train.inputs[0]?.shape).toEqual([3, 6, 5]);
    // Channels come first: the first plane holds every third number.
    const [first] = (await train.rows([0])).inputs;
    expect(first?.slice(0, 3)).toEqual(Float32Array.of(0, 3 / 255, 6 / 255));
    expect(first?.[30]).toBeCloseTo(1 / 255, 7);
  });

  it('fills several inputs by their names', async () => {
    const file = npz({
      input_ids: integers([2, 3], [1, 2, 3, 4, 5, 6]),
      attention_mask: integers([2, 3], [1, 1, 1, 1, 1, 0]),
      labels: integers([2], [0, 1]),
    });
    const data = await openData(file);
    expect(data.inputs).toEqual([
      { name: 'input_ids', shape: [3] },
      { name: 'attention_mask', shape: [3] },
    ]);
    expect((await data.rows([1])).inputs).toEqual([Float32Array.of(4, 5, 6), Float32Array.of(1, 1, 0)]);
  });

  it.each([
    ['floats', floats([4], [0.5, 1, 2, 3]), { kind: 'values', shape: [1] }],
    ['whole floats that repeat', floats([4], [0, 1, 1, 0]), { kind: 'classes', count: 2 }],
    ['negative floats', floats([4], [-1, 1, 1, -1]), { kind: 'values', shape: [1] }],
    ['rows of floats', floats([4, 2], counting(8)), { kind: 'values', shape: [2] }],
    [
      'rows with a single 1',
      floats([4, 3], [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
      { kind: 'classes', count: 3 },
    ],
    ['rows with two 1s', integers([4, 2], [1, 1, 0, 1, 0, 0, 1, 0]), { kind: 'values', shape: [2] }],
    ['a column of integers', integers([4, 1], [0, 5, 1, 0]), { kind: 'classes', count: 6 }],
  ])('takes %s for what they are', async (_, y, targets) => {
    const data = await openData(npz({ x: floats([4, 2], counting(8)), y }));
    expect(data.targets).toEqual(targets);
    const batch = await data.rows(indicesFrom(0, 4));
    expect(targets.kind === 'classes' ? batch.labels : batch.values).toBeDefined();
  });

  it('is told what is to be predicted and how', async () => {
    const file = npz({
      x: floats([4, 2], counting(8)),
      y: integers([4], [0, 1, 0, 1]),
      age: integers([4], [31, 40, 52, 31]),
    });
    const yaml = folder.file('data.yaml');
    writeFileSync(yaml, 'train: { file: data.npz, label: age, targets: values }\n');
    const data = await openData(yaml);
    expect(data).toMatchObject({ inputs: [{ name: 'x' }], targets: { kind: 'values', shape: [1] } });
    expect((await data.rows([2])).values).toEqual(Float32Array.of(52));
    expect((await openData(file)).targets).toMatchObject({ kind: 'classes', count: 2 });
  });

  it('needs no labels', async () => {
    const data = await openData(npz({ anything: floats([5, 2], counting(10)) }));
    expect(data).toMatchObject({ count: 5, inputs: [{ name: 'anything', shape: [2] }] });
    expect(data.targets).toBeUndefined();
    expect((await openSplits(folder.file('data.npz'), 1)).validation.count).toBe(1);
  });

  it.each([
    [
      'two arrays of labels',
      { x: floats([2], [1, 2]), y: integers([2], [0, 1]), labels: integers([2], [0, 1]) },
      'y and labels may both',
    ],
    [
      'different counts',
      { x: floats([2, 1], [1, 2]), y: integers([3], [0, 1, 2]) },
      'x holds 2 samples, but y 3',
    ],
    ['negative labels', { x: floats([2, 1], [1, 2]), y: integers([2], [-1, 1]) }, 'label 0 is -1'],
    ['labels alone', { y: integers([2], [0, 1]) }, 'no samples'],
    ['no samples', { x: floats([0, 3], []), y: integers([0], []) }, 'no samples'],
    ['empty samples', { x: floats([3, 0], []) }, 'are empty'],
    ['a single number', { x: floats([], [1]) }, 'no samples'],
    ['no number', { x: floats([2, 2], [1, 2, 3, NaN]) }, 'sample 1 of x holds NaN'],
    [
      'an infinity',
      { x: floats([2, 1], [1, 2]), y: floats([2], [Infinity, 0.5]) },
      'sample 0 of y holds Infinity',
    ],
    [
      'Python objects',
      { x: npyFile({ descr: '|O', shape: [1], content: Buffer.alloc(8) }) },
      'Python objects',
    ],
  ])('is refused for %s', async (_, arrays, problem) => {
    await expect(openData(npz(arrays))).rejects.toThrow(problem);
  });
});

describe('a damaged or hostile .npz file', () => {
  const content = floats([100, 10], counting(1000));

  it('is refused where it ends too early', async () => {
    const file = npz({ x: content });
    const whole = zipFile([{ name: 'x.npy', content }]);
    for (const part of [0.1, 0.5, 0.9, 0.99]) {
      writeFileSync(file, whole.subarray(0, Math.floor(part * whole.length)));
      await expect(openData(file)).rejects.toMatchObject({ code: 'DATA_INVALID' });
    }
  });

  it.each([
    ['a wrong checksum', { crc: 1 }, false],
    ['a wrong checksum of what is stored', { crc: 1 }, true],
    ['more content than it claims', { size: 100 }, false],
    ['less content than it claims', { size: 100_000 }, false],
  ])('is refused for %s', async (_, claims, stored) => {
    await expect(openData(npz({ x: content }, { claims, stored }))).rejects.toThrow('not a whole .npz file');
  });

  it('is refused for what it would take, before anything is unpacked', async () => {
    await expect(openData(npz({ x: content }, { claims: { size: 2 ** 32 - 2 } }))).rejects.toThrow(
      'more than the 2147483647',
    );
  });

  it('is not unpacked beyond what it claims, however much is in it', async () => {
    const before = process.memoryUsage().rss;
    const bomb = zipFile([{ name: 'x.npy', content: Buffer.alloc(2 ** 28), claims: { size: 1000 } }]);
    const file = folder.file('bomb.npz');
    writeFileSync(file, bomb);
    await expect(openData(file)).rejects.toThrow('not a whole .npz file');
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 29);
  });

  it.each([
    ['is no zip', Buffer.from('no zip at all'), 'not a whole .npz file'],
    ['holds no arrays', zipFile([{ name: 'readme.txt', content: Buffer.from('hello') }]), 'holds no arrays'],
  ])('is refused where it %s', async (_, file, problem) => {
    writeFileSync(folder.file('other.npz'), file);
    await expect(openData(folder.file('other.npz'))).rejects.toThrow(problem);
  });
});

describe('.npy files', () => {
  it('are samples without labels, or with those of another', async () => {
    writeFileSync(folder.file('x.npy'), floats([3, 2], counting(6)));
    writeFileSync(folder.file('y.npy'), integers([3], [1, 0, 1]));
    expect(await openData(folder.file('x.npy'))).toMatchObject({ count: 3, inputs: [{ shape: [2] }] });
    writeFileSync(folder.file('data.yaml'), 'train: { images: x.npy, labels: y.npy }\n');
    expect(await (await openData(folder.file('data.yaml'))).rows([0])).toEqual({
      count: 1,
      inputs: [Float32Array.of(0, 1)],
      labels: Int32Array.of(1),
    });
  });
});

describe.runIf(hasShared)('a real .npz file', () => {
  it('holds spectrograms with labels that are written as floats', async () => {
    const data = await openData(sharedFile('datasets/streaming_wakeword/calibration_samples.npz'));
    expect(data).toMatchObject({
      count: 45,
      inputs: [{ name: 'specs', shape: [30, 1, 40] }],
      targets: { kind: 'classes', count: 3 },
    });
    // What NumPy says of the same file.
    const { inputs } = await data.rows(indicesFrom(0, 45));
    expect(inputs[0]?.reduce((a, b) => Math.max(a, b))).toBeCloseTo(0.9437658786773682, 6);
  });
});
