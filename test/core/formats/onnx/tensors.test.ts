// Every way to store a tensor in an ONNX file, small ones and ones that stay in the file.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../src/core/formats/openModel';
import type { ElementType } from '../../../../src/core/ir/elementType';
import { encodeNumbers, tensorNumbers } from '../../../../src/core/ir/numbers';
import type { Tensor } from '../../../../src/core/ir/tensor';
import type { Model } from '../../../../src/core/ir/graph';
import { CounterweightError } from '../../../../src/shared/base/errors';
import { useTempFolder } from '../../../support/tempFolder';
import { bytesField, initializer, join, modelBytes, varint, varintField } from './wireBytes';

const temp = useTempFolder();

function open(bytes: Uint8Array): Model {
  writeFileSync(temp.file('model.onnx'), bytes);
  return openModel(temp.file('model.onnx'));
}

function errorOf(bytes: Uint8Array): CounterweightError {
  try {
    open(bytes);
  } catch (error) {
    if (CounterweightError.is(error)) return error;
    throw error;
  }
  throw new Error('It was opened');
}

function tensorOf(...parts: Parameters<typeof initializer>): Tensor {
  return open(modelBytes(initializer(...parts))).graph.initializers[0]!;
}

const float32s = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);
const float64s = (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);
const varints = (values: readonly (number | bigint)[]) => join(...values.map(varint));
const unpacked = (field: number, values: readonly number[]) =>
  join(...values.map((value) => varintField(field, value)));

const known = (name: string) => initializer(name, 1, [1], bytesField(9, float32s([1])));

/** Every way to store a type without `raw_data`: number of the type, field, stored values, and what they are. */
const typed: readonly [ElementType, number, number, Uint8Array, readonly number[]][] = [
  ['float32', 1, 4, float32s([1.5, -2, 0, 3]), [1.5, -2, 0, 3]],
  ['float64', 11, 10, float64s([1.5, -2, 0, 1e300]), [1.5, -2, 0, 1e300]],
  ['int32', 6, 5, varints([1, -2, 0, -(2 ** 31)]), [1, -2, 0, -(2 ** 31)]],
  ['int16', 5, 5, varints([1, -2, 0, -32768]), [1, -2, 0, -32768]],
  ['int8', 3, 5, varints([1, -2, 0, -128]), [1, -2, 0, -128]],
  ['uint16', 4, 5, varints([1, 65535, 0, 2]), [1, 65535, 0, 2]],
  ['uint8', 2, 5, varints([1, 255, 0, 2]), [1, 255, 0, 2]],
  ['bool', 9, 5, varints([1, 0, 0, 1]), [1, 0, 0, 1]],
  ['float16', 10, 5, varints([0x3c00, 0xbc00, 0x4000, 0xc000]), [1, -1, 2, -2]],
  ['bfloat16', 16, 5, varints([0x3f80, 0xbf80, 0x4000, 0xc000]), [1, -1, 2, -2]],
  ['float8e4m3fn', 17, 5, varints([0x38, 0xb8, 0x40, 0xc0]), [1, -1, 2, -2]],
  ['float8e5m2', 19, 5, varints([0x3c, 0xbc, 0x40, 0xc0]), [1, -1, 2, -2]],
  ['uint4', 21, 5, varints([0x21, 0xf3]), [1, 2, 3, 15]],
  ['int4', 22, 5, varints([0x21, 0xf3]), [1, 2, 3, -1]],
  ['float4e2m1', 23, 5, varints([0x42, 0xca]), [1, 2, -1, -2]],
  ['uint2', 25, 5, varints([0xe4]), [0, 1, 2, 3]],
  ['int2', 26, 5, varints([0xe4]), [0, 1, -2, -1]],
  ['int64', 7, 7, varints([1, -2, 2 ** 40, -(2 ** 62)]), [1, -2, 2 ** 40, -(2 ** 62)]],
  ['uint64', 13, 11, varints([1, 2n ** 63n, 2 ** 40, 0]), [1, 2 ** 63, 2 ** 40, 0]],
  ['uint32', 12, 11, varints([1, 2 ** 32 - 1, 0, 7]), [1, 2 ** 32 - 1, 0, 7]],
];

