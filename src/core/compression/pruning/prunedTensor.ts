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
  const { tensor, bits } = source;
  return new Tensor({
    name: tensor.name,
    type: tensor.type,
    shape: tensor.shape,
    read: (offset, length) => {
      const start = Math.floor((offset * 8) / bits);
      const end = Math.min(tensor.elements, Math.ceil(((offset + length) * 8) / bits));
      const bytes = prunedBytes(source, cut, start, end - start);
      const skipped = offset - (start * bits) / 8;
      return bytes.subarray(skipped, skipped + length);
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
  const { tensor, bits } = source;
  const bytes = new Uint8Array(tensor.bytes((start * bits) / 8, Math.ceil((count * bits) / 8)));
  const keys = new Uint32Array(count);
  source.readKeys(bytes, start, keys);
  zeroWhere(source, bytes, start, (i) => keys[i]! < key || (keys[i] === key && start + i < tiedBelow));
  return bytes;
}

/** Writes what stands for zero into those elements of `bytes`, the first of which is element `start` of the tensor. */
export function zeroWhere(
  { tensor, bits, zeroAt }: MagnitudeSource,
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  isPruned: (index: number) => boolean,
): void {
  const count = Math.min((bytes.length * 8) / bits, tensor.elements - start);
  if (bits === 4) {
    for (let i = 0; i < count; i++) {
      if (!isPruned(i)) continue;
      const shift = 4 * (i & 1);
      bytes[i >> 1] = (bytes[i >> 1]! & ~(15 << shift)) | ((zeroAt(start + i) & 15) << shift);
    }
  } else if (bits === 8) {
    for (let i = 0; i < count; i++) if (isPruned(i)) bytes[i] = zeroAt(start + i);
  } else if (bits === 16) {
    const values = new Uint16Array(bytes.buffer);
    for (let i = 0; i < count; i++) if (isPruned(i)) values[i] = zeroAt(start + i);
  } else {
    const values = bits === 32 ? new Uint32Array(bytes.buffer) : new Float64Array(bytes.buffer);
    for (let i = 0; i < count; i++) if (isPruned(i)) values[i] = 0;
  }
}
