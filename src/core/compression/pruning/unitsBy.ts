// What is removed together, as the granularity of the options says.
import type { ScoredWeight, UnitsOf } from './droppedUnits';
import { defaultBlock, type PruneOptions } from './pruneOptions';
import { blockUnits, elementUnits } from './units';

/** Blocks, or single weights, by the scores of a weight. */
export function unitsBy({ granularity, block = defaultBlock }: PruneOptions): UnitsOf {
  return granularity === 'block'
    ? (weight: ScoredWeight) => blockUnits(weight, weight.scores, block)
    : ({ scores }: ScoredWeight) => elementUnits(scores);
}
