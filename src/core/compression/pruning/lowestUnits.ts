// Finds the units of lowest score, by counting and without sorting: a radix selection over bits whose order is that of
// the scores, negative ones too.
import type { Pause } from '../../ir/pacing';
import type { Units } from './units';

/**
 * 1 for each unit to drop, for each of the given parts, which compete with each other: those of lowest score, of equal
 * ones those that come first, until as many elements as are wanted are dropped (nearest to that where units are
 * larger than one element), but never all units.
 */
export async function lowestUnits(
  parts: readonly Units[],
  wanted: number,
  pause: Pause,
): Promise<readonly Uint8Array[]> {
  const dropped = parts.map(({ scores }) => new Uint8Array(scores.length));
  // The threshold is then a score that is there, so that what stays is the best.
  const elements = parts.reduce((sum, { sizes }) => sum + sizes.reduce((a, b) => a + b, 0), 0);
  const count = Math.min(wanted, elements - 1);
  if (count <= 0) return dropped;
  const keys: Uint32Array[] = [];
  for (const { scores } of parts) {
    await pause();
    keys.push(orderedKeys(scores));
  }
  const high = new Float64Array(1 << 16);
  const low = new Float64Array(1 << 16);
  await eachPart((key, size) => (high[key >>> 16]! += size));
  const top = find(high, count);
  await eachPart((key, size) => {
    if (key >>> 16 === top.bin) low[key & 0xffff]! += size;
  });
  const bottom = find(low, count - top.before);
  const threshold = ((top.bin << 16) | bottom.bin) >>> 0;

  let done = 0;
  let left = keys.reduce((sum, { length }) => sum + length, 0);
  await eachUnit((key) => key < threshold);
  await eachUnit((key, size) => key === threshold && done + size / 2 <= count);
  return dropped;

  async function eachPart(use: (key: number, size: number) => void): Promise<void> {
    for (const [p, { sizes }] of parts.entries()) {
      await pause();
      const own = keys[p]!;
      for (let i = 0; i < own.length; i++) use(own[i]!, sizes[i]!);
    }
  }

  async function eachUnit(isNext: (key: number, size: number) => boolean): Promise<void> {
    for (const [p, { sizes }] of parts.entries()) {
      await pause();
      const own = keys[p]!;
      for (let i = 0; i < own.length; i++) {
        if (left <= 1 || !isNext(own[i]!, sizes[i]!)) continue;
        dropped[p]![i] = 1;
        done += sizes[i]!;
        left--;
      }
    }
  }
}

/** Unsigned numbers in the order of the scores: the bits of a float32, turned over for negative ones. */
function orderedKeys(scores: Float32Array): Uint32Array {
  const keys = new Uint32Array(Float32Array.from(scores, (score) => score + 0).buffer);
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i]!;
    keys[i] = bits >>> 31 === 1 ? ~bits : bits | 0x80000000;
  }
  return keys;
}

/** The bin in which the `count`-th element lies, and how many elements are in the bins before it. */
function find(bins: Float64Array, count: number): { readonly bin: number; readonly before: number } {
  let before = 0;
  let bin = 0;
  while (bin < bins.length - 1 && before + bins[bin]! < count) before += bins[bin++]!;
  return { bin, before };
}
