// Half-precision floats for a weight: half the bytes, and nothing to choose.
import { decodeNumbers, encodeNumbers, tensorChunks } from '../../ir/numbers';
import type { Pause } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import type { HalfGrid } from './grids/weightGrid';

/**
 * The grid, or the reason why the tensor keeps its type. Values that the type cannot hold are not cut to its range,
 * 65504 for float16: a network with such weights needs them.
 */
export async function planHalf(
  tensor: Tensor,
  type: HalfGrid['type'],
  pause: Pause,
): Promise<HalfGrid | string> {
  let largest = 0;
  for (const values of tensorChunks(tensor)) {
    await pause();
    for (const value of values) {
      const size = Math.abs(value);
      if (!(size < Infinity)) return 'it holds NaN or infinite values';
      if (size > largest) largest = size;
    }
  }
  const [held = 0] = decodeNumbers(type, encodeNumbers(type, [largest]), 1);
  if (held < Infinity) return { kind: 'half', type };
  return `its values, up to ${largest.toPrecision(3)}, are beyond the range of ${type}`;
}
