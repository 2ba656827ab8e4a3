// The form "depthwise-separable" of the step replace.
import type { CompactForm } from './compactForm';
import { kernelPositions, type LinearShape } from './linearLayers';
import { separableShapes, separableStages } from './separableStages';

/**
 * A depthwise convolution makes no more maps than it gets channels: of the three colours of an image or the few
 * channels of a first layer, one filter each is not what the next layer can put many different outputs together of.
 */
const fewestBetween = 8;

/** `multiplier` depthwise kernels for each input channel. */
export function separableForm(multiplier: number): CompactForm {
  return {
    shapes: (layer) => unsuitable(layer) ?? separableShapes(sizes(layer), multiplier),
    doubt: ({ channels }) =>
      channels * multiplier < fewestBetween
        ? `fewer than ${fewestBetween} channels would be between the two convolutions`
        : undefined,
    stages: (_, block, { moments, pause }) =>
      separableStages(block, multiplier, pause, moments && momentsOf(moments, block)),
  };
}

/** Why a layer has no kernel that could be taken apart from its channels; undefined where it has one. */
export function unsuitable(layer: LinearShape): string | undefined {
  if (layer.kind !== 'convolution') return 'it is no convolution';
  return kernelPositions(layer) === 1 ? 'its kernel has one element only' : undefined;
}

function sizes(layer: LinearShape) {
  return { outputs: layer.outputs, channels: layer.channels, positions: kernelPositions(layer) };
}

/** The part of the moments that belongs to the kernel of one channel. */
function momentsOf(
  moments: Float64Array,
  { channels, positions }: { readonly channels: number; readonly positions: number },
): (channel: number) => Float64Array {
  const features = channels * positions;
  return (channel) => {
    const block = new Float64Array(positions * positions);
    for (let i = 0; i < positions; i++) {
      const from = (channel * positions + i) * features + channel * positions;
      block.set(moments.subarray(from, from + positions), i * positions);
    }
    return block;
  };
}
