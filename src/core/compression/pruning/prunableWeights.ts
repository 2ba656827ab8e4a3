// Which weights of a model can be pruned, and how they are read.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import { weightsOf, type Weight } from '../weights';
import { magnitudeSource, type MagnitudeSource } from './magnitudeSource';

export interface PrunableWeight extends Weight {
  readonly source: MagnitudeSource;
}

/**
 * Biases, normalization parameters and everything else that is no weight are never pruned, and not mentioned; nor are
 * the layers that are excluded.
 */
export function prunableWeights(
  model: Model,
  excluded: readonly string[] = [],
): {
  readonly weights: readonly PrunableWeight[];
  readonly notes: readonly Note[];
} {
  const weights: PrunableWeight[] = [];
  const notes: Note[] = [];
  for (const weight of weightsOf(model)) {
    if (excluded.includes(weight.layer)) continue;
    const source = magnitudeSource(weight);
    if (typeof source === 'string') {
      notes.push(note('NOT_PRUNED', { tensor: weight.value, reason: source }));
    } else {
      weights.push({ ...weight, source });
    }
  }
  return { weights, notes };
}

/** The weights of each layer, in graph order. */
export function byLayer<T extends Weight>(weights: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const layers = new Map<string, T[]>();
  for (const weight of weights) {
    const own = layers.get(weight.layer) ?? [];
    own.push(weight);
    layers.set(weight.layer, own);
  }
  return layers;
}
