// The form "bottleneck" of the step replace: a pointwise convolution to fewer channels, the kernel on these, and a
// pointwise convolution back, as in the blocks of deep residual networks (K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual
// Learning for Image Recognition", 2016), but without rectifiers between them, which the layer did not have.
import type { CompactForm } from './compactForm';
import { blockSize, reasonWithoutKernel, type LinearShape } from './linearLayers';
import { reasonTooNarrow } from './narrowness';
import { tuckerShapes, tuckerStages, type TuckerRanks } from './tuckerStages';

/** `width` is how many channels the kernel works on, as a fraction of the layer's outputs. */
export function bottleneckForm(width: number): CompactForm {
  return {
    shapes: (layer) => reasonWithoutKernel(layer) ?? tuckerShapes(blockSize(layer), ranks(layer, width)),
    doubt: (layer) => reasonTooNarrow(tuckerShapes(blockSize(layer), ranks(layer, width))),
    stages: (layer, block, { moments, pause }) => tuckerStages(block, ranks(layer, width), pause, moments),
  };
}

function ranks({ outputs, channels }: LinearShape, width: number): TuckerRanks {
  const narrow = Math.max(1, Math.round(width * outputs));
  return { channels: Math.min(channels, narrow), outputs: narrow };
}
