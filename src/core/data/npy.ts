// .npy files, NumPy's format for one array: a header that describes it, then its elements.
// Source: NumPy Enhancement Proposal 1 and numpy.lib.format (versions 1.0, 2.0 and 3.0).
import { CounterweightError } from '../../shared/base/errors';
import { elementTypes, type ElementType } from '../ir/elementType';
import { Tensor } from '../ir/tensor';
import { dataProblem } from './dataProblem';

interface NpyHeader {
  readonly type: ElementType;
  readonly bigEndian: boolean;
  /** Elements are stored with the first axis running fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly offset: number;
}

/** NumPy's own limit is 10,000. */
const mostHeaderBytes = 2 ** 16;

const mostAxes = 32;

/** By kind and bytes, as they stand in a header's descr. */
const types: Readonly<Record<string, ElementType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

/**
 * The array of a whole .npy file, row-major and little-endian whatever it was stored as. `bytes` may be changed.
 * `name` is what messages call it. Throws DATA_INVALID, and DATA_PICKLED for arrays of Python objects.
 */
export function readNpy(name: string, bytes: Buffer): Tensor {
  const header = readNpyHeader(name, bytes);
  const size = elementTypes[header.type].bits / 8;
  const expected = header.shape.reduce((product, dimension) => product * dimension, size);
  const stored = bytes.length - header.offset;
  if (stored !== expected) {
    return dataProblem(name, `its header tells of ${expected} bytes, but ${stored} follow`);
  }
  // A copy where elements would not lie at a multiple of their size.
  const aligned = (bytes.byteOffset + header.offset) % size === 0;
  const content = aligned ? bytes.subarray(header.offset) : Buffer.from(bytes.subarray(header.offset));
  if (header.bigEndian) swapBytes(content, size);
  const rowMajor = header.fortranOrder ? transposed(content, header.shape, size) : content;
  return Tensor.fromBytes(name, header.type, header.shape, rowMajor);
}

/** Throws as `readNpy` does. */
function readNpyHeader(name: string, bytes: Buffer): NpyHeader {
  if (bytes.length < 10 || bytes.toString('latin1', 0, 6) !== '\x93NUMPY') {
    return dataProblem(name, 'it is no .npy file');
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) return dataProblem(name, `version ${version} of .npy is unknown`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) return dataProblem(name, 'it ends within its header');
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > mostHeaderBytes) return dataProblem(name, `its header would take ${length} bytes`);
  if (bytes.length < start + length) return dataProblem(name, 'it ends within its header');
  const text = bytes.toString(version === 3 ? 'utf8' : 'latin1', start, start + length);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text)) {
    return dataProblem(name, 'its elements have several fields; save each field as an array of its own');
  }
  if (descr === undefined || order === undefined || shape === undefined) {
    return dataProblem(name, 'its header cannot be read');
  }
  return {
    ...elementsOf(name, descr),
    fortranOrder: order === 'True',
    shape: dimensions(name, shape),
    offset: start + length,
  };
}

function elementsOf(name: string, descr: string): Pick<NpyHeader, 'type' | 'bigEndian'> {
  const [, byteOrder, kind = ''] = /^([<>|=]?)(.*)$/.exec(descr) ?? [];
  if (kind.startsWith('O')) throw new CounterweightError('DATA_PICKLED', { data: name });
  const type = Object.hasOwn(types, kind) ? types[kind] : undefined;
  if (type) return { type, bigEndian: byteOrder === '>' };
  return dataProblem(
    name,
    `its elements are of type ${descr}; save them as integers, float16, float32 or float64`,
  );
}

function dimensions(name: string, text: string): number[] {
  const parts = text.split(',').map((part) => part.trim().replace(/L$/, ''));
  const shape = parts.filter((part) => part !== '').map(Number);
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (shape.length > mostAxes || !Number.isSafeInteger(elements)) {
    return dataProblem(name, `its header tells of a shape of (${text.trim()}), which cannot be`);
  }
  return shape;
}

function swapBytes(content: Buffer, size: number): void {
  if (size === 2) content.swap16();
  else if (size === 4) content.swap32();
  else if (size === 8) content.swap64();
}

/** Column-major elements in row-major order. */
function transposed(content: Buffer, shape: readonly number[], size: number): Buffer {
  if (shape.length < 2) return content;
  const result = Buffer.allocUnsafeSlow(content.length);
  const strides: number[] = [];
  let stride = size;
  for (const dimension of shape) {
    strides.push(stride);
    stride *= dimension;
  }
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < content.length; to += size) {
    content.copy(result, to, from, from + size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
