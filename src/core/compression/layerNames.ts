// The layers that options of a step name: only names that the model has mean anything, and only of layers with weights.
import { CounterweightError } from '../../shared/base/errors';
import { nearestKey } from '../../shared/base/nearestKey';
import type { Model } from '../ir/graph';
import { weightsOf } from './weights';

export interface NamedLayers {
  /** The step, as a recipe calls it. */
  readonly step: string;
  readonly option: string;
  readonly names: readonly string[];
}

/** Throws STEP_INVALID where a name is not that of a layer with weights, with the nearest one that is. */
export function checkLayerNames(model: Model, { step, option, names }: NamedLayers): void {
  if (names.length === 0) return;
  const known = [...new Set(weightsOf(model).map(({ layer }) => layer))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestKey(unknown, known);
  const hint = nearest === undefined ? `those are ${listed(known)}` : `the nearest is ${nearest}`;
  throw new CounterweightError('STEP_INVALID', {
    step,
    problem: `option ${option} names ${unknown}, but there is no such layer with weights; ${hint}`,
  });
}

const mostListed = 8;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostListed).join(', ');
  return names.length > mostListed ? `${shown} and ${names.length - mostListed} more` : shown;
}
