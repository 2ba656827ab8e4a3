// The content of a TensorProto as packed little-endian row-major bytes, whichever of the format's ways it is stored in.
import { elementTypes, packedBytes, type ElementType } from '../../ir/elementType';
import type { TensorReader } from '../../ir/tensor';
import { TensorProtoSchema, type TensorProto } from './onnx_pb';
import { contentOf, type FileRange } from './tensorContent';

export interface StoredBytes {
  /** Bytes that are there, whatever the shape says. */
  readonly length: number;
  readonly read: TensorReader;
}

const fieldNumbers = {
  floats: TensorProtoSchema.field.floatData.number,
  int32s: TensorProtoSchema.field.int32Data.number,
  int64s: TensorProtoSchema.field.int64Data.number,
  raw: TensorProtoSchema.field.rawData.number,
  doubles: TensorProtoSchema.field.doubleData.number,
  uint64s: TensorProtoSchema.field.uint64Data.number,
};

/** The stored content of a tensor of a known type that is no string. */
export function storedBytes(proto: TensorProto, type: ElementType): StoredBytes {
  const content = contentOf(proto);
  if (content?.kind === 'external') return inFile(content.range);
  if (content?.kind === 'inPlace') {
    if (content.field === fieldNumbers.raw) return inFile(content.range);
    return typedInPlace(content.field, content.range, type);
  }
  if (proto.rawData.length > 0) return inMemory(proto.rawData);
  return typedInMemory(proto, type);
}

function inFile({ source, offset, length }: FileRange): StoredBytes {
  return { length, read: (start, count) => source.read(offset + start, count) };
}

function inMemory(bytes: Uint8Array): StoredBytes {
  return { length: bytes.length, read: (start, count) => bytes.subarray(start, start + count) };
}

const nothing = inMemory(new Uint8Array(0));

/** Which typed field a type uses, and how many bytes each of the field's values stands for. */
interface Encoding {
  readonly field: number;
  readonly bytesPerValue: number;
}

function encodingOf(type: ElementType): Encoding | undefined {
  switch (type) {
    case 'float32':
    case 'complex64':
      return { field: fieldNumbers.floats, bytesPerValue: 4 };
    case 'float64':
    case 'complex128':
      return { field: fieldNumbers.doubles, bytesPerValue: 8 };
    case 'int64':
      return { field: fieldNumbers.int64s, bytesPerValue: 8 };
    case 'uint64':
      return { field: fieldNumbers.uint64s, bytesPerValue: 8 };
    case 'uint32':
      return { field: fieldNumbers.uint64s, bytesPerValue: 4 };
    case 'string':
      return undefined;
    default:
      // Types of less than a byte come packed: a value holds as many elements as fit into one byte.
      return { field: fieldNumbers.int32s, bytesPerValue: Math.max(1, elementTypes[type].bits / 8) };
  }
}

function typedInMemory(proto: TensorProto, type: ElementType): StoredBytes {
  const encoding = encodingOf(type);
  switch (encoding?.field) {
    case fieldNumbers.floats:
      return encoded(proto.floatData.length * 4, () => new Float32Array(proto.floatData));
    case fieldNumbers.doubles:
      return encoded(proto.doubleData.length * 8, () => new Float64Array(proto.doubleData));
    case fieldNumbers.int64s:
      return encoded(proto.int64Data.length * 8, () => new BigInt64Array(proto.int64Data));
    case fieldNumbers.uint64s:
      return type === 'uint64'
        ? encoded(proto.uint64Data.length * 8, () => new BigUint64Array(proto.uint64Data))
        : encoded(proto.uint64Data.length * 4, () => Uint32Array.from(proto.uint64Data, Number));
    case fieldNumbers.int32s: {
      const { bytesPerValue } = encoding;
      const length = proto.int32Data.length * bytesPerValue;
      return encoded(length, () => narrow(proto.int32Data, bytesPerValue));
    }
    default:
      return nothing;
  }
}

/** Content that is encoded anew at every read: small, or rare. */
function encoded(length: number, encode: () => ArrayBufferView): StoredBytes {
  return {
    length,
    read: (start, count) => {
      const { buffer, byteOffset } = encode();
      return new Uint8Array(buffer, byteOffset + start, count);
    },
  };
}

function narrow(values: readonly number[], bytesPerValue: number): ArrayBufferView {
  if (bytesPerValue === 4) return new Int32Array(values);
  return bytesPerValue === 2 ? new Uint16Array(values) : new Uint8Array(values);
}

function typedInPlace(field: number, range: FileRange, type: ElementType): StoredBytes {
  const encoding = encodingOf(type);
  // What is stored in a field that is not the type's own is no content of it.
  if (encoding?.field !== field) return nothing;
  if (field === fieldNumbers.floats || field === fieldNumbers.doubles) return inFile(range);
  return varints(range, encoding.bytesPerValue);
}

const windowBytes = 1 << 20;

/** A packed list of varints. Where a value begins is known only by counting, so all are decoded and kept while in use. */
function varints(range: FileRange, bytesPerValue: number): StoredBytes {
  const length = countVarints(range) * bytesPerValue;
  let recent = new WeakRef<Uint8Array>(new Uint8Array(0));
  return {
    length,
    read: (start, count) => {
      let bytes = recent.deref();
      if (bytes?.length !== length) {
        bytes = decodeVarints(range, length, bytesPerValue);
        recent = new WeakRef(bytes);
      }
      return bytes.subarray(start, start + count);
    },
  };
}

function countVarints(range: FileRange): number {
  let count = 0;
  for (const part of windows(range)) for (const byte of part) if (byte < 0x80) count++;
  return count;
}

function decodeVarints(range: FileRange, length: number, bytesPerValue: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  let position = 0;
  let low = 0;
  let high = 0;
  let shift = 0;
  for (const part of windows(range)) {
    for (const byte of part) {
      const bits = byte & 0x7f;
      // 28 bits fit below without touching the upper half; the fifth byte is shared by both halves.
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high |= bits >> 4;
      else if (shift > 28 && shift < 64) high |= bits << (shift - 32);
      if (byte >= 0x80) {
        shift += 7;
        continue;
      }
      if (bytesPerValue === 1) view.setUint8(position, low);
      else if (bytesPerValue === 2) view.setUint16(position, low, true);
      else view.setInt32(position, low, true);
      if (bytesPerValue === 8) view.setInt32(position + 4, high, true);
      position += bytesPerValue;
      low = high = shift = 0;
    }
  }
  return new Uint8Array(view.buffer);
}

function* windows({ source, offset, length }: FileRange): Generator<Uint8Array> {
  for (let start = 0; start < length; start += windowBytes) {
    yield source.read(offset + start, Math.min(windowBytes, length - start));
  }
}

/** The bytes that a tensor of this shape takes; undefined where no file can hold as many. */
export function expectedBytes(type: ElementType, shape: readonly number[]): number | undefined {
  const bytes = packedBytes(
    type,
    shape.reduce((product, dimension) => product * dimension, 1),
  );
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
