// How the elements of a tensor fall into channels along an axis, and the range of values in each.
import { elementsOf } from '../../ir/elements';
import { numbersWithin, type Numbers } from '../../ir/numbers';
import type { Tensor } from '../../ir/tensor';
import type { Pause } from '../../ir/pacing';
import type { Range } from './affineGrid';

const chunkElements = 1 << 18;

/** Row-major layout: element i is in channel floor(i / inner) mod count. */
export interface Channels {
  readonly count: number;
  /** Elements that follow each other within one channel. */
  readonly inner: number;
}

/** The channels of a tensor along an axis; one channel for the whole tensor without an axis. */
export function channelsOf(shape: readonly number[], axis: number | undefined): Channels {
  if (axis === undefined) return { count: 1, inner: Math.max(1, elementsOf(shape)) };
  return { count: shape[axis] ?? 1, inner: elementsOf(shape.slice(axis + 1)) };
}

/** Calls `use` for every run of neighbouring elements of one channel, from element `start` on. */
export function eachRun(
  { count, inner }: Channels,
  start: number,
  elements: number,
  use: (channel: number, from: number, to: number) => void,
): void {
  for (let from = 0; from < elements;) {
    const position = start + from;
    const to = Math.min(elements, from + inner - (position % inner));
    use(Math.floor(position / inner) % count, from, to);
    from = to;
  }
}

/** The range of each channel; undefined where the tensor holds NaN or infinite values. */
export async function channelRanges(
  tensor: Tensor,
  channels: Channels,
  pause: Pause,
): Promise<Range[] | undefined> {
  const min = new Float64Array(channels.count).fill(Infinity);
  const max = new Float64Array(channels.count).fill(-Infinity);
  for (let start = 0; start < tensor.elements; start += chunkElements) {
    await pause();
    const count = Math.min(chunkElements, tensor.elements - start);
    const values = numbersWithin(tensor, start, count);
    if (!areFinite(values)) return undefined;
    eachRun(channels, start, count, (channel, from, to) => {
      let low = min[channel]!;
      let high = max[channel]!;
      for (let i = from; i < to; i++) {
        const value = values[i]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      min[channel] = low;
      max[channel] = high;
    });
  }
  return Array.from(min, (low, channel) => ({ min: low, max: max[channel]! }));
}

/** What is not finite, less itself, is NaN. */
function areFinite(values: Numbers): boolean {
  let probe = 0;
  for (const value of values) probe += value - value;
  return probe === 0;
}
