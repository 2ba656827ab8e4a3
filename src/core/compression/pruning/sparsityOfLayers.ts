// How much each layer is to lose: layers that have a sparsity of their own are pruned by themselves, and the others
// compete as the scope says.
import type { Weight } from '../weights';
import { byLayer } from './prunableWeights';
import type { PruneOptions } from './pruneOptions';

/** Fractions of weights that are zero afterwards, from 0 to below 1. */
export interface SparsityTarget {
  /** Of the layers without one of their own; undefined where a threshold or a pattern decides. */
  readonly sparsity: number | undefined;
  /** By the names of layers. */
  readonly perLayer: ReadonlyMap<string, number>;
}

/** What the options ask for in the end. `change` makes it what a round asks for. */
export function sparsityTarget(
  { sparsity, perLayer = {} }: Pick<PruneOptions, 'sparsity' | 'perLayer'>,
  change: (sparsity: number) => number = (same) => same,
): SparsityTarget {
  return {
    sparsity: sparsity === undefined ? undefined : change(sparsity),
    perLayer: new Map(Object.entries(perLayer).map(([layer, own]) => [layer, change(own.sparsity)])),
  };
}

/** Weights that compete with each other for what is left. */
export interface Contest<T> {
  /** Where they are those of one layer that was set apart. */
  readonly layer?: string;
  readonly weights: readonly T[];
  readonly sparsity: number;
}

/** The contests of a scope: all of a model's weights but those with a sparsity of their own, or those of each layer. */
export function contestsOf<T extends Weight>(
  weights: readonly T[],
  { sparsity = 0, perLayer }: SparsityTarget,
  scope: PruneOptions['scope'],
): readonly Contest<T>[] {
  const isApart = ({ layer }: T): boolean => perLayer.has(layer) || scope === 'layer';
  const together = weights.filter((weight) => !isApart(weight));
  return [
    ...(together.length > 0 ? [{ weights: together, sparsity }] : []),
    ...[...byLayer(weights.filter(isApart))].map(([layer, own]) => ({
      layer,
      weights: own,
      sparsity: perLayer.get(layer) ?? sparsity,
    })),
  ];
}
