// Pruning in the course of one training, in which weights that were cut can come back: see surgery.ts.
import path from 'node:path';
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import type { CurvesView } from '../../../shared/contracts/viewModels';
import type { Model } from '../../ir/graph';
import { train } from '../../training/train';
import { trainSchema } from '../../training/trainOptions';
import type { StepContext, StepResult } from '../step';
import { fineTuneAdvice } from './fineTuneAdvice';
import { prunableWeights } from './prunableWeights';
import type { PruneOptions } from './pruneOptions';
import { surgery } from './surgery';

/**
 * Trains with masks that change, and then with those that were chosen last; the given model is not changed. A killed
 * run goes on from its last epoch. Throws STEP_NEEDS_DATA and what training throws.
 */
export async function pruneWithRegrowth(
  model: Model,
  options: PruneOptions,
  context: StepContext,
): Promise<StepResult> {
  const { data, index, seed, checkpointFolder, signal, progress, gate } = context;
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  const task = {
    model,
    path: context.path,
    data,
    options: trainSchema.parse(options.fineTune),
    seed,
    keepZeros: false,
    masking: surgery(model, options),
    step: index,
    ...(checkpointFolder !== undefined && { checkpointFolder: path.join(checkpointFolder, `step-${index}`) }),
  };
  const curves = (view: CurvesView): void => context.curves(advised(view));
  const result = await train(task, { signal, progress, gate, curves });
  return {
    model: result.model,
    notes: [...leftAlone(model, result.model, options), ...result.notes],
    pruned: true,
    training: advised(result.training),
  };
}

function advised<View extends CurvesView>(view: View): View {
  return { ...view, diagnosis: fineTuneAdvice(view.diagnosis) };
}

/** Weights that are not trained would not grow; they are not pruned. */
function leftAlone(before: Model, after: Model, { exclude }: PruneOptions): readonly Note[] {
  const { weights, notes } = prunableWeights(before, exclude);
  const same = new Set(prunableWeights(after, exclude).weights.map(({ tensor }) => tensor));
  const untrained = weights.filter(({ tensor }) => same.has(tensor));
  const reason = 'it is not trained, so that it could not come back';
  return [...notes, ...untrained.map(({ value }) => note('NOT_PRUNED', { tensor: value, reason }))];
}
