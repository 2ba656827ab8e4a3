// The form "depthwise-separable" of the step replace.
import type { CompactForm } from './compactForm';
import { blockSize, reasonWithoutKernel } from './linearLayers';
import { momentsWithin } from './matrices';
import { reasonTooNarrow } from './narrowness';
import { separableShapes, separableStages } from './separableStages';
import type { BlockSize } from './stage';

/** `multiplier` depthwise kernels for each input channel. */
export function separableForm(multiplier: number): CompactForm {
  return {
    shapes: (layer) => reasonWithoutKernel(layer) ?? separableShapes(blockSize(layer), multiplier),
    doubt: (layer) => reasonTooNarrow(separableShapes(blockSize(layer), multiplier)),
    stages: (_, block, { moments, pause }) =>
      separableStages(block, multiplier, pause, moments && momentsOf(moments, block)),
  };
}

/** The parts of the moments that belong to the kernel of one channel. */
function momentsOf(
  moments: Float64Array,
  { channels, positions }: BlockSize,
): (channel: number) => Float64Array {
  return (channel) => momentsWithin(moments, channels * positions, channel * positions, positions);
}
