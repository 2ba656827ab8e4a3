// Quantization-aware training: the network is trained as it will compute, with weights and activations on their grids,
// and what comes out is a plan again. Weights keep real numbers behind those on the grid, which add up small steps.
import path from 'node:path';
import type { z } from 'zod';
import { CounterweightError } from '../../../../shared/base/errors';
import type { Note } from '../../../../shared/base/messages';
import type { TrainingView } from '../../../../shared/contracts/viewModels';
import type { Tensor } from '../../../ir/tensor';
import { storedTensors } from '../../../ir/traversal';
import type { Forms, ValueForm, WeightForm } from '../../../training/forms';
import { train, type TrainResult } from '../../../training/train';
import { trainSchema } from '../../../training/trainOptions';
import type { StepContext } from '../../step';
import type { AffineGrid } from '../grids/affineGrid';
import type { UniformGrid, WeightGrid } from '../grids/weightGrid';
import type { QuantizationPlan } from '../quantizationPlan';
import type { gridTrainingSchema } from './gridTrainingOptions';
import {
  activationForm,
  learnedActivationGrid,
  learnedGrid,
  weightGridForm,
  type StepSizes,
} from './gridForms';

export type GridTrainingOptions = z.output<typeof gridTrainingSchema>;

export interface TrainedPlan {
  readonly plan: QuantizationPlan;
  readonly notes: readonly Note[];
  readonly training: TrainingView;
}

/**
 * Trains the plan's weights on its grids, and the step sizes of these. The losses and accuracies of the curves are those
 * of the network on its grids. A killed run goes on from its last epoch. Throws STEP_NEEDS_DATA and what training throws.
 */
export async function trainOnGrids(
  plan: QuantizationPlan,
  { learnSteps, ...options }: GridTrainingOptions,
  context: StepContext,
): Promise<TrainedPlan> {
  const { data, index, seed, pruned, checkpointFolder, signal, progress, curves, gate } = context;
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'quantize' });
  const forms = formsOf(plan, learnSteps ? 'learned' : 'kept');
  const task = {
    model: plan.model,
    path: context.path,
    data,
    options: trainSchema.parse(options),
    seed,
    keepZeros: pruned,
    forms: forms.all,
    step: index,
    ...(checkpointFolder !== undefined && { checkpointFolder: path.join(checkpointFolder, `step-${index}`) }),
  };
  const result = await train(task, { signal, progress, gate, curves });
  return { plan: learnedPlan(plan, forms, result), notes: result.notes, training: result.training };
}

interface PlanForms {
  readonly all: Forms;
  /** The stored weights that have forms, by their names. */
  readonly weights: ReadonlyMap<string, { readonly grid: UniformGrid; readonly form: WeightForm }>;
  /** By the grids; values that share a grid share its form. */
  readonly activations: ReadonlyMap<AffineGrid, ValueForm>;
}

function formsOf(plan: QuantizationPlan, steps: StepSizes): PlanForms {
  const weights = new Map<string, { readonly grid: UniformGrid; readonly form: WeightForm }>();
  for (const [value, tensor] of storedTensors(plan.model.graph)) {
    const grid = plan.weights.get(tensor);
    if (grid?.kind === 'uniform')
      weights.set(value, { grid, form: weightGridForm(tensor.shape, grid, steps) });
  }
  // What the network takes is what it is: its grid was chosen for that, and no gradient is needed by it.
  const inputs = new Set(plan.model.graph.inputs.map(({ name }) => name));
  const activations = new Map<AffineGrid, ValueForm>();
  const values = [...plan.activations].map(([value, grid]) => {
    const form = activations.get(grid) ?? activationForm(grid, inputs.has(value) ? 'kept' : steps);
    activations.set(grid, form);
    return [value, form] as const;
  });
  const grids = {
    weights: [...weights].map(([value, { grid }]) => [value, grid]),
    values: [...plan.activations],
  };
  return {
    weights,
    activations,
    all: {
      key: JSON.stringify({ steps, ...grids }),
      weights: new Map([...weights].map(([value, { form }]) => [value, form])),
      values: new Map(values),
    },
  };
}

/** The trained weights, each on its grid, and grids with the learned step sizes. */
function learnedPlan(
  plan: QuantizationPlan,
  { weights, activations }: PlanForms,
  { model, ownNumbers }: TrainResult,
): QuantizationPlan {
  const stored = storedTensors(model.graph);
  const grids = new Map<Tensor, WeightGrid>(plan.weights);
  for (const [value, tensor] of storedTensors(plan.model.graph)) {
    const own = weights.get(value);
    if (!own) continue;
    grids.delete(tensor);
    grids.set(stored.get(value)!, learnedGrid(own.grid, ownNumbers.get(own.form) ?? {}));
  }
  const learned = new Map(
    [...activations].map(([grid, form]) => [grid, learnedActivationGrid(grid, ownNumbers.get(form) ?? {})]),
  );
  return {
    model,
    weights: grids,
    activations: new Map([...plan.activations].map(([value, grid]) => [value, learned.get(grid)!])),
  };
}
