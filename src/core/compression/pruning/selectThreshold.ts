// Finds the magnitude below which the smallest weights lie, by counting and without sorting: a radix selection over
// the bits of the magnitudes. Two passes over the weights and half a megabyte of counters, however many there are.
import type { Pause } from '../../ir/pacing';
import type { MagnitudeSource } from './magnitudeSource';

/** Elements read at a time. */
const chunkElements = 1 << 18;

const lowBits = 15;
const lowMask = (1 << lowBits) - 1;

export interface Threshold {
  /** Float32 bits of the threshold: every weight whose magnitude has smaller bits is among the smallest. */
  readonly key: number;
  /** How many of the weights exactly at the threshold are among the smallest. */
  readonly tied: number;
  /** How many weights are exactly at the threshold. */
  readonly equal: number;
}

/** The threshold of the `count` smallest magnitudes of all sources together; 1 ≤ count ≤ number of elements. */
export async function selectThreshold(
  sources: readonly MagnitudeSource[],
  count: number,
  pause: Pause,
  progress: (fraction: number) => void,
): Promise<Threshold> {
  const high = new Uint32Array(1 << 16);
  await eachChunk(
    sources,
    pause,
    (share) => progress(share / 2),
    (keys) => {
      for (let i = 0; i < keys.length; i++) high[keys[i]! >>> lowBits]!++;
    },
  );
  const highPart = find(high, count);

  const low = new Uint32Array(1 << lowBits);
  await eachChunk(
    sources,
    pause,
    (share) => progress((1 + share) / 2),
    (keys) => {
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]!;
        if (key >>> lowBits === highPart.bin) low[key & lowMask]!++;
      }
    },
  );
  const lowPart = find(low, count - highPart.before);

  return {
    key: (highPart.bin << lowBits) | lowPart.bin,
    tied: count - highPart.before - lowPart.before,
    equal: low[lowPart.bin] ?? 0,
  };
}

/** The bin in which the `count`-th element lies, and how many elements are in the bins before it. */
function find(bins: Uint32Array, count: number): { bin: number; before: number } {
  let before = 0;
  let bin = 0;
  while (bin < bins.length - 1 && before + bins[bin]! < count) before += bins[bin++]!;
  return { bin, before };
}

/** Calls `use` with the keys of every chunk of every source in order; the array is reused. */
export async function eachChunk(
  sources: readonly MagnitudeSource[],
  pause: Pause,
  progress: (fraction: number) => void,
  use: (keys: Uint32Array, source: MagnitudeSource, start: number) => boolean | void,
): Promise<void> {
  const total = sources.reduce((sum, source) => sum + source.tensor.elements, 0);
  const buffer = new Uint32Array(
    Math.min(chunkElements, Math.max(0, ...sources.map((s) => s.tensor.elements))),
  );
  let done = 0;
  for (const source of sources) {
    const { tensor, bits } = source;
    for (let start = 0; start < tensor.elements; start += chunkElements) {
      await pause();
      const count = Math.min(chunkElements, tensor.elements - start);
      const keys = buffer.subarray(0, count);
      source.readKeys(tensor.bytes((start * bits) / 8, Math.ceil((count * bits) / 8)), start, keys);
      if (use(keys, source, start) === false) return;
      done += count;
      progress(done / total);
    }
  }
}
