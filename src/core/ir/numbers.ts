// Tensor content as numbers and back, for every numeric element type; in chunks where a tensor may be large. Content
// is little-endian, as is every machine that VS Code runs on: aligned bytes are viewed, not taken apart.
import { elementTypes, type ElementType } from './elementType';
import {
  bfloat16FromNumber,
  float16FromNumber,
  float16ToNumber,
  roundHalfEven,
  tinyFloatFromNumber,
  tinyFloatValues,
  type TinyFloatType,
} from './smallFloats';
import { Tensor } from './tensor';

/** Numbers of a tensor: float64 for types whose values float32 cannot hold, float32 otherwise. */
export type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const chunkElements = 1 << 18;

/** All elements of a numeric tensor as numbers. A new array at every call; 64-bit integers are rounded to float64. */
export function tensorNumbers(tensor: Tensor): Numbers {
  return decodeNumbers(tensor.type, tensor.bytes(), tensor.elements);
}

/** The elements of a numeric tensor in order, a bounded part at a time. */
export function* tensorChunks(tensor: Tensor): Generator<Numbers> {
  const { elements } = tensor;
  for (let start = 0; start < elements; start += chunkElements) {
    yield numbersWithin(tensor, start, Math.min(chunkElements, elements - start));
  }
}

/** `count` elements of a numeric tensor from element `start` on; 4-bit types only from an even element on. */
export function numbersWithin(tensor: Tensor, start: number, count: number): Numbers {
  const { bits } = elementTypes[tensor.type];
  return decodeNumbers(tensor.type, tensor.bytes((start * bits) / 8, Math.ceil((count * bits) / 8)), count);
}

