// What is compressed alone: one layer, or with channels all layers that have theirs in common.
import type { Note } from '../../../shared/base/messages';
import { inferShapes } from '../../analysis/shapes';
import { channelGroups } from '../../compression/pruning/structured/channelGroups';
import { refusalNotes } from '../../compression/pruning/structured/pruneChannels';
import { weightsOf } from '../../compression/weights';
import type { Model } from '../../ir/graph';
import { layersOf } from '../../operators/layers';

export interface LayerUnit {
  /** The first one gives the unit its name. */
  readonly layers: readonly [string, ...string[]];
  /** Of the first one. */
  readonly operator: string;
  /** Elements of the weights of all of them, biases and the like not counted. */
  readonly parameters: number;
}

export interface LayerUnits {
  /** In graph order. */
  readonly units: readonly LayerUnit[];
  /** Why other layers are in none. */
  readonly notes: readonly Note[];
}

/** Every layer with weights by itself. */
export function singleLayers(model: Model): LayerUnits {
  const sets = weightsOf(model).map(({ layer }) => [layer] as const);
  return { units: unitsOf(model, [...new Map(sets.map((set) => [set[0], set])).values()]), notes: [] };
}

/** The layers that make channels which can be removed, those together that share some. */
export async function channelLayers(model: Model, signal: AbortSignal): Promise<LayerUnits> {
  const { groups, refused } = channelGroups(model, await inferShapes(model, { signal }));
  let sets: readonly (readonly string[])[] = [];
  for (const { layers } of groups) {
    const joined = sets.filter((set) => set.some((layer) => layers.includes(layer)));
    const apart = sets.filter((set) => !joined.includes(set));
    sets = [...apart, [...new Set([...joined.flat(), ...layers])]];
  }
  return { units: unitsOf(model, sets), notes: refusalNotes(refused) };
}

function unitsOf(model: Model, sets: readonly (readonly string[])[]): readonly LayerUnit[] {
  const setOf = new Map(sets.flatMap((set) => set.map((layer) => [layer, set])));
  const units = new Map<readonly string[], LayerUnit>();
  for (const { label, node, tensors } of layersOf(model)) {
    const set = setOf.get(label);
    if (!set) continue;
    const unit = units.get(set);
    const parameters = tensors
      .filter(({ role }) => role === 'weight')
      .reduce((sum, tensor) => sum + tensor.parameters, unit?.parameters ?? 0);
    const layers = unit ? ([...unit.layers, label] as const) : ([label] as const);
    units.set(set, { layers, operator: unit?.operator ?? node.operator, parameters });
  }
  return [...units.values()];
}
