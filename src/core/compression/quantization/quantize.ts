// The recipe step "quantize": weights become int8, everything else stays. Biases and normalization parameters are few
// and need their precision. The graph dequantizes the weights where it uses them, so that stock runtimes run it.
import { z } from 'zod';
import { note, type Note } from '../../../shared/base/messages';
import type { Model } from '../../ir/graph';
import { pauseFor } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import { graphsWithin, storedTensors } from '../../ir/traversal';
import { raiseOpset } from '../../operators/opsets/raiseOpset';
import { standardOpset } from '../../operators/opsets/standardOpset';
import { defineStep } from '../defineStep';
import { checkLayerNames } from '../layerNames';
import type { StepContext, StepResult, WeightShare } from '../step';
import { weightsOf, type Weight } from '../weights';
import { insertDequantize, type DequantizeDomain } from './insertDequantize';
import { int8Layout, planWeight, type WeightPlan } from './planWeight';

const schema = z.strictObject({
  bits: z.literal(8).default(8).describe('Bits of a stored weight.'),
  scheme: z
    .enum(['symmetric', 'asymmetric'])
    .default('symmetric')
    .describe('Whether the grid is centred on zero, or follows the smallest and the largest weight.'),
  granularity: z
    .enum(['tensor', 'channel'])
    .default('channel')
    .describe('Whether each output channel has a scale of its own, or the whole tensor has one.'),
  exclude: z.array(z.string().min(1)).optional().describe('Names of layers that keep their type.'),
});

type QuantizeOptions = z.output<typeof schema>;

export const quantize = defineStep({
  id: 'quantize',
  title: 'Quantize',
  phase: 'quantizing',
  schema,
  suffix: ({ bits }) => `int${bits}`,
  apply: quantizeModel,
  estimate: quantizeShare,
});

function quantizeShare(share: WeightShare, options: QuantizeOptions): WeightShare {
  if (options.exclude?.includes(share.weight.layer)) return share;
  const layout = int8Layout(share.weight, options);
  if (typeof layout === 'string') return share;
  // What has taken the place of a weight is quantized like it, with nearly the same part of scales.
  const part = share.elements / share.weight.tensor.elements;
  return { ...share, bytes: Math.round(layout.bytes * part) };
}

async function quantizeModel(
  model: Model,
  options: QuantizeOptions,
  context: StepContext,
): Promise<StepResult> {
  const notes: Note[] = [];
  const pause = pauseFor(context.signal);
  const quantized = new Map<Tensor, WeightPlan>();
  const { exclude = [] } = options;
  checkLayerNames(model, { step: 'quantize', option: 'exclude', names: exclude });
  const weights = weightsOf(model).filter(({ layer }) => !exclude.includes(layer));
  const inGraphs = new Set(
    [...graphsWithin(model.graph)].flatMap((graph) => [...storedTensors(graph).values()]),
  );
  for (const [index, weight] of weights.entries()) {
    const result = inGraphs.has(weight.tensor)
      ? await planWeight(weight, options, standardOpset(model), pause)
      : 'it is a constant of a function';
    if (typeof result === 'string') {
      notes.push(note('NOT_QUANTIZED', { tensor: weight.value, reason: result }));
    } else {
      quantized.set(weight.tensor, result);
    }
    context.progress((index + 1) / weights.length, weight.layer);
  }
  if (quantized.size === 0) return { model, notes };

  const perChannel = [...quantized.values()].some(({ axis }) => axis !== undefined);
  const prepared = prepareModel(model, perChannel ? 13 : 10);
  notes.push(...prepared.notes);
  const products = weights.filter((weight) => quantized.has(weight.tensor) && isRightFactor(weight)).length;
  if (products > 0) notes.push(note('ACTIVATIONS_ROUNDED', { count: products }));
  return { model: insertDequantize(prepared.model, quantized, prepared.domain), notes };
}

/**
 * Whether a weight is the right factor of a matrix product. ONNX Runtime fuses such a product with its dequantization
 * into MatMulNBits, which by default rounds the left factor to 8 bits as well.
 */
function isRightFactor({ tensor, outputAxis }: Weight): boolean {
  return tensor.type === 'float32' && tensor.shape.length === 2 && outputAxis === 1;
}

/** The model with an opset that has the DequantizeLinear needed, or else the domain that has it for every opset. */
function prepareModel(
  model: Model,
  needed: 10 | 13,
): { readonly model: Model; readonly domain: DequantizeDomain; readonly notes: readonly Note[] } {
  const opset = standardOpset(model);
  if (opset >= needed) return { model, domain: '', notes: [] };
  const raised = raiseOpset(model, needed);
  if ('model' in raised) {
    return { model: raised.model, domain: '', notes: [note('OPSET_RAISED', { from: opset, to: needed })] };
  }
  const operators = raised.refused.join(', ');
  return { model, domain: 'com.microsoft', notes: [note('CONTRIB_QUANTIZE', { opset, operators })] };
}
