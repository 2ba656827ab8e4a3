// A tensor whose small weights read as zero. The pruned content is made when it is read, so that pruning a large
// model takes no memory of its own.
import { Tensor } from '../../ir/tensor';
import type { MagnitudeSource } from './magnitudeSource';

export interface Cut {
  /** Weights whose magnitude has smaller float32 bits are zero. */
  readonly key: number;
  /** Weights exactly at the threshold are zero if their position is below this one. */
  readonly tiedBelow: number;
}

export function prunedTensor(source: MagnitudeSource, cut: Cut): Tensor {
  const { tensor, bytesPerElement: size } = source;
  return new Tensor({
    name: tensor.name,
    type: tensor.type,
    shape: tensor.shape,
    read: (offset, length) => {
      const start = Math.floor(offset / size);
      const count = Math.ceil((offset + length) / size) - start;
      const bytes = prunedBytes(source, cut, start, count);
      return bytes.subarray(offset - start * size, offset - start * size + length);
    },
  });
}

/** A pruned copy of `count` elements from element `start` on. */
function prunedBytes(
  source: MagnitudeSource,
  { key, tiedBelow }: Cut,
  start: number,
  count: number,
): Uint8Array {
  const size = source.bytesPerElement;
  const bytes = new Uint8Array(source.tensor.bytes(start * size, count * size));
  const keys = new Uint32Array(count);
  source.readKeys(bytes, start, keys);
  zeroWhere(source, bytes, start, (i) => keys[i]! < key || (keys[i] === key && start + i < tiedBelow));
  return bytes;
}

/** Writes what stands for zero into those elements of `bytes`, the first of which is element `start` of the tensor. */
export function zeroWhere(
  { bytesPerElement: size, zeroAt }: MagnitudeSource,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  isPruned: (index: number) => boolean,
): void {
  const count = bytes.length / size;
  if (size === 1) {
    for (let i = 0; i < count; i++) if (isPruned(i)) bytes[i] = zeroAt(start + i);
  } else if (size === 2) {
    const values = new Uint16Array(bytes.buffer);
    for (let i = 0; i < count; i++) if (isPruned(i)) values[i] = zeroAt(start + i);
  } else {
    const values = size === 4 ? new Uint32Array(bytes.buffer) : new Float64Array(bytes.buffer);
    for (let i = 0; i < count; i++) if (isPruned(i)) values[i] = 0;
  }
}
