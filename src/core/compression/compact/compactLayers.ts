// Writes layers of a model in a smaller form, one after the other: which ones, by what, and what is said of it. The
// forms do the mathematics.
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import { seedOf } from '../../../shared/base/random';
import { activations } from '../../analysis/activations';
import { nodeOrder } from '../../analysis/nodeOrder';
import type { DataSet } from '../../data/dataSet';
import type { Model } from '../../ir/graph';
import { tensorNumbers } from '../../ir/numbers';
import { pauseFor } from '../../ir/pacing';
import { standardOpset } from '../../operators/opsets/standardOpset';
import { checkLayerNames } from '../layerNames';
import type { StepContext, StepResult } from '../step';
import { balancedStages } from './balancedStages';
import type { CompactForm, Fit } from './compactForm';
import { fitLastStage } from './fitLastStage';
import {
  blockSize,
  linearLayers,
  type LinearLayer,
  type LinearShape,
  type RefusedLayer,
} from './linearLayers';
import { replaceLayers } from './replaceLayers';
import { randomStages, stageParameters, type Stage, type WeightBlock } from './stage';
import { stageError } from './stageError';

export interface CompactOptions {
  /** The step, as a recipe calls it. */
  readonly step: string;
  readonly form: CompactForm;
  /** The layers to write so; all that get smaller where not given. */
  readonly layers?: readonly string[] | undefined;
  readonly initialize: 'leastSquares' | 'random';
  /** Samples whose outputs the layers are fitted to, where there is data. */
  readonly samples: number;
}

/**
 * A model in which layers are written in the form, or the given one where none is. Notes tell what became of each layer
 * that was, and which others stay and why. Throws STEP_INVALID where a layer that is named cannot be written so, and
 * what running the model throws.
 */
export async function compactLayers(
  model: Model,
  options: CompactOptions,
  context: StepContext,
): Promise<StepResult> {
  const { step, layers: names } = options;
  checkLayerNames(model, { step, option: 'layers', names: names ?? [] });
  const pause = pauseFor(context.signal);
  const replacements = new Map<LinearLayer, readonly Stage[]>();
  const refused: RefusedLayer[] = [];
  const refuse = (label: string, reason: string): void => {
    if (names) {
      const problem = `layer ${label} stays as it is, because ${reason}`;
      throw new CounterweightError('STEP_INVALID', { step, problem });
    }
    refused.push({ label, reason });
  };
  const notes: Note[] = [];
  const found = linearLayers(model);
  const isChosen = ({ label }: { readonly label: string }) => names?.includes(label) ?? true;
  for (const { label, reason } of found.refused.filter(isChosen)) refuse(label, reason);
  const chosen = inOrder(model, found.layers.filter(isChosen));
  let current = model;
  for (const [place, layer] of chosen.entries()) {
    context.progress(place / chosen.length, layer.label);
    await pause();
    const compacted = await compactedLayer({ model: current, layer, place }, options, context);
    if (typeof compacted === 'string') {
      refuse(layer.label, compacted);
    } else {
      replacements.set(layer, compacted.stages);
      notes.push(compacted.note);
      current = replaceLayers(model, replacements);
    }
  }
  if (context.pruned && replacements.size > 0) notes.push(note('COMPACT_AFTER_PRUNE', {}));
  context.progress(1);
  return { model: current, notes: [...notes, ...refusalNotes(refused)] };
}

/** The layers in the order in which they compute: each is fitted to what it gets from those before. */
function inOrder(model: Model, layers: readonly LinearLayer[]): readonly LinearLayer[] {
  const places = new Map(nodeOrder(model.graph).map((node, place) => [node, place]));
  return layers.toSorted((a, b) => places.get(a.node)! - places.get(b.node)!);
}

interface LayerAtHand {
  /** With the layers before in their new form. */
  readonly model: Model;
  readonly layer: LinearLayer;
  readonly place: number;
}

interface Compacted {
  readonly stages: readonly Stage[];
  readonly note: Note;
}

