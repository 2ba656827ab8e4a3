// Tensors in files of their own: which of them are read, which refused, and how they are written.
import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeOnnx, writeOnnx } from '../../../../src/core/formats/onnx/writeOnnx';
import { modelFiles, openModel } from '../../../../src/core/formats/openModel';
import { saveModel } from '../../../../src/core/formats/saveModel';
import type { Model } from '../../../../src/core/ir/graph';
import { float32Tensor, tensorNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';
import { onnxRuntime } from '../../../../src/core/runtime/onnxRuntime';
import { CounterweightError } from '../../../../src/shared/base/errors';
import { floats, graph, input, model as build, node } from '../../../support/build';
import { normals } from '../../../../src/shared/base/random';
import { useTempFolder } from '../../../support/tempFolder';
import { bytesField, initializer, modelBytes, varintField } from './wireBytes';

const temp = useTempFolder();

type Entries = Readonly<Record<string, string>>;

function external(name: string, elements: number, entries: Entries): Uint8Array {
  const data = Object.entries(entries).map(([key, value]) =>
    bytesField(13, bytesField(1, key), bytesField(2, value)),
  );
  return initializer(name, 1, [elements], ...data, varintField(14, 1));
}

function open(...tensors: Uint8Array[]): Model {
  mkdirSync(temp.file('model'), { recursive: true });
  writeFileSync(temp.file('model/model.onnx'), modelBytes(...tensors));
  return openModel(temp.file('model/model.onnx'));
}

function errorOf(...tensors: Uint8Array[]): CounterweightError {
  try {
    open(...tensors);
  } catch (error) {
    if (CounterweightError.is(error)) return error;
    throw error;
  }
  throw new Error('It was opened');
}

const refused = (location: string) => errorOf(external('w', 2, { location })).code;

beforeEach(() => {
  mkdirSync(temp.file('model/sub'), { recursive: true });
  const content = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5).buffer);
  writeFileSync(temp.file('model/data.bin'), content);
  writeFileSync(temp.file('model/sub/data.bin'), content);
  writeFileSync(temp.file('secret'), content);
});

describe('reading external data', () => {
  it('follows location, offset and length', () => {
    const tensors = open(
      external('all', 5, { location: 'data.bin' }),
      external('part', 2, { location: 'data.bin', offset: '4', length: '8' }),
      external('rest', 2, { location: 'sub/data.bin', offset: '12' }),
      external('dotted', 1, { location: './sub/data.bin' }),
    ).graph.initializers;
    expect(tensors.map((tensor) => [...tensorNumbers(tensor)])).toEqual([
      [1, 2, 3, 4, 5],
      [2, 3],
      [4, 5],
      [1],
    ]);
  });

  it('names all files of the model', () => {
    const model = open(
      external('a', 5, { location: 'data.bin' }),
      external('b', 5, { location: 'sub/data.bin' }),
    );
    expect(modelFiles(model, temp.file('model/model.onnx'))).toEqual(
      ['model/model.onnx', 'model/data.bin', 'model/sub/data.bin'].map((name) => temp.file(name)),
    );
  });

  it.each([
    '../secret',
    'sub/../../secret',
    '..\\secret',
    '/etc/passwd',
    'C:\\Windows\\win.ini',
    'c:win.ini',
    '\\\\server\\share\\file',
    '..',
    '',
    'data.bin\0',
  ])('refuses the location %j', (location) => {
    const error = errorOf(external('w', 2, { location }));
    expect(error.code).toBe('EXTERNAL_PATH_REFUSED');
    expect(error.values).toMatchObject({ tensor: 'w', location });
  });

  it.runIf(process.platform !== 'win32')('refuses links that leave the folder', () => {
    symlinkSync('../secret', temp.file('model/link.bin'));
    symlinkSync('..', temp.file('model/up'));
    symlinkSync('sub', temp.file('model/down'));
    linkSync(temp.file('secret'), temp.file('model/hard.bin'));
    expect(refused('link.bin')).toBe('EXTERNAL_PATH_REFUSED');
    expect(refused('up/secret')).toBe('EXTERNAL_PATH_REFUSED');
    expect(refused('hard.bin')).toBe('EXTERNAL_PATH_REFUSED');
    expect(open(external('w', 2, { location: 'down/data.bin' })).graph.initializers).toHaveLength(1);
  });

  it.runIf(process.platform !== 'win32')('is found where the folder itself is a link', () => {
    open(external('w', 2, { location: 'data.bin' }));
    symlinkSync('model', temp.file('alias'));
    expect(openModel(temp.file('alias/model.onnx')).graph.initializers).toHaveLength(1);
  });

  it.each([
    ['the file is missing', 5, { location: 'none.bin' }],
    ['it is a folder', 5, { location: 'sub' }],
    ['the file is too short', 6, { location: 'data.bin' }],
    ['it begins behind the end', 1, { location: 'data.bin', offset: '1000' }],
    ['it reaches beyond the end', 2, { location: 'data.bin', offset: '16', length: '8' }],
  ])('is missing where %s', (_, elements, entries) => {
    const error = errorOf(external('w', elements, entries));
    expect(error.code).toBe('EXTERNAL_DATA_MISSING');
    expect(error.values).toMatchObject({ tensor: 'w', location: entries.location });
  });

  it.each([
    ['no location', { offset: '0' }],
    ['an offset that is no number', { location: 'data.bin', offset: 'x' }],
    ['a negative offset', { location: 'data.bin', offset: '-4' }],
    ['a length that is no number', { location: 'data.bin', length: '1e9' }],
    ['a huge offset', { location: 'data.bin', offset: '99999999999999999999' }],
  ])('is corrupt with %s', (_, entries: Entries) => {
    expect(errorOf(external('w', 1, entries)).code).toBe('ONNX_CORRUPT');
  });

  it('has as many bytes as the shape takes', () => {
    const error = errorOf(external('w', 2, { location: 'data.bin', length: '12' }));
    expect(error.code).toBe('TENSOR_SIZE_MISMATCH');
    expect(error.values).toMatchObject({ tensor: 'w', expected: 8, actual: 12 });
  });
});

