// What a tensor takes in the sparse encoding of Deep Compression (Han, Mao, Dally; ICLR 2016, section 2): only the
// elements other than zero are stored, each with its distance from the one before in a few bits. docs/sizes.md tells
// of it to users.
import type { Pause } from '../ir/pacing';
import type { Symbols } from './storedSymbols';

/** A byte that says how the tensor is stored. */
const denseHeaderBytes = 1;
/** That byte, four that count the entries, and one for the element that is left out. */
export const sparseHeaderBytes = 6;
/** Distances take from 1 to so many bits, the same number in all of a tensor. */
export const widestGap = 16;

/**
 * Bytes of the encoded tensor, dense where that is smaller. An entry is an element and the number of elements that are
 * left out before it, in `width` bits; where that number is too large, entries of the left-out element itself stand
 * between, each covering 2^width elements. What is left out is zero, and of symbols of at most 8 bits the most frequent
 * one, as quantized zeros are any number. The width is the one with which all takes least.
 */
export async function sparseBytes(
  chunks: () => Iterable<Symbols>,
  elements: number,
  bits: number,
  pause: Pause,
): Promise<number> {
  const left = bits <= 8 ? await mostFrequent(chunks, pause) : 0;
  const absent = bits === 64 ? BigInt(left) : left;
  const fillers = new Float64Array(widestGap + 1);
  let entries = 0;
  let gap = 0;
  for (const symbols of chunks()) {
    await pause();
    for (let i = 0; i < symbols.length; i++) {
      if (symbols[i] === absent) {
        gap++;
        continue;
      }
      entries++;
      for (let width = 1, more = Math.floor(gap / 2); more > 0 && width <= widestGap; width++) {
        fillers[width]! += more;
        more = Math.floor(more / 2);
      }
      gap = 0;
    }
  }
  const dense = denseHeaderBytes + Math.ceil((elements * bits) / 8);
  const sparse = Array.from({ length: widestGap }, (_, i) => {
    const width = i + 1;
    return sparseHeaderBytes + Math.ceil(((entries + fillers[width]!) * (width + bits)) / 8);
  });
  return Math.min(dense, ...sparse);
}

async function mostFrequent(chunks: () => Iterable<Symbols>, pause: Pause): Promise<number> {
  const counts = new Float64Array(256);
  for (const symbols of chunks()) {
    await pause();
    for (let i = 0; i < symbols.length; i++) counts[Number(symbols[i])]!++;
  }
  return counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));
}
