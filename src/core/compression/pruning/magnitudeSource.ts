// How pruning reads and zeroes each element type. Magnitudes are read as the bits of a non-negative float32, because
// the order of those bits is the order of the values, which makes selection a matter of counting.
import { isInteger, type ElementType } from '../../ir/elementType';
import { tensorNumbers } from '../../ir/numbers';
import { float16ToNumber } from '../../ir/smallFloats';
import type { Tensor } from '../../ir/tensor';
import type { LayerTensor } from '../../operators/layers';

export interface MagnitudeSource {
  readonly tensor: Tensor;
  readonly bytesPerElement: 1 | 2 | 4 | 8;
  /**
   * Writes the float32 bits of |w| of consecutive elements into `keys`, the first of which is element `start` of the
   * tensor, from their packed bytes. NaN is larger than everything. float64 is rounded to float32.
   */
  readonly readKeys: (bytes: Uint8Array, start: number, keys: Uint32Array) => void;
  /** The stored value that stands for zero at an element: 0, or the zero point of its channel. */
  readonly zeroAt: (index: number) => number;
}

/** The source of a weight's magnitudes, or the reason why it cannot be pruned. */
export function magnitudeSource(
  weight: Pick<LayerTensor, 'tensor' | 'dequantize'>,
): MagnitudeSource | string {
  const { tensor, dequantize } = weight;
  if (dequantize) return quantizedSource(tensor, dequantize);
  if (isInteger(tensor.type)) return `its ${tensor.type} elements are used as integers`;
  const readKeys = floatReaders[tensor.type];
  if (!readKeys) return `elements of type ${tensor.type} are not supported`;
  return {
    tensor,
    bytesPerElement: tensor.type === 'float64' ? 8 : tensor.type === 'float32' ? 4 : 2,
    readKeys,
    zeroAt: () => 0,
  };
}

type KeyReader = MagnitudeSource['readKeys'];

const magnitudeMask = 0x7fffffff;

const floatReaders: Partial<Record<ElementType, KeyReader>> = {
  float32: (bytes, _start, keys) => {
    const words = new Uint32Array(...aligned(bytes, 4, keys.length));
    for (let i = 0; i < keys.length; i++) keys[i] = words[i]! & magnitudeMask;
  },
  float64: (bytes, _start, keys) => {
    const values = new Float64Array(...aligned(bytes, 8, keys.length));
    const rounded = Float32Array.from(values);
    const words = new Uint32Array(rounded.buffer);
    for (let i = 0; i < keys.length; i++) keys[i] = words[i]! & magnitudeMask;
  },
  float16: (bytes, _start, keys) => {
    const halves = new Uint16Array(...aligned(bytes, 2, keys.length));
    const table = float16Keys();
    for (let i = 0; i < keys.length; i++) keys[i] = table[halves[i]! & 0x7fff]!;
  },
  bfloat16: (bytes, _start, keys) => {
    const halves = new Uint16Array(...aligned(bytes, 2, keys.length));
    for (let i = 0; i < keys.length; i++) keys[i] = (halves[i]! & 0x7fff) << 16;
  },
};

/** |w| = |q − zero point| · scale for integers behind a DequantizeLinear, one scale per tensor or per channel. */
function quantizedSource(
  tensor: Tensor,
  { scale, zeroPoint, axis }: NonNullable<LayerTensor['dequantize']>,
): MagnitudeSource | string {
  const view = integerViews[tensor.type];
  if (!view) return `quantized elements of type ${tensor.type} are not supported`;
  const scales = tensorNumbers(scale);
  const zeros = zeroPoint ? tensorNumbers(zeroPoint) : new Float32Array(scales.length);
  const channels = axis === undefined ? 1 : (tensor.shape[axis] ?? 0);
  if (scales.length !== channels || zeros.length !== channels) {
    return 'its scales are neither one per tensor nor one per channel';
  }
  const inner =
    axis === undefined ? tensor.elements : tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;
  return {
    tensor,
    bytesPerElement: view.bytes,
    readKeys: (bytes, start, keys) => {
      const values = view.read(bytes, keys.length);
      const magnitudes = new Float32Array(keys.buffer, keys.byteOffset, keys.length);
      for (let i = 0; i < keys.length;) {
        const channel = channelOf(start + i);
        const end = Math.min(keys.length, i + inner - ((start + i) % inner));
        const zero = zeros[channel]!;
        const step = Math.abs(scales[channel]!);
        for (; i < end; i++) magnitudes[i] = Math.abs(values[i]! - zero) * step;
      }
    },
    zeroAt: (index) => zeros[channelOf(index)]!,
  };
}

interface IntegerView {
  readonly bytes: 1 | 2;
  readonly read: (bytes: Uint8Array, count: number) => Int8Array | Uint8Array | Int16Array | Uint16Array;
}

const integerViews: Partial<Record<ElementType, IntegerView>> = {
  int8: { bytes: 1, read: (bytes, count) => new Int8Array(bytes.buffer, bytes.byteOffset, count) },
  uint8: { bytes: 1, read: (bytes) => bytes },
  int16: { bytes: 2, read: (bytes, count) => new Int16Array(...aligned(bytes, 2, count)) },
  uint16: { bytes: 2, read: (bytes, count) => new Uint16Array(...aligned(bytes, 2, count)) },
};

/** Buffer, offset and length for a typed array over the bytes, which are copied where they are not aligned. */
function aligned(bytes: Uint8Array, size: number, count: number): [ArrayBuffer, number, number] {
  const whole = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return [whole.buffer as ArrayBuffer, whole.byteOffset, count];
}

let float16Table: Uint32Array | undefined;

/** The float32 bits of each of the 2^15 non-negative float16 values. */
function float16Keys(): Uint32Array {
  if (!float16Table) {
    const values = Float32Array.from({ length: 0x8000 }, (_, bits) => float16ToNumber(bits));
    float16Table = new Uint32Array(values.buffer);
  }
  return float16Table;
}
