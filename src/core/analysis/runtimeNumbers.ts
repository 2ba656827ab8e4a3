// Tensors of a runtime as numbers and back.
import { encodeNumbers, isNumeric, tensorNumbers, type Numbers } from '../ir/numbers';
import type { ElementType } from '../ir/elementType';
import { Tensor } from '../ir/tensor';
import type { RuntimeTensor } from '../runtime/runtime';

/** The elements of a tensor as numbers, or undefined where they are none (strings). */
export function runtimeNumbers(value: RuntimeTensor): Numbers | undefined {
  if (!isNumeric(value.type)) return undefined;
  const { buffer, byteOffset, byteLength } = value.data;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return tensorNumbers(Tensor.fromBytes('', value.type, value.shape, bytes));
}

/** Numbers as a tensor of a numeric type, rounded as `encodeNumbers` rounds. */
export function runtimeTensor(
  type: ElementType,
  shape: readonly number[],
  numbers: ArrayLike<number>,
): RuntimeTensor {
  const bytes = encodeNumbers(type, numbers);
  return { type, shape, data: viewed(type, bytes) };
}

/** A runtime wants the array class of the type; types that have no class of their own travel as unsigned bits. */
function viewed(type: ElementType, bytes: Uint8Array<ArrayBuffer>): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = bytes;
  const View = arrayClasses[type];
  if (!View) return bytes;
  return new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT);
}

interface ArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView;
}

const arrayClasses: Partial<Record<ElementType, ArrayClass>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};
