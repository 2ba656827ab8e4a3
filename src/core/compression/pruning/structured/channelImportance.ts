// How much a channel matters: what its criterion says of all weights that go with it, as DepGraph (Fang et al., CVPR
// 2023, §3.3) sums over a group.
import type { Tensor } from '../../../ir/tensor';
import type { ChannelGroup } from './channelGroups';

/** By value, the stored tensor and the scores of its elements. */
export type ScoredTensors = ReadonlyMap<string, { readonly tensor: Tensor; readonly scores: Float32Array }>;

/** For each channel of the group the sum of the scores of its weights; an element in two of its runs counts twice. */
export function channelImportance(group: ChannelGroup, scored: ScoredTensors): Float64Array {
  return Float64Array.from(group.channels, (channel) => {
    let sum = 0;
    for (const { value, axis, index } of channel) {
      const found = scored.get(value);
      if (found) sum += sumAt(found.tensor.shape, found.scores, axis, index);
    }
    return sum;
  });
}

function sumAt(shape: readonly number[], scores: Float32Array, axis: number, index: number): number {
  const size = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((product, dimension) => product * dimension, 1);
  let sum = 0;
  for (let start = index * inner; start < scores.length; start += size * inner) {
    for (let i = start; i < start + inner; i++) sum += scores[i]!;
  }
  return sum;
}