/** Two large tensors, two small ones, and a network over them. */
function network(): Model {
  return build(
    graph({
      inputs: [input('x', [1, 600])],
      outputs: [input('y', [1, 600])],
      nodes: [
        node('MatMul', ['x', 'large'], ['h']),
        node('Mul', ['h', 'scale'], ['s']),
        node('Add', ['s', 'bias'], ['y']),
      ],
      initializers: [
        floats('large', [600, 600], normals(360_000, 1)),
        floats('bias', [600], normals(600, 2)),
        floats('scale', [1], [2]),
      ],
    }),
  );
}

function contents(model: Model): [string, number[]][] {
  return model.graph.initializers.map((tensor) => [tensor.name, [...tensorNumbers(tensor)]]);
}

const big = (name: string): Tensor => floats(name, [2 ** 18 + 3], new Float32Array(2 ** 18 + 3));

describe('writing external data', () => {
  it('happens when the model would be too large for one message', () => {
    const [data, main, ...others] = writeOnnx(network(), temp.file('net.onnx'), 100_000);
    expect(others).toEqual([]);
    expect(data!.path).toBe(temp.file('net.onnx.data'));
    for (const { path: file, chunks } of [data!, main!]) writeFileSync(file, Buffer.concat([...chunks]));
    expect(readFileSync(main!.path).length).toBeLessThan(1000);
    // The bias begins at the next multiple of 64 after the page-aligned matrix.
    expect(readFileSync(data!.path).length).toBe(1_440_000 + 2400);
    const copy = openModel(main!.path);
    expect(contents(copy)).toEqual(contents(network()));
    expect(modelFiles(copy, main!.path)).toEqual([main!.path, data!.path]);
  });

  it('is what ONNX Runtime reads too', async () => {
    const runtime = await onnxRuntime();
    for (const { path: file, chunks } of writeOnnx(network(), temp.file('net.onnx'), 100_000)) {
      writeFileSync(file, Buffer.concat([...chunks]));
    }
    const x = { type: 'float32' as const, shape: [1, 600], data: normals(600, 3) };
    const outputs: unknown[] = [];
    for (const source of [temp.file('net.onnx'), encodeOnnx(network())]) {
      const session = await runtime.load(source);
      outputs.push((await session.run({ x }))['y']);
      await session.dispose();
    }
    expect(outputs[0]).toMatchObject({ shape: [1, 600] });
    expect(outputs[0]).toEqual(outputs[1]);
  });

  it('is refused where even that does not make it small enough', () => {
    expect(() => writeOnnx(network(), temp.file('net.onnx'), 50)).toThrow(
      expect.objectContaining({ code: 'MODEL_TOO_LARGE' }),
    );
    expect(() => encodeOnnx(network(), 1_000_000)).toThrow(
      expect.objectContaining({ code: 'MODEL_TOO_LARGE' }),
    );
  });

  it('begins large tensors at a page and the others where they can be used in place', () => {
    const base = network();
    const initializers = [...base.graph.initializers, big('a'), big('b')];
    const files = writeOnnx(
      { ...base, graph: { ...base.graph, initializers } },
      temp.file('net.onnx'),
      100_000,
    );
    for (const { path: file, chunks } of files) writeFileSync(file, Buffer.concat([...chunks]));
    const offsets = openModel(temp.file('net.onnx')).graph.initializers.map((tensor) => {
      const { proto } = tensor.origin as { proto: { externalData: { key: string; value: string }[] } };
      return Number(proto.externalData.find(({ key }) => key === 'offset')?.value ?? -1);
    });
    expect(offsets[0]! % 4096).toBe(0);
    expect(offsets[1]! % 64).toBe(0);
    expect(offsets[2]).toBe(-1);
    expect(offsets[3]! % 4096).toBe(0);
    expect(offsets[4]! % 4096).toBe(0);
  });

  it('stays external under the name of the new file, with changed tensors in it', async () => {
    const model = open(
      external('w', 5, { location: 'data.bin' }),
      external('tied', 5, { location: 'data.bin' }),
      external('other', 5, { location: 'sub/data.bin' }),
      initializer('inside', 1, [1], bytesField(9, new Uint8Array(Float32Array.of(9).buffer))),
    );
    const replaced = float32Tensor('other', [300], new Float32Array(300).fill(7));
    const initializers = model.graph.initializers.map((tensor) =>
      tensor.name === 'other' ? replaced : tensor,
    );
    const target = temp.file('copy.onnx');
    await saveModel({ ...model, graph: { ...model.graph, initializers } }, target, { jobId: 'job' });
    rmSync(temp.file('model'), { recursive: true });
    const copy = openModel(target);
    expect(contents(copy)).toEqual([
      ['w', [1, 2, 3, 4, 5]],
      ['tied', [1, 2, 3, 4, 5]],
      ['other', Array.from({ length: 300 }, () => 7)],
      ['inside', [9]],
    ]);
    expect(modelFiles(copy, target).map((file) => path.basename(file))).toEqual([
      'copy.onnx',
      'copy.onnx.data',
    ]);
    // Shared content is there once: 20 bytes, and 1200 from byte 64 on.
    expect(readFileSync(`${target}.data`)).toHaveLength(64 + 1200);
  });

  it('comes inside for a model in memory', () => {
    const bytes = encodeOnnx(open(external('w', 5, { location: 'data.bin' })));
    writeFileSync(temp.file('whole.onnx'), bytes);
    expect(contents(openModel(temp.file('whole.onnx')))).toEqual([['w', [1, 2, 3, 4, 5]]]);
    expect(Buffer.from(bytes).includes('data.bin')).toBe(false);
  });

  it('of tensors within nodes stays external too', async () => {
    const value = external('', 5, { location: 'data.bin' });
    // The tensor of an initializer field as the tensor of an attribute: both are field 5.
    const attribute = bytesField(5, bytesField(1, 'value'), value, varintField(20, 4));
    const model = open(bytesField(1, bytesField(2, 'c'), bytesField(4, 'Constant'), attribute));
    await saveModel(model, temp.file('copy.onnx'), { jobId: 'job' });
    expect(readFileSync(temp.file('copy.onnx.data'))).toHaveLength(20);
    const copied = openModel(temp.file('copy.onnx')).graph.nodes[0]!.attributes[0]!;
    expect(
      copied.kind === 'tensor' && copied.value instanceof Tensor && [...tensorNumbers(copied.value)],
    ).toEqual([1, 2, 3, 4, 5]);
  });
});
