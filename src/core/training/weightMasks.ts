// The masks of a run's weights: which elements count as zero, whatever is behind them.
import type { WeightForm } from './forms';
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

/** Each weight as the product of what is trained and its mask, whose gradient goes to what is trained as it is. */
export function maskForms(
  { layout }: Pick<TrainingPlan, 'layout'>,
  keep: Float32Array,
): ReadonlyMap<string, WeightForm> {
  const members = layout.groups.flatMap((group) => (group.weights ? group.members : []));
  return new Map(
    members.map(({ value, start, elements, tensor: { shape } }): readonly [string, WeightForm] => {
      const data = keep.subarray(start, start + elements);
      return [
        value,
        {
          own: {},
          fed: { keep: { type: 'float32', shape, data } },
          write: ({ build, value: masked, input, fed }) => {
            build.nodeNamed('Mul', [input, fed['keep']], [masked]);
            return { input: (gradient) => gradient };
          },
          visible: (numbers) => numbers.map((number, i) => (data[i] === 0 ? 0 : number)),
        },
      ];
    }),
  );
}
