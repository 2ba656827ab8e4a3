// Tensor content as numbers: decoding of every numeric element type, in chunks where a tensor may be large.
import { elementTypes, type ElementType } from './elementType';
import { Tensor } from './tensor';

/** Numbers of a tensor: float64 for types whose values float32 cannot hold, float32 otherwise. */
export type Numbers = Float32Array | Float64Array;

const chunkElements = 1 << 18;

/** All elements of a numeric tensor as numbers. A new array at every call; 64-bit integers are rounded to float64. */
export function tensorNumbers(tensor: Tensor): Numbers {
  return decode(tensor.type, tensor.bytes(), tensor.elements);
}

/** The elements of a numeric tensor in order, a bounded part at a time. */
export function* tensorChunks(tensor: Tensor): Generator<Numbers> {
  const { bits } = elementTypes[tensor.type];
  for (let start = 0; start < tensor.elements; start += chunkElements) {
    const count = Math.min(chunkElements, tensor.elements - start);
    yield decode(tensor.type, tensor.bytes((start * bits) / 8, Math.ceil((count * bits) / 8)), count);
  }
}

/** Whether `tensorNumbers` can read elements of this type. */
export function isNumeric(type: ElementType): boolean {
  return type in decoders;
}

/** A float32 tensor of the given values. */
export function float32Tensor(name: string, shape: readonly number[], values: Float32Array): Tensor {
  return Tensor.fromBytes(
    name,
    'float32',
    shape,
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
}

type Decoder = (view: DataView, count: number) => Numbers;

const decoders: Partial<Record<ElementType, Decoder>> = {
  float32: (view, count) => fill(new Float32Array(count), (i) => view.getFloat32(4 * i, true)),
  float64: (view, count) => fill(new Float64Array(count), (i) => view.getFloat64(8 * i, true)),
  float16: (view, count) =>
    fill(new Float32Array(count), (i) => float16ToNumber(view.getUint16(2 * i, true))),
  bfloat16: (view, count) =>
    fill(new Float32Array(count), (i) => bfloat16ToNumber(view.getUint16(2 * i, true))),
  int8: (view, count) => fill(new Float32Array(count), (i) => view.getInt8(i)),
  uint8: (view, count) => fill(new Float32Array(count), (i) => view.getUint8(i)),
  bool: (view, count) => fill(new Float32Array(count), (i) => view.getUint8(i)),
  int16: (view, count) => fill(new Float32Array(count), (i) => view.getInt16(2 * i, true)),
  uint16: (view, count) => fill(new Float32Array(count), (i) => view.getUint16(2 * i, true)),
  int32: (view, count) => fill(new Float64Array(count), (i) => view.getInt32(4 * i, true)),
  uint32: (view, count) => fill(new Float64Array(count), (i) => view.getUint32(4 * i, true)),
  int64: (view, count) => fill(new Float64Array(count), (i) => Number(view.getBigInt64(8 * i, true))),
  uint64: (view, count) => fill(new Float64Array(count), (i) => Number(view.getBigUint64(8 * i, true))),
  int4: (view, count) => fill(new Float32Array(count), (i) => (nibble(view, i) << 28) >> 28),
  uint4: (view, count) => fill(new Float32Array(count), (i) => nibble(view, i)),
};

function decode(type: ElementType, bytes: Uint8Array, count: number): Numbers {
  if (type === 'float32' && bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, count).slice();
  }
  const decoder = decoders[type];
  if (!decoder) throw new Error(`Elements of type ${type} have no numbers`);
  return decoder(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), count);
}

function fill<T extends Numbers>(array: T, valueAt: (index: number) => number): T {
  for (let i = 0; i < array.length; i++) array[i] = valueAt(i);
  return array;
}

function nibble(view: DataView, index: number): number {
  const byte = view.getUint8(index >> 1);
  return index % 2 === 0 ? byte & 0x0f : byte >> 4;
}

/** IEEE 754 binary16 to number. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 (the upper half of a float32) to number. */
export function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