/** Whether elements of this type are numbers: `tensorNumbers` can read them and `encodeNumbers` write them. */
export function isNumeric(type: ElementType): boolean {
  return codecs[type] !== undefined;
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

/**
 * Numbers as packed content of a numeric type: floats rounded to the nearest representable value, ties to even;
 * integers too, and then clamped to their range (NaN becomes 0); bool is whether a number is not 0.
 */
export function encodeNumbers(type: ElementType, numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const encoded = codecOf(type).encode(numbers);
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

/** `count` numbers from packed content of a numeric type, in a new array. */
export function decodeNumbers(type: ElementType, bytes: Uint8Array, count: number): Numbers {
  return codecOf(type).decode(bytes, count);
}

function codecOf(type: ElementType): Codec {
  const codec = codecs[type];
  if (!codec) throw new Error(`Elements of type ${type} have no numbers`);
  return codec;
}

interface Codec {
  /** Numbers in a buffer of their own. */
  readonly decode: (bytes: Uint8Array, count: number) => Numbers;
  readonly encode: (numbers: ArrayLike<number>) => ArrayBufferView<ArrayBuffer>;
}

const codecs: Partial<Record<ElementType, Codec>> = {
  float32: {
    decode: (bytes, count) => new Float32Array(copied(bytes, 4 * count)),
    encode: (numbers) => new Float32Array(numbers),
  },
  float64: {
    decode: (bytes, count) => new Float64Array(copied(bytes, 8 * count)),
    encode: (numbers) => new Float64Array(numbers),
  },
  float16: {
    decode: decodeFloat16,
    encode: (numbers) => each(new Uint16Array(numbers.length), numbers, float16FromNumber),
  },
  bfloat16: {
    decode: decodeBfloat16,
    encode: (numbers) => each(new Uint16Array(numbers.length), numbers, bfloat16FromNumber),
  },
  float8e4m3fn: tinyFloatCodec('float8e4m3fn'),
  float8e4m3fnuz: tinyFloatCodec('float8e4m3fnuz'),
  float8e5m2: tinyFloatCodec('float8e5m2'),
  float8e5m2fnuz: tinyFloatCodec('float8e5m2fnuz'),
  float8e8m0: tinyFloatCodec('float8e8m0'),
  float4e2m1: {
    decode: (bytes, count) => {
      const values = tinyFloatValues('float4e2m1');
      return decodePacked(bytes, count, 4, (code) => values[code]!);
    },
    encode: (numbers) => encodePacked(numbers, 4, (value) => tinyFloatFromNumber('float4e2m1', value)),
  },
  int8: {
    decode: (bytes, count) => new Float32Array(viewed(Int8Array, bytes, count)),
    encode: (numbers) => each(new Int8Array(numbers.length), numbers, clampedTo(-128, 127)),
  },
  uint8: {
    decode: (bytes, count) => new Float32Array(viewed(Uint8Array, bytes, count)),
    encode: (numbers) => each(new Uint8Array(numbers.length), numbers, clampedTo(0, 255)),
  },
  bool: {
    decode: (bytes, count) => new Float32Array(viewed(Uint8Array, bytes, count)),
    encode: (numbers) => each(new Uint8Array(numbers.length), numbers, (value) => (value === 0 ? 0 : 1)),
  },
  int16: {
    decode: (bytes, count) => new Float32Array(viewed(Int16Array, bytes, count)),
    encode: (numbers) => each(new Int16Array(numbers.length), numbers, clampedTo(-(2 ** 15), 2 ** 15 - 1)),
  },
  uint16: {
    decode: (bytes, count) => new Float32Array(viewed(Uint16Array, bytes, count)),
    encode: (numbers) => each(new Uint16Array(numbers.length), numbers, clampedTo(0, 2 ** 16 - 1)),
  },
  int32: {
    decode: (bytes, count) => new Float64Array(viewed(Int32Array, bytes, count)),
    encode: (numbers) => each(new Int32Array(numbers.length), numbers, clampedTo(-(2 ** 31), 2 ** 31 - 1)),
  },
  uint32: {
    decode: (bytes, count) => new Float64Array(viewed(Uint32Array, bytes, count)),
    encode: (numbers) => each(new Uint32Array(numbers.length), numbers, clampedTo(0, 2 ** 32 - 1)),
  },
  int64: {
    decode: (bytes, count) => decode64(bytes, count, viewed(Int32Array, bytes, 2 * count)),
    encode: (numbers) =>
      BigInt64Array.from({ length: numbers.length }, (_, i) =>
        toBigInt(numbers[i]!, -(2n ** 63n), 2n ** 63n - 1n),
      ),
  },
  uint64: {
    decode: (bytes, count) => decode64(bytes, count, viewed(Uint32Array, bytes, 2 * count)),
    encode: (numbers) =>
      BigUint64Array.from({ length: numbers.length }, (_, i) => toBigInt(numbers[i]!, 0n, 2n ** 64n - 1n)),
  },
  int4: packedIntegerCodec(4, -8, 7),
  uint4: packedIntegerCodec(4, 0, 15),
  int2: packedIntegerCodec(2, -2, 1),
  uint2: packedIntegerCodec(2, 0, 3),
};

type ArrayView =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>;

interface ArrayViewType<T extends ArrayView> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
}

/** The bytes as elements: a view where they are aligned, else over a copy. */
function viewed<T extends ArrayView>(type: ArrayViewType<T>, bytes: Uint8Array, count: number): T {
  const size = type.BYTES_PER_ELEMENT;
  if (bytes.byteOffset % size === 0) return new type(bytes.buffer as ArrayBuffer, bytes.byteOffset, count);
  return new type(copied(bytes, size * count), 0, count);
}

/** The first bytes in a buffer of their own; throws where there are fewer. */
function copied(bytes: Uint8Array, length: number): ArrayBuffer {
  if (bytes.length < length) throw new Error(`Tensor content ends after ${bytes.length} of ${length} bytes`);
  const copy = new Uint8Array(length);
  copy.set(bytes.length === length ? bytes : bytes.subarray(0, length));
  return copy.buffer;
}

let float16Values: Float32Array | undefined;

function decodeFloat16(bytes: Uint8Array, count: number): Numbers {
  const codes = viewed(Uint16Array, bytes, count);
  const values = new Float32Array(count);
  // The table of all values pays for tensors, not for a single scale.
  if (count < 1024 && !float16Values) {
    for (let i = 0; i < count; i++) values[i] = float16ToNumber(codes[i]!);
    return values;
  }
  const table = (float16Values ??= Float32Array.from({ length: 1 << 16 }, (_, bits) =>
    float16ToNumber(bits),
  ));
  for (let i = 0; i < count; i++) values[i] = table[codes[i]!]!;
  return values;
}

function decodeBfloat16(bytes: Uint8Array, count: number): Numbers {
  const upperHalves = viewed(Uint16Array, bytes, count);
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = upperHalves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Halves are exact in float64, so that their sum is rounded once. The upper half carries the sign. */
function decode64(bytes: Uint8Array, count: number, upper: Int32Array | Uint32Array): Numbers {
  const lower = viewed(Uint32Array, bytes, 2 * count);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = upper[2 * i + 1]! * 2 ** 32 + lower[2 * i]!;
  return values;
}

function toBigInt(value: number, low: bigint, high: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(high)) return high;
  if (value <= Number(low)) return low;
  return BigInt(Math.abs(value) < 2 ** 51 ? roundHalfEven(value) : Math.round(value));
}

function clampedTo(low: number, high: number): (value: number) => number {
  return (value) => (Number.isNaN(value) ? 0 : roundHalfEven(Math.min(Math.max(value, low), high)));
}

function each<T extends ArrayView>(
  target: T,
  numbers: ArrayLike<number>,
  encode: (value: number) => number,
): T {
  for (let i = 0; i < target.length; i++) target[i] = encode(numbers[i]!);
  return target;
}

function tinyFloatCodec(type: TinyFloatType): Codec {
  return {
    decode: (bytes, count) => {
      const table = tinyFloatValues(type);
      const codes = viewed(Uint8Array, bytes, count);
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) values[i] = table[codes[i]!]!;
      return values;
    },
    encode: (numbers) =>
      each(new Uint8Array(numbers.length), numbers, (value) => tinyFloatFromNumber(type, value)),
  };
}

function packedIntegerCodec(bits: 2 | 4, low: number, high: number): Codec {
  const clamp = clampedTo(low, high);
  return {
    decode: (bytes, count) =>
      decodePacked(bytes, count, bits, (code) => (code > high ? code - (1 << bits) : code)),
    encode: (numbers) => encodePacked(numbers, bits, clamp),
  };
}

/** Elements of less than a byte are packed from the lowest bits up. */
function decodePacked(
  bytes: Uint8Array,
  count: number,
  bits: 2 | 4,
  valueOf: (code: number) => number,
): Numbers {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const values = new Float32Array(count);
  const table = Float32Array.from({ length: 1 << bits }, (_, code) => valueOf(code));
  for (let i = 0; i < count; i++) {
    values[i] = table[(bytes[Math.floor(i / perByte)]! >> (bits * (i % perByte))) & mask]!;
  }
  return values;
}

function encodePacked(
  numbers: ArrayLike<number>,
  bits: 2 | 4,
  codeOf: (value: number) => number,
): Uint8Array<ArrayBuffer> {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const packed = new Uint8Array(Math.ceil(numbers.length / perByte));
  for (let i = 0; i < numbers.length; i++) {
    packed[Math.floor(i / perByte)]! |= (codeOf(numbers[i]!) & mask) << (bits * (i % perByte));
  }
  return packed;
}
