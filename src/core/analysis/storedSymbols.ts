// The elements of a tensor as a coder sees them: bit patterns, whatever number they stand for.
import { elementTypes } from '../ir/elementType';
import type { Tensor } from '../ir/tensor';

export type Symbols = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** Bits of a symbol; undefined where elements are none (text, pairs of numbers). */
export function symbolBits({ type }: Tensor): number | undefined {
  const { bits, kind } = elementTypes[type];
  return kind === 'string' || kind === 'complex' ? undefined : bits;
}

const partBytes = 1 << 20;

/** The symbols in order, a bounded part at a time. @param bits see `symbolBits`. */
export function* symbolsOf(tensor: Tensor, bits: number): Generator<Symbols> {
  let left = tensor.elements;
  for (let at = 0; at < tensor.byteLength; at += partBytes) {
    // A copy begins at a multiple of its elements' size, as views of larger elements must.
    const bytes = tensor.bytes(at, Math.min(partBytes, tensor.byteLength - at)).slice();
    const symbols = bits < 8 ? unpacked(bytes, bits, left) : viewOf(bytes, bits);
    left -= symbols.length;
    yield symbols;
  }
}

function viewOf({ buffer }: Uint8Array<ArrayBuffer>, bits: number): Symbols {
  if (bits === 8) return new Uint8Array(buffer);
  if (bits === 16) return new Uint16Array(buffer);
  return bits === 32 ? new Uint32Array(buffer) : new BigUint64Array(buffer);
}

/** Several elements in a byte, the lowest bits first; the last byte may have some to spare. */
function unpacked(bytes: Uint8Array, bits: number, left: number): Uint8Array {
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const symbols = new Uint8Array(Math.min(left, bytes.length * perByte));
  for (let i = 0; i < symbols.length; i++) {
    symbols[i] = (bytes[Math.floor(i / perByte)]! >> (bits * (i % perByte))) & mask;
  }
  return symbols;
}
