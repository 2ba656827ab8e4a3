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
  unitsOf: UnitsOf,
  pause: Pause,
): Promise<readonly (readonly [Tensor, Tensor])[]> {
  const masks = await droppedMasks(weights, count, unitsOf, pause);
  return weights.flatMap((weight, p) => masked(weight, masks[p]!));
}

export type UnitsOf = (weight: ScoredWeight) => Units;

/** For each of the weights, 1 for each element of the units of lowest score; see `lowestUnits` for how many those are. */
export async function droppedMasks(
  weights: readonly ScoredWeight[],
  count: number,
  unitsOf: UnitsOf,
  pause: Pause,
): Promise<readonly Uint8Array[]> {
  const parts = weights.map(unitsOf);
  const dropped = await lowestUnits(parts, count, pause);
  return weights.map(({ scores }, p) => {
    const units = dropped[p]!;
    const { unitOf } = parts[p]!;
    const mask = new Uint8Array(scores.length);
    for (let i = 0; i < mask.length; i++) mask[i] = units[unitOf(i)]!;
    return mask;
  });
}

/** The weight with the mask, where that makes one more zero than there are. */
export function masked(weight: ScoredWeight, mask: Uint8Array): readonly (readonly [Tensor, Tensor])[] {
  const changes = mask.some((drop, i) => drop === 1 && weight.scores[i] !== -Infinity);
  return changes ? [[weight.tensor, maskedTensor(weight.source, mask)]] : [];
}
