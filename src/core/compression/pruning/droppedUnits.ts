// Weights that have scores, and what is left of them without the units of lowest score.
import type { Pause } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import { lowestUnits } from './lowestUnits';
import { maskedTensor } from './maskedTensor';
import type { PrunableWeight } from './prunableWeights';
import type { Units } from './units';

export interface ScoredWeight extends PrunableWeight {
  /** −∞ for weights that are zero already, which therefore go first. */
  readonly scores: Float32Array;
}

/** The weights without their lowest units, as far as that changes them. */
export async function droppedUnits(
  weights: readonly ScoredWeight[],
  count: number,
  unitsOf: (weight: ScoredWeight) => Units,
  pause: Pause,
): Promise<readonly (readonly [Tensor, Tensor])[]> {
  const parts = weights.map(unitsOf);
  const dropped = await lowestUnits(parts, count, pause);
  return weights.flatMap((weight, p) => {
    const units = dropped[p]!;
    const { unitOf } = parts[p]!;
    const mask = new Uint8Array(weight.scores.length);
    for (let i = 0; i < mask.length; i++) mask[i] = units[unitOf(i)]!;
    return masked(weight, mask);
  });
}

/** The weight with the mask, where that makes one more zero than there are. */
export function masked(weight: ScoredWeight, mask: Uint8Array): readonly (readonly [Tensor, Tensor])[] {
  const changes = mask.some((drop, i) => drop === 1 && weight.scores[i] !== -Infinity);
  return changes ? [[weight.tensor, maskedTensor(weight.source, mask)]] : [];
}
