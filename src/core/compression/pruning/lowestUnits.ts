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
  await eachChunk((own, sizes, start, end) => {
    for (let i = start; i < end; i++) high[own[i]! >>> 16]! += sizes[i]!;
  });
  const top = find(high, count);
  const low = new Float64Array(1 << 16);
  await eachChunk((own, sizes, start, end) => {
    for (let i = start; i < end; i++) if (own[i]! >>> 16 === top.bin) low[own[i]! & 0xffff]! += sizes[i]!;
  });
  const bottom = find(low, count - top.before);
  const threshold = ((top.bin << 16) | bottom.bin) >>> 0;

  let done = top.before + bottom.before;
  let left = keys.reduce((sum, { length }) => sum + length, 0);
  await eachChunk((own, _sizes, start, end, part) => {
    for (let i = start; i < end; i++) {
      if (own[i]! >= threshold) continue;
      part[i] = 1;
      left--;
    }
  });
  await eachChunk((own, sizes, start, end, part) => {
    for (let i = start; i < end; i++) {
      if (own[i] !== threshold || left <= 1 || done + sizes[i]! / 2 > count) continue;
      part[i] = 1;
      done += sizes[i]!;
      left--;
    }
  });
  return dropped;

  async function eachChunk(use: UseChunk): Promise<void> {
    for (const [p, { sizes }] of parts.entries()) {
      const own = keys[p]!;
      for (let start = 0; start < own.length; start += chunkUnits) {
        await pause();
        use(own, sizes, start, Math.min(own.length, start + chunkUnits), dropped[p]!);
      }
    }
  }
}

/** Units from `start` to before `end` of a part: their keys, their sizes, and which of them are dropped. */
type UseChunk = (
  keys: Uint32Array,
  sizes: Uint32Array,
  start: number,
  end: number,
  dropped: Uint8Array,
) => void;

const chunkUnits = 1 << 18;

/** Unsigned numbers in the order of the scores: the bits of a float32, turned over for negative ones. */
function orderedKeys(scores: Float32Array): Uint32Array {
  const values = new Float32Array(scores);
  const keys = new Uint32Array(values.buffer);
  for (let i = 0; i < keys.length; i++) {
    // Negative zero becomes zero.
    values[i]! += 0;
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
