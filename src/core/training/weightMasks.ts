// The masks of a run's weights: which elements count as zero, whatever is behind them.
import type { MaskedWeight } from './masking';
import type { TrainingPlan } from './trainingPlan';

export interface WeightMasks {
  /** The trained weights, each with its present mask. At first what is zero in the model counts as zero. */
  readonly weights: () => readonly MaskedWeight[];
  /** Sets masks by the names of weights: 1 for each element that counts as zero. */
  readonly set: (masks: ReadonlyMap<string, Uint8Array>) => void;
}

/** Masks in `keep`, which is as long as all parameters together: 1 for each element that counts, 0 for others. */
export function weightMasks(
  { layout }: TrainingPlan,
  keep: Float32Array,
  parameters: () => Float32Array,
): WeightMasks {
  const members = layout.groups.flatMap((group) => (group.weights ? group.members : []));
  return {
    weights: () =>
      members.map(({ value, start, elements }) => ({
        value,
        numbers: parameters().subarray(start, start + elements),
        keep: keep.subarray(start, start + elements),
      })),
    set: (masks) => {
      for (const { value, start, elements } of members) {
        const mask = masks.get(value);
        if (!mask) continue;
        if (mask.length !== elements)
          throw new Error(`A mask of ${mask.length} for ${elements} weights: ${value}`);
        for (let i = 0; i < elements; i++) keep[start + i] = mask[i] === 0 ? 1 : 0;
      }
    },
  };
}

/** The weights as the network has them: zero where their masks say so. Biases and the like have none. */
export function withMasks(
  { layout }: TrainingPlan,
  parameters: Float32Array,
  keep: Float32Array,
): Float32Array {
  const visible = parameters.slice();
  for (const { weights, start, elements } of layout.groups) {
    if (!weights) continue;
    for (let i = start; i < start + elements; i++) if (keep[i] === 0) visible[i] = 0;
  }
  return visible;
}
