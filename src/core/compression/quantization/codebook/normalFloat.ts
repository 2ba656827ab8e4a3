// The 4-bit type NormalFloat: places of which as many normally distributed numbers go to each, with a scale for each
// few neighbours (Dettmers et al.: QLoRA: efficient finetuning of quantized LLMs; NeurIPS 2023, §3 and appendix E).
import { elementsOf } from '../../../ir/elements';
import { channelLayout, tensorLayout, type GridLayout } from '../grids/gridLayout';
import type { CodebookGrid } from '../grids/weightGrid';

/**
 * From −1 to 1, with 0 among them: quantiles of the standard normal distribution over its largest one, eight for
 * negative numbers and nine from 0 on.
 */
export const normalFloatValues: readonly number[] = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
  -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
  0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
];

const mostInGroup = 64;
const leastInGroup = 16;

/**
 * Groups of neighbours, in the order in which they are stored, whatever the axes: of 64 numbers as in the paper, or else
 * as many below that as divide the weight into whole groups. Where not even 16 do, each output channel is a group.
 */
export function normalFloatLayout(shape: readonly number[], outputAxis: number | undefined): GridLayout {
  const elements = elementsOf(shape);
  for (let inner = mostInGroup; inner >= leastInGroup; inner--) {
    if (elements % inner !== 0 || elements === inner) continue;
    const count = elements / inner;
    const storedShape = [count, inner];
    return { count, inner, length: count, axis: 0, groupSize: undefined, storedShape };
  }
  return outputAxis === undefined ? tensorLayout(shape) : channelLayout(shape, outputAxis);
}

/** @param largest The largest magnitude of each group, finite. */
export function normalFloatGrid(layout: GridLayout, largest: readonly number[]): CodebookGrid {
  // A group of zeros has any scale.
  const scales = Float32Array.from(largest, (magnitude) => (magnitude > 0 ? magnitude : 1));
  return {
    kind: 'codebook',
    bits: 4,
    values: Float32Array.from(normalFloatValues),
    groups: { layout, scales },
  };
}
