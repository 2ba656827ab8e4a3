// The zero-order entropy of stored elements: the bits that no coder can go below which codes each element by itself
// and knows how often each occurs (Shannon 1948: H = −Σ p log2 p).
import type { Pause } from '../ir/pacing';
import type { Symbols } from './storedSymbols';

/**
 * Entropy of all elements together, in bits. What the table of frequencies takes is not in it: where nearly every
 * element is another one, no coder comes near. @param chunks gives the symbols anew at each call.
 */
export async function entropyBits(
  chunks: () => Iterable<Symbols>,
  elements: number,
  bits: number,
  pause: Pause,
): Promise<number> {
  if (elements === 0) return 0;
  const sum = bits <= 16 ? await sumOfSmall(chunks, pause) : await sumOfLarge(chunks, elements, bits, pause);
  return Math.max(0, elements * Math.log2(elements) - sum);
}

/** Σ c log2 c over the counts c of symbols of at most 16 bits. */
async function sumOfSmall(chunks: () => Iterable<Symbols>, pause: Pause): Promise<number> {
  const counts = new Float64Array(1 << 16);
  for (const symbols of chunks()) {
    await pause();
    for (let i = 0; i < symbols.length; i++) counts[Number(symbols[i])]!++;
  }
  return sumOf(counts);
}

/** The same for larger ones: in groups of the same upper half, so that no table is as large as there are symbols. */
async function sumOfLarge(
  chunks: () => Iterable<Symbols>,
  elements: number,
  bits: number,
  pause: Pause,
): Promise<number> {
  if (bits === 64) return sumOfSorted(chunks, elements, pause);
  const starts = new Float64Array((1 << 16) + 1);
  for (const symbols of chunks()) {
    await pause();
    for (let i = 0; i < symbols.length; i++) starts[(Number(symbols[i]) >>> 16) + 1]!++;
  }
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const next = starts.slice();
  const lower = new Uint16Array(elements);
  for (const symbols of chunks()) {
    await pause();
    for (let i = 0; i < symbols.length; i++) {
      const symbol = Number(symbols[i]);
      lower[next[symbol >>> 16]!++] = symbol & 0xffff;
    }
  }
  let sum = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    const [start, end] = [starts[group]!, starts[group + 1]!];
    if (start === end) continue;
    await pause();
    sum += sumOfGroup(lower.subarray(start, end));
  }
  return sum;
}

/** Few symbols are sorted, many are counted. */
function sumOfGroup(symbols: Uint16Array): number {
  if (symbols.length < 1 << 14) return sumOfRuns(symbols.toSorted());
  const counts = new Float64Array(1 << 16);
  for (let i = 0; i < symbols.length; i++) counts[symbols[i]!]!++;
  return sumOf(counts);
}

async function sumOfSorted(chunks: () => Iterable<Symbols>, elements: number, pause: Pause): Promise<number> {
  const all = new BigUint64Array(elements);
  let at = 0;
  for (const symbols of chunks()) {
    await pause();
    all.set(symbols as BigUint64Array, at);
    at += symbols.length;
  }
  return sumOfRuns(all.toSorted());
}

function sumOfRuns(sorted: Uint16Array | BigUint64Array): number {
  let sum = 0;
  for (let start = 0, i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[start]) continue;
    sum += weighed(i - start);
    start = i;
  }
  return sum;
}

function sumOf(counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += weighed(counts[i]!);
  return sum;
}

function weighed(count: number): number {
  return count > 1 ? count * Math.log2(count) : 0;
}
