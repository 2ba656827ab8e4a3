// Turns a budget into bits for each layer: the options of the step, with those bits among its `perLayer`.
import { CounterweightError } from '../../../../shared/base/errors';
import type { Note } from '../../../../shared/base/messages';
import { modelToBytes } from '../../../formats/modelBytes';
import type { Model } from '../../../ir/graph';
import type { StepContext } from '../../step';
import type { Weight } from '../../weights';
import { planGrids, wantedWeights } from '../planGrids';
import { plannedBytes } from '../planWeights';
import { weightOptionsOf, type QuantizeOptions } from '../quantizeOptions';
import { storageLimits } from '../storage/storageLimits';
import { writePlan } from '../writePlan';
import { chooseBits, type BitBudget, type BitChoice, type BitLayer } from './chooseBits';

/** The bits that a layer can get where the budget lists none. */
const defaultCandidates: readonly number[] = [8, 7, 6, 5, 4, 3, 2];
/** Training samples that layers are measured on, and validation samples that a fall of the accuracy is. */
const defaultBudgetSamples = 500;

/** Throws STEP_NEEDS_DATA, what `chooseBits` throws, and the signal's reason. */
export async function bitsUnderBudget(
  model: Model,
  options: QuantizeOptions,
  { data, signal, progress }: Pick<StepContext, 'data' | 'signal' | 'progress'>,
): Promise<{ readonly options: QuantizeOptions; readonly notes: readonly Note[] }> {
  const { budget, ...others } = options;
  if (!budget) return { options, notes: [] };
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'quantize' });
  const layers = await choicesOf(model, others, budget.bits ?? defaultCandidates, signal);
  if (layers.length === 0) return { options: others, notes: [] };
  const originalBytes = modelToBytes(model).byteLength;
  const fixed = (await planGrids(model, withoutLayers(others, layers), { signal, progress: () => undefined }))
    .plan.weights;
  const chosen = await chooseBits({
    model,
    layers,
    budget: budgetOf(budget),
    samples: budget.samples ?? defaultBudgetSamples,
    data,
    ratioOf: (grids) => {
      const weights = new Map([...fixed, ...grids]);
      const written = writePlan({ model, weights, activations: new Map() }).model;
      return modelToBytes(written).byteLength / originalBytes;
    },
    signal,
    progress,
  });
  return { options: withBits(others, chosen.bits), notes: chosen.notes };
}

/** The layers whose bits the options leave open, at each number of bits; those that keep their type are left out. */
async function choicesOf(
  model: Model,
  options: QuantizeOptions,
  candidates: readonly number[],
  signal: AbortSignal,
): Promise<readonly BitLayer[]> {
  const open = wantedWeights(model, options)
    .map(({ weight }) => weight)
    .filter(({ layer }) => options.perLayer?.[layer]?.bits === undefined);
  const layers = new Map<string, readonly Weight[]>();
  for (const weight of open) layers.set(weight.layer, [...(layers.get(weight.layer) ?? []), weight]);
  const choices = new Map<string, BitChoice[]>([...layers.keys()].map((layer) => [layer, []]));
  for (const bits of [...new Set(candidates)].toSorted((a, b) => b - a)) {
    const own = withBits(options, new Map([...layers.keys()].map((layer) => [layer, bits])));
    const { weights: grids } = (await planGrids(model, own, { signal, progress: () => undefined })).plan;
    for (const [layer, weights] of layers) {
      const planned = weights.filter(({ tensor }) => grids.has(tensor));
      if (planned.length === 0) continue;
      choices.get(layer)!.push({
        bits,
        grids: new Map(planned.map(({ tensor }) => [tensor, grids.get(tensor)!])),
        bytes: planned.reduce((sum, weight) => sum + bytesOf(model, weight, own), 0),
      });
    }
  }
  return [...layers].flatMap(([layer, weights]) => {
    const own = choices.get(layer)!;
    const elements = weights.reduce((sum, { tensor }) => sum + tensor.elements, 0);
    return own.length === 0 ? [] : [{ layer, elements, choices: own }];
  });
}

/** The options with these bits for the layers. */
function withBits(options: QuantizeOptions, bits: ReadonlyMap<string, number>): QuantizeOptions {
  const perLayer = { ...options.perLayer };
  for (const [layer, many] of bits) perLayer[layer] = { ...perLayer[layer], bits: many };
  return { ...options, perLayer };
}

function bytesOf(model: Model, weight: Weight, options: QuantizeOptions): number {
  const bytes = plannedBytes(weight, weightOptionsOf(options, weight.layer)!, storageLimits(model));
  return typeof bytes === 'string' ? weight.tensor.byteLength : bytes;
}

function withoutLayers(options: QuantizeOptions, layers: readonly BitLayer[]): QuantizeOptions {
  const names = layers.map(({ layer }) => layer);
  return { ...options, exclude: [...(options.exclude ?? []), ...names] };
}

function budgetOf({ averageBits, ratio, accuracyDrop }: NonNullable<QuantizeOptions['budget']>): BitBudget {
  if (averageBits !== undefined) return { kind: 'averageBits', most: averageBits };
  if (ratio !== undefined) return { kind: 'ratio', most: ratio };
  return { kind: 'accuracyDrop', most: accuracyDrop ?? 0 };
}
