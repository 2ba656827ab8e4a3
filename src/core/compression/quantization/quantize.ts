// The recipe step "quantize": weights become numbers of few bits, everything else stays. Biases and normalization
// parameters are few and need their precision. The graph computes the weights where it uses them, so that stock
// runtimes run it. The parts of the step are those of `quantizationPlan`: a plan is made, improved, and written.
import { CounterweightError } from '../../../shared/base/errors';
import type { Note } from '../../../shared/base/messages';
import { quantizedType } from '../../../shared/base/quantizedType';
import type { Model } from '../../ir/graph';
import { raisedBytes } from '../../operators/opsets/raisedBytes';
import { raiseOpset, type RaisedOpset } from '../../operators/opsets/raiseOpset';
import { defineStep } from '../defineStep';
import type { StepContext, StepResult, WeightShare } from '../step';
import { weightsOf } from '../weights';
import { bitsUnderBudget } from './mixed/bitsUnderBudget';
import { quantizeActivations } from './activations/quantizeActivations';
import { trainOnGrids, type TrainedPlan } from './fineTuning/trainOnGrids';
import { reduceRange } from './activations/reduceRange';
import { planGrids } from './planGrids';
import { plannedBytes, plannedStorage } from './planWeights';
import type { QuantizationPlan } from './quantizationPlan';
import { defaultSamples, quantizeSchema, weightOptionsOf, type QuantizeOptions } from './quantizeOptions';
import { roundWeights } from './rounding/roundWeights';
import { neededOpset } from './storage/prepareOpset';
import { storageLimits } from './storage/storageLimits';
import { writePlan } from './writePlan';

export const quantize = defineStep({
  id: 'quantize',
  title: 'Quantize',
  phase: 'quantizing',
  schema: quantizeSchema,
  needsData: ({ budget, rounding, activations, fineTune }) =>
    budget !== undefined ||
    fineTune !== undefined ||
    rounding !== 'nearest' ||
    (activations !== undefined && activations.random !== true),
  effort: ({ rounding, fineTune }) => (rounding === 'nearest' ? 1 : 4) + 2 * (fineTune?.epochs ?? 0),
  suffix: quantizedType,
  apply: quantizeModel,
  estimate: quantizeShare,
  estimateOthers: raisingBytes,
});

function quantizeShare(share: WeightShare, options: QuantizeOptions): WeightShare {
  const own = weightOptionsOf(options, share.weight.layer);
  if (!own) return share;
  const bytes = plannedBytes(share.weight, own, storageLimits(share.model));
  if (typeof bytes === 'string') return share;
  // What has taken the place of a weight is quantized like it, with nearly the same part of scales.
  const part = share.elements / share.weight.tensor.elements;
  return { ...share, bytes: Math.round(bytes * part) };
}

/** What raising the opset for the weights comes to; nothing where it cannot be raised. */
function raisingBytes(model: Model, options: QuantizeOptions): number {
  const limits = storageLimits(model);
  const needed = weightsOf(model).map((weight) => {
    const own = weightOptionsOf(options, weight.layer);
    const stored = own && plannedStorage(weight, own, limits);
    return typeof stored === 'object' ? neededOpset(stored) : 0;
  });
  const raised = raiseOpset(model, Math.max(0, ...needed) as RaisedOpset);
  return 'model' in raised ? raisedBytes(model, raised.model) : 0;
}

async function quantizeModel(
  model: Model,
  options: QuantizeOptions,
  context: StepContext,
): Promise<StepResult> {
  const parts = progressParts(context.progress, options);
  const chosen = await bitsUnderBudget(model, options, { ...context, progress: parts.choosing });
  const reduced = reduceRange(chosen.options);
  const grids = await planGrids(model, reduced.options, { ...context, progress: parts.planning });
  const told = [...chosen.notes, ...reduced.notes, ...grids.notes];
  if (grids.plan.weights.size === 0) return { model, notes: told };
  const rounded = await betterRounded(grids.plan, options, { ...context, progress: parts.rounding });
  const observed = await withActivations(rounded.plan, options, { ...context, progress: parts.observing });
  const trained = await fineTuned(observed.plan, options, { ...context, progress: parts.training });
  const written = writePlan(trained.plan);
  return {
    model: written.model,
    notes: [...told, ...rounded.notes, ...observed.notes, ...trained.notes, ...written.notes],
    ...(trained.training && { training: trained.training }),
  };
}

/** The plan itself where weights are rounded to nearest, which writing does. */
async function betterRounded(
  plan: QuantizationPlan,
  { rounding, samples = defaultSamples }: QuantizeOptions,
  { data, seed, signal, progress }: StepContext,
): Promise<{ readonly plan: QuantizationPlan; readonly notes: readonly Note[] }> {
  if (rounding === 'nearest') return { plan, notes: [] };
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'quantize' });
  return roundWeights(plan, { method: rounding, data: data.train, samples, seed, signal, progress });
}

/** The plan itself where only weights are quantized. */
async function withActivations(
  plan: QuantizationPlan,
  { activations }: QuantizeOptions,
  context: StepContext,
): Promise<{ readonly plan: QuantizationPlan; readonly notes: readonly Note[] }> {
  return activations ? quantizeActivations(plan, activations, context) : { plan, notes: [] };
}

/** The plan itself where nothing is trained. */
async function fineTuned(
  plan: QuantizationPlan,
  { fineTune }: QuantizeOptions,
  context: StepContext,
): Promise<Partial<TrainedPlan> & Pick<TrainedPlan, 'plan' | 'notes'>> {
  return fineTune ? trainOnGrids(plan, fineTune, context) : { plan, notes: [] };
}

/** Choosing bits measures every layer many times, and rounding some times; planning reads each weight once. */
function progressParts(
  progress: StepContext['progress'],
  { budget, rounding, activations, fineTune }: QuantizeOptions,
) {
  const planning = 1;
  const choosing = budget ? 20 : 0;
  const roundingPart = rounding === 'nearest' ? 0 : 20;
  const observing = activations ? 5 : 0;
  const training = 20 * (fineTune?.epochs ?? 0);
  const all = choosing + planning + roundingPart + observing + training;
  const part = (before: number, own: number) => (fraction: number, layer?: string) =>
    progress((before + own * fraction) / all, layer);
  return {
    choosing: part(0, choosing),
    planning: part(choosing, planning),
    rounding: part(choosing + planning, roundingPart),
    observing: part(choosing + planning + roundingPart, observing),
    training: part(choosing + planning + roundingPart + observing, training),
  };
}
