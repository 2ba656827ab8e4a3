// The range of values under each grid of a weight.
import type { Pause } from '../../../ir/pacing';
import { numbersWithin, type Numbers } from '../../../ir/numbers';
import type { Tensor } from '../../../ir/tensor';
import type { Range } from './affineGrid';
import { eachRun, type GridLayout } from './gridLayout';

const chunkElements = 1 << 18;

/** Smallest and largest value of each grid of a layout; undefined where the tensor holds NaN or infinite values. */
export async function weightRanges(
  tensor: Tensor,
  layout: GridLayout,
  pause: Pause,
): Promise<Range[] | undefined> {
  const min = new Float64Array(layout.count).fill(Infinity);
  const max = new Float64Array(layout.count).fill(-Infinity);
  for (let start = 0; start < tensor.elements; start += chunkElements) {
    await pause();
    const count = Math.min(chunkElements, tensor.elements - start);
    const values = numbersWithin(tensor, start, count);
    if (!areFinite(values)) return undefined;
    eachRun(layout, start, count, (grid, from, to) => {
      let low = min[grid]!;
      let high = max[grid]!;
      for (let i = from; i < to; i++) {
        const value = values[i]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      min[grid] = low;
      max[grid] = high;
    });
  }
  return Array.from(min, (low, grid) => ({ min: low, max: max[grid]! }));
}

/** What is not finite, less itself, is NaN. */
function areFinite(values: Numbers): boolean {
  let probe = 0;
  for (const value of values) probe += value - value;
  return probe === 0;
}