/** The layer in its new form, or the reason in words why it stays. */
async function compactedLayer(
  { model, layer, place }: LayerAtHand,
  { form, layers: names, initialize, samples }: CompactOptions,
  { seed, index, data, signal }: StepContext,
): Promise<Compacted | string> {
  if (standardOpset(model) < (form.leastOpset ?? 1)) {
    return `it takes opset ${form.leastOpset} and the model has ${standardOpset(model)}`;
  }
  const reason = reasonToStay(form, layer) ?? (names ? undefined : form.doubt?.(layer));
  if (reason !== undefined) return reason;
  const block = blockOf(layer);
  if (!block.values.every(Number.isFinite)) return 'its weights are not all finite numbers';
  const figures = { layer: layer.label, before: block.values.length };
  const shapes = form.shapes(layer);
  if (initialize === 'random' && typeof shapes === 'object') {
    const stages = randomStages(shapes, seedOf(seedOf(seed, index), place));
    const after = stageParameters(stages);
    return { stages, note: note('LAYER_REPLACED_RANDOM', { ...figures, after, parts: partsOf(stages) }) };
  }
  const pause = pauseFor(signal);
  const moments = data && (await momentsOf(model, layer, data.train, samples, signal));
  const fit: Fit = { pause, ...(moments && { moments }) };
  const found = await form.stages(layer, block, fit);
  if (typeof found === 'string') return found;
  const after = stageParameters(found);
  if (!isSmaller(layer, after)) return notSmaller;
  const stages = balancedStages(moments ? await fitLastStage(block, found, moments, pause) : found);
  const error = percent(await stageError(block, stages, pause, moments));
  const values = { ...figures, after, parts: partsOf(stages), error };
  return { stages, note: note(moments ? 'LAYER_REPLACED_OUTPUTS' : 'LAYER_REPLACED', values) };
}

/** Why a layer cannot be written in the form, or would not be smaller, as far as shapes tell. */
export function reasonToStay(form: CompactForm, layer: LinearShape): string | undefined {
  const shapes = form.shapes(layer);
  if (typeof shapes === 'string') return shapes;
  return shapes && !isSmaller(layer, stageParameters(shapes)) ? notSmaller : undefined;
}

const notSmaller = 'it would not get smaller';

function isSmaller(layer: LinearShape, after: number): boolean {
  const { outputs, channels, positions } = blockSize(layer);
  return after < outputs * channels * positions;
}

function blockOf(layer: LinearLayer): WeightBlock {
  const { outputs, channels, outputsFirst, tensor } = layer;
  const numbers = tensorNumbers(tensor);
  const values = outputsFirst
    ? Float64Array.from(numbers)
    : Float64Array.from(numbers, (_, i) => numbers[(i % channels) * outputs + Math.floor(i / channels)]!);
  return { ...blockSize(layer), values };
}

/** With more inputs than a convolution of 3×3 has on 256 channels, their moments take longer than they are worth. */
const mostFeatures = 2304;

/** Σ x xᵀ of what the layer gets in the model; undefined where that is not measured, so that weights are fitted. */
async function momentsOf(
  model: Model,
  { tensor }: LinearLayer,
  data: DataSet,
  samples: number,
  signal: AbortSignal,
): Promise<Float64Array | undefined> {
  const { sums } = await activations(model, data, new Set([tensor]), {
    sums: 'gram',
    samples,
    mostFeatures,
    signal,
  });
  const moments = sums.get(tensor)?.groups[0];
  return moments?.every(Number.isFinite) ? moments : undefined;
}

function partsOf(stages: readonly Stage[]): string {
  return stages.map(({ name }) => name).join(' + ');
}

function percent(fraction: number): string {
  return `${Number((100 * fraction).toPrecision(3))} %`;
}

/** One note for each reason, with the layers that it holds for. */
function refusalNotes(refused: readonly RefusedLayer[]): readonly Note[] {
  const labelsBy = new Map<string, string[]>();
  for (const { label, reason } of refused) labelsBy.set(reason, [...(labelsBy.get(reason) ?? []), label]);
  return [...labelsBy].map(([reason, labels]) => note('LAYERS_KEPT', { layers: labels.join(', '), reason }));
}
