// Measures what pruning a layer alone does to the loss: sparsities from half of the layer to all of it, on training
// samples, so that nothing that is judged by later decides.
import { CounterweightError } from '../../../shared/base/errors';
import { targetsOf } from '../../analysis/evaluate';
import { variantMeter, type Quality } from '../../analysis/variantMeter';
import type { Model } from '../../ir/graph';
import { pauseFor } from '../../ir/pacing';
import { replaceWeights } from '../weights';
import type { HarmCurve } from './allocateSparsity';
import type { CriterionContext } from './criteria/criterion';
import { droppedUnits, type ScoredWeight } from './droppedUnits';
import type { Units } from './units';

const levels = [0.5, 0.75, 0.875, 0.9375, 0.96875, 0.984375, 1] as const;

/**
 * The rise of the loss over that of the model as it is, for each layer and level; what is removed together are its units. Throws STEP_NEEDS_DATA, what
 * `evaluate` throws and the signal's reason.
 */
export async function measureHarm(
  model: Model,
  layers: ReadonlyMap<string, readonly ScoredWeight[]>,
  unitsOf: (weight: ScoredWeight) => Units,
  { data, samples, signal, progress }: CriterionContext,
): Promise<readonly HarmCurve[]> {
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  targetsOf(data.train);
  const pause = pauseFor(signal);
  const meter = await variantMeter(model, data.train, { limit: samples, signal });
  try {
    const before = lossOf(meter.baseline);
    const curves: HarmCurve[] = [];
    let done = 0;
    for (const [layer, weights] of layers) {
      const elements = weights.reduce((sum, { tensor }) => sum + tensor.elements, 0);
      const points = [];
      for (const sparsity of levels) {
        const count = Math.round(sparsity * elements);
        const dropped = await droppedUnits(weights, count, unitsOf, pause);
        const pruned = replaceWeights(model, new Map(dropped));
        points.push({ sparsity, harm: pruned === model ? 0 : lossOf(await meter.measure(pruned)) - before });
        progress(++done / (layers.size * levels.length));
      }
      curves.push({ layer, elements, points });
    }
    return curves;
  } finally {
    await meter.dispose();
  }
}

function lossOf({ loss = Number.NaN }: Quality): number {
  return Number.isFinite(loss) ? loss : Number.MAX_VALUE;
}
