// How pruning reads and zeroes each element type. Magnitudes are read as the bits of a non-negative float32, because
// the order of those bits is the order of the values, which makes selection a matter of counting.
import { gridCount, gridPlaces } from '../../analysis/gridPlaces';
import { elementTypes, isInteger, type ElementType } from '../../ir/elementType';
import { decodeNumbers, tensorNumbers } from '../../ir/numbers';
import { float16ToNumber } from '../../ir/smallFloats';
import type { Tensor } from '../../ir/tensor';
import type { LayerTensor } from '../../operators/layers';

export interface MagnitudeSource {
  readonly tensor: Tensor;
  /** Of a stored element; two of 4 bits are in a byte, the first one in its lower half. */
  readonly bits: 4 | 8 | 16 | 32 | 64;
  /**
   * Writes the float32 bits of |w| of consecutive elements into `keys`, the first of which is element `start` of the
   * tensor, from their packed bytes. NaN is larger than everything. float64 is rounded to float32.
   */
  readonly readKeys: (bytes: Uint8Array, start: number, keys: Uint32Array) => void;
  /** The stored value that stands for zero at an element: 0, or the zero point of its grid. */
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
    bits: tensor.type === 'float64' ? 64 : tensor.type === 'float32' ? 32 : 16,
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

/** |w| = |q − zero point| · scale for integers behind a DequantizeLinear, by tensor, by channel or by block. */
function quantizedSource(
  tensor: Tensor,
  grid: NonNullable<LayerTensor['dequantize']>,
): MagnitudeSource | string {
  const { type } = tensor;
  const { bits } = elementTypes[type];
  if (!isInteger(type) || (bits !== 4 && bits !== 8 && bits !== 16)) {
    return `quantized elements of type ${type} are not supported`;
  }
  const scales = tensorNumbers(grid.scale);
  const zeros = grid.zeroPoint ? tensorNumbers(grid.zeroPoint) : new Float32Array(scales.length);
  const count = gridCount(tensor, grid);
  if (scales.length !== count || zeros.length !== count) return 'it has not as many scales as grids';
  const place = gridPlaces(tensor, grid);
  return {
    tensor,
    bits,
    readKeys: (bytes, start, keys) => {
      const values = decodeNumbers(type, bytes, keys.length);
      const magnitudes = new Float32Array(keys.buffer, keys.byteOffset, keys.length);
      for (let i = 0; i < keys.length; i++) {
        const at = place(start + i);
        magnitudes[i] = Math.abs(values[i]! - zeros[at]!) * Math.abs(scales[at]!);
      }
    },
    zeroAt: (index) => zeros[place(index)]!,
  };
}

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