describe('tensors of ONNX files', () => {
  it.each(typed)('of type %s are read from their typed field', (type, dataType, field, content, values) => {
    const tensor = tensorOf('w', dataType, [2, 2], bytesField(field, content));
    expect(tensor.type).toBe(type);
    expect(tensor.shape).toEqual([2, 2]);
    expect([...tensorNumbers(tensor)]).toEqual(values);
  });

  it.each(typed)(
    'of type %s are read from their typed field in place',
    (type, dataType, field, content, values) => {
      // 5000 times the same four values: too large to be decoded with the structure.
      const copies = 5000;
      const large = Buffer.concat(Array.from({ length: copies }, () => content));
      const bytes = modelBytes(initializer('w', dataType, [copies, 4], bytesField(field, large)));
      const model = open(bytes);
      const tensor = model.graph.initializers[0]!;
      const expected = encodeNumbers(type, values);
      expect(tensor.byteLength).toBe(copies * expected.length);
      for (let i = 0; i < copies; i += 777) {
        expect([...tensor.bytes(i * expected.length, expected.length)], `copy ${i}`).toEqual([...expected]);
      }
      expect(Buffer.compare(modelToBytes(model), bytes)).toBe(0);
    },
  );

  it.each(typed)('of type %s are read from raw data', (type, dataType, _, __, values) => {
    const tensor = tensorOf('w', dataType, [4], bytesField(9, encodeNumbers(type, values)));
    expect([...tensorNumbers(tensor)]).toEqual(values);
  });

  it('are read from lists that are not packed', () => {
    expect([...tensorNumbers(tensorOf('w', 6, [3], unpacked(5, [3, 2, 1])))]).toEqual([3, 2, 1]);
  });

  it('of complex types have their bytes', () => {
    const tensor = tensorOf('w', 14, [1], bytesField(4, float32s([1, 2])));
    expect(tensor.type).toBe('complex64');
    expect([...tensor.bytes()]).toEqual([...float32s([1, 2])]);
    expect(tensorOf('w', 15, [1], bytesField(10, float64s([1, 2]))).byteLength).toBe(16);
  });

  it('of strings are kept', () => {
    const bytes = modelBytes(initializer('names', 8, [2], bytesField(6, 'a'), bytesField(6, [0xff])));
    const model = open(bytes);
    expect(model.graph.initializers[0]!.type).toBe('string');
    expect(Buffer.compare(modelToBytes(model), bytes)).toBe(0);
  });

  it('of unknown types are kept where they are, with a note', () => {
    const strange = initializer('strange', 99, [3], bytesField(9, [1, 2, 3, 4, 5]));
    const bytes = modelBytes(known('a'), strange, known('b'));
    const model = open(bytes);
    expect(model.graph.initializers.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(model.notes).toEqual([{ code: 'TENSOR_TYPE_UNKNOWN', values: { tensor: 'strange', type: 99 } }]);
    expect(Buffer.compare(modelToBytes(model), bytes)).toBe(0);
    const fewer = { ...model, graph: { ...model.graph, initializers: [model.graph.initializers[1]!] } };
    const left = modelBytes(known('b'), strange);
    expect(Buffer.compare(modelToBytes(fewer), left)).toBe(0);
  });

  it('that are sparse are kept, with a note', () => {
    const values = bytesField(
      1,
      varintField(1, 1),
      varintField(2, 1),
      bytesField(4, float32s([5])),
      bytesField(8, 's'),
    );
    const bytes = modelBytes(bytesField(15, values, varintField(3, 10)));
    const model = open(bytes);
    expect(model.notes).toEqual([{ code: 'SPARSE_TENSOR', values: { tensor: 's' } }]);
    expect(Buffer.compare(modelToBytes(model), bytes)).toBe(0);
  });

  it('without elements need no content', () => {
    expect(tensorOf('w', 1, [0, 5]).bytes()).toHaveLength(0);
    expect(tensorOf('w', 1, [], bytesField(9, float32s([7]))).elements).toBe(1);
  });

  it.each([
    ['too few bytes', [3], float32s([1, 2]), 12, 8],
    ['too many bytes', [1], float32s([1, 2]), 4, 8],
    ['no bytes', [2], new Uint8Array(0), 8, 0],
    ['far too few bytes', [2 ** 20, 2 ** 20], float32s([1]), 2 ** 42, 4],
    ['too few bytes in place', [2000], new Uint8Array(7999), 8000, 7999],
  ])('with %s for their shape are refused by name', (_, shape, content, expected, actual) => {
    const error = errorOf(modelBytes(initializer('fc.weight', 1, shape, bytesField(9, content))));
    expect(error.code).toBe('TENSOR_SIZE_MISMATCH');
    expect(error.values).toMatchObject({
      tensor: 'fc.weight',
      declared: `float32[${shape.join(',')}]`,
      expected,
      actual,
    });
  });

  it('inside of nodes are checked too, and named by their node', () => {
    const tensor = join(varintField(1, 3), varintField(2, 1), bytesField(9, float32s([1])));
    const attribute = bytesField(5, bytesField(1, 'value'), bytesField(5, tensor), varintField(20, 4));
    const constant = bytesField(1, bytesField(2, 'c'), bytesField(4, 'Constant'), attribute);
    const error = errorOf(modelBytes(constant));
    expect(error.code).toBe('TENSOR_SIZE_MISMATCH');
    expect(error.values).toMatchObject({ tensor: 'in Constant:c' });
  });

  it.each([
    ['negative', [-1]],
    ['larger than anything', [2n ** 62n]],
    ['larger than anything in product', [2 ** 31, 2 ** 31]],
    ['hidden behind a zero', [2n ** 62n, 2n ** 62n, 0]],
  ])('with dimensions that are %s are refused', (_, shape) => {
    const error = errorOf(modelBytes(initializer('w', 1, shape, bytesField(9, float32s([1])))));
    expect(error.code).toBe('ONNX_CORRUPT');
    expect(error.message).toContain('impossible shape');
  });

  it('of a file that was changed since are not read', () => {
    const bytes = modelBytes(initializer('w', 1, [2000], bytesField(9, new Uint8Array(8000))));
    const tensor = open(bytes).graph.initializers[0]!;
    expect(tensor.bytes(10, 5)).toHaveLength(5);
    writeFileSync(temp.file('model.onnx'), Buffer.concat([bytes, Buffer.from('x')]));
    expect(() => tensor.bytes(10, 5)).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
  });
});
