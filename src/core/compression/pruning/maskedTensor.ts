// A tensor some of whose weights read as zero, by a mask over its elements.
import { Tensor } from '../../ir/tensor';
import type { MagnitudeSource } from './magnitudeSource';
import { zeroWhere } from './prunedTensor';

/** `dropped` is other than 0 for each element that is to be zero; the rest of the content stays what it is. */
export function maskedTensor(source: MagnitudeSource, dropped: Uint8Array): Tensor {
  const { name, type, shape } = source.tensor;
  const bytes = new Uint8Array(source.tensor.bytes());
  zeroWhere(source, bytes, 0, (i) => dropped[i] !== 0);
  return Tensor.fromBytes(name, type, shape, bytes);
}

/** 1 for each element that is zero. */
export function zerosOf(source: MagnitudeSource): Uint8Array {
  const { tensor } = source;
  const keys = new Uint32Array(tensor.elements);
  source.readKeys(tensor.bytes(), 0, keys);
  const zeros = new Uint8Array(keys.length);
  for (let i = 0; i < keys.length; i++) if (keys[i] === 0) zeros[i] = 1;
  return zeros;
}
