// The grids that the options ask for, of all weights of a model.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import { pauseFor } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import { graphsWithin, storedTensors } from '../../ir/traversal';
import { checkLayerNames } from '../layerNames';
import type { StepContext } from '../step';
import { weightsOf, type Weight } from '../weights';
import type { WeightGrid } from './grids/weightGrid';
import { groupObstacle, planWeight } from './planWeights';
import type { QuantizationPlan } from './quantizationPlan';
import { weightOptionsOf, type QuantizeOptions, type WeightOptions } from './quantizeOptions';
import { storageLimits } from './storage/storageLimits';

/** A weight that the options want on a grid of their own. */
export interface WantedWeight {
  readonly weight: Weight;
  readonly own: WeightOptions;
}

/** The weights that are not excluded. Throws STEP_INVALID where options name layers that there are not. */
export function wantedWeights(model: Model, options: QuantizeOptions): readonly WantedWeight[] {
  const { exclude = [], perLayer = {} } = options;
  checkLayerNames(model, { step: 'quantize', option: 'exclude', names: exclude });
  checkLayerNames(model, { step: 'quantize', option: 'perLayer', names: Object.keys(perLayer) });
  return weightsOf(model).flatMap((weight) => {
    const own = weightOptionsOf(options, weight.layer);
    return own ? [{ weight, own }] : [];
  });
}

/** A plan for the weights, and why some of them have no grid. Throws STEP_INVALID and the signal's reason. */
export async function planGrids(
  model: Model,
  options: QuantizeOptions,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
): Promise<{ readonly plan: QuantizationPlan; readonly notes: readonly Note[] }> {
  const notes: Note[] = [];
  const pause = pauseFor(signal);
  const grids = new Map<Tensor, WeightGrid>();
  const weights = wantedWeights(model, options);
  const limits = storageLimits(model);
  const inGraphs = new Set(
    [...graphsWithin(model.graph)].flatMap((graph) => [...storedTensors(graph).values()]),
  );
  for (const [index, { weight, own }] of weights.entries()) {
    const result = inGraphs.has(weight.tensor)
      ? await planWeight(weight, own, limits, pause)
      : 'it is a constant of a function';
    if (typeof result === 'string') {
      notes.push(note('NOT_QUANTIZED', { tensor: weight.value, reason: result }));
    } else {
      grids.set(weight.tensor, result);
      const reason = result.kind === 'uniform' ? groupObstacle(weight, own, limits) : undefined;
      if (reason !== undefined) notes.push(note('NOT_IN_GROUPS', { tensor: weight.value, reason }));
    }
    progress((index + 1) / weights.length, weight.layer);
  }
  return { plan: { model, weights: grids, activations: new Map() }, notes };
}
