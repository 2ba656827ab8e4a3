// The recipe step "quantize": weights become numbers of few bits, everything else stays. Biases and normalization
// parameters are few and need their precision. The graph computes the weights where it uses them, so that stock
// runtimes run it. The parts of the step are those of `quantizationPlan`: a plan is made, improved, and written.
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import { pauseFor } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import { graphsWithin, storedTensors } from '../../ir/traversal';
import { defineStep } from '../defineStep';
import { checkLayerNames } from '../layerNames';
import type { StepContext, StepResult, WeightShare } from '../step';
import { weightsOf, type Weight } from '../weights';
import type { WeightGrid } from './grids/weightGrid';
import type { QuantizationPlan } from './quantizationPlan';
import { planWeight, weightLayout } from './planWeights';
import { quantizeSchema, weightOptionsOf, type QuantizeOptions } from './quantizeOptions';
import { standardOpset } from '../../operators/opsets/standardOpset';
import { prepareOpset } from './storage/prepareOpset';
import { storeWeights } from './storage/storeWeights';

export const quantize = defineStep({
  id: 'quantize',
  title: 'Quantize',
  phase: 'quantizing',
  schema: quantizeSchema,
  suffix: ({ bits }) => `int${bits}`,
  apply: quantizeModel,
  estimate: quantizeShare,
});

function quantizeShare(share: WeightShare, options: QuantizeOptions): WeightShare {
  const own = weightOptionsOf(options, share.weight.layer);
  if (!own) return share;
  const planned = weightLayout(share.weight, own);
  if (typeof planned === 'string') return share;
  // What has taken the place of a weight is quantized like it, with nearly the same part of scales.
  const part = share.elements / share.weight.tensor.elements;
  return { ...share, bytes: Math.round(planned.bytes * part) };
}

async function quantizeModel(
  model: Model,
  options: QuantizeOptions,
  context: StepContext,
): Promise<StepResult> {
  const { plan, notes } = await planned(model, options, context);
  if (plan.weights.size === 0) return { model, notes };
  const written = writePlan(plan);
  return { model: written.model, notes: [...notes, ...written.notes] };
}

/** The grids that the options ask for, and why some weights have none. */
async function planned(
  model: Model,
  options: QuantizeOptions,
  context: Pick<StepContext, 'signal' | 'progress'>,
): Promise<{ readonly plan: QuantizationPlan; readonly notes: readonly Note[] }> {
  const notes: Note[] = [];
  const pause = pauseFor(context.signal);
  const grids = new Map<Tensor, WeightGrid>();
  const { exclude = [], perLayer = {} } = options;
  checkLayerNames(model, { step: 'quantize', option: 'exclude', names: exclude });
  checkLayerNames(model, { step: 'quantize', option: 'perLayer', names: Object.keys(perLayer) });
  const weights = weightsOf(model).flatMap((weight) => {
    const own = weightOptionsOf(options, weight.layer);
    return own ? [{ weight, own }] : [];
  });
  const inGraphs = new Set(
    [...graphsWithin(model.graph)].flatMap((graph) => [...storedTensors(graph).values()]),
  );
  for (const [index, { weight, own }] of weights.entries()) {
    const result = inGraphs.has(weight.tensor)
      ? await planWeight(weight, own, standardOpset(model), pause)
      : 'it is a constant of a function';
    if (typeof result === 'string') {
      notes.push(note('NOT_QUANTIZED', { tensor: weight.value, reason: result }));
    } else {
      grids.set(weight.tensor, result);
    }
    context.progress((index + 1) / weights.length, weight.layer);
  }
  return { plan: { model, weights: grids, activations: new Map() }, notes };
}

/** The plan as a model that stock ONNX Runtime runs. */
export function writePlan({ model, weights }: QuantizationPlan): {
  readonly model: Model;
  readonly notes: readonly Note[];
} {
  const prepared = prepareOpset(model, weights);
  const written = storeWeights(prepared.model, weights, prepared.domain);
  const products = weightsOf(model).filter((weight) => weights.has(weight.tensor) && isRightFactor(weight));
  const rounded = products.length === 0 ? [] : [note('ACTIVATIONS_ROUNDED', { count: products.length })];
  return { model: written, notes: [...prepared.notes, ...rounded] };
}

/**
 * Whether a weight is the right factor of a matrix product. ONNX Runtime fuses such a product with its dequantization
 * into MatMulNBits, which by default rounds the left factor to 8 bits as well.
 */
function isRightFactor({ tensor, outputAxis }: Weight): boolean {
  return tensor.type === 'float32' && tensor.shape.length === 2 && outputAxis === 1;
}
