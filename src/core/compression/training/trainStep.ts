// The recipe step "train": trains or fine-tunes the weights on the run's data. After pruning it keeps zeros zero
// (Han, Pool, Tran, Dally: Learning both weights and connections for efficient neural networks; NIPS 2015).
import path from 'node:path';
import type { z } from 'zod';
import { CounterweightError } from '../../../shared/base/errors';
import type { CurvesView } from '../../../shared/contracts/viewModels';
import type { Model } from '../../ir/graph';
import { train as trainModel } from '../../training/train';
import { trainSchema } from '../../training/trainOptions';
import { defineStep } from '../defineStep';
import type { StepContext, StepResult } from '../step';

export const train = defineStep({
  id: 'train',
  title: 'Train',
  phase: 'training',
  schema: trainSchema,
  needsData: true,
  effort: ({ epochs }) => 2 * epochs,
  suffix: ({ epochs }) => `train${epochs}`,
  apply,
  estimate: (share) => share,
});

async function apply(
  model: Model,
  options: z.output<typeof trainSchema>,
  context: StepContext,
): Promise<StepResult> {
  const { data, index, seed, signal, progress, curves, gate, checkpointFolder } = context;
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'train' });
  const keepZeros = options.keepZeros ?? context.pruned;
  const task = {
    model,
    path: context.path,
    data,
    options,
    seed,
    keepZeros,
    step: index,
    ...(checkpointFolder !== undefined && { checkpointFolder: path.join(checkpointFolder, `step-${index}`) }),
  };
  const sparsity = keepZeros ? context.sparsity() : 0;
  const result = await trainModel(task, {
    signal,
    progress,
    curves: (view) => curves(withSparsity(view, sparsity)),
    gate,
  });
  return {
    ...result,
    training: withSparsity(result.training, sparsity),
    ...(keepZeros && { pruned: true }),
  };
}

/** Where zeros are kept, each epoch tells how many there are. */
function withSparsity<View extends CurvesView>(view: View, sparsity: number): View {
  if (sparsity === 0) return view;
  return { ...view, history: view.history.map((epoch) => ({ ...epoch, sparsity })) };
}
