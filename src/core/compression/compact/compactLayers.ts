// Writes layers of a model in a smaller form, one after the other: which ones, by what, and what is said of it. The
// forms do the mathematics.
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import { seedOf } from '../../../shared/base/random';
import type { Model } from '../../ir/graph';
import { tensorNumbers } from '../../ir/numbers';
import { pauseFor } from '../../ir/pacing';
import { checkLayerNames } from '../layerNames';
import type { StepContext, StepResult } from '../step';
import type { CompactForm } from './compactForm';
import {
  kernelPositions,
  linearLayers,
  type LinearLayer,
  type LinearShape,
  type RefusedLayer,
} from './linearLayers';
import { replaceLayers } from './replaceLayers';
import { randomStages, stageParameters, type Stage, type WeightBlock } from './stage';
import { weightError } from './weightError';

export interface CompactOptions {
  /** The step, as a recipe calls it. */
  readonly step: string;
  readonly form: CompactForm;
  /** The layers to write so; all that get smaller where not given. */
  readonly layers?: readonly string[] | undefined;
  readonly initialize: 'leastSquares' | 'random';
}

/**
 * A model in which layers are written in the form, or the given one where none is. Notes tell what became of each layer
 * that was, and which others stay and why. Throws STEP_INVALID where a layer that is named cannot be written so, and
 * what running the model throws.
 */
export async function compactLayers(
  model: Model,
  { step, form, layers: names, initialize }: CompactOptions,
  { seed, index, signal, progress }: StepContext,
): Promise<StepResult> {
  checkLayerNames(model, { step, option: 'layers', names: names ?? [] });
  const pause = pauseFor(signal);
  const found = linearLayers(model);
  const refused: RefusedLayer[] = [];
  const refuse = (label: string, reason: string): void => {
    if (names)
      throw new CounterweightError('STEP_INVALID', {
        step,
        problem: `layer ${label} stays as it is: ${reason}`,
      });
    refused.push({ label, reason });
  };
  const isChosen = ({ label }: { readonly label: string }) => names?.includes(label) ?? true;
  for (const { label, reason } of found.refused.filter(isChosen)) refuse(label, reason);

  const replacements = new Map<LinearLayer, readonly Stage[]>();
  const notes: Note[] = [];
  const chosen = found.layers.filter(isChosen);
  for (const [i, layer] of chosen.entries()) {
    progress(i / chosen.length, layer.label);
    await pause();
    const reason = reasonToStay(form, layer) ?? (names ? undefined : form.doubt?.(layer));
    if (reason !== undefined) {
      refuse(layer.label, reason);
      continue;
    }
    const block = blockOf(layer);
    const shapes = form.shapes(layer);
    const stages = !block.values.every(Number.isFinite)
      ? 'its weights are not all finite numbers'
      : initialize === 'random' && typeof shapes === 'object'
        ? randomStages(shapes, seedOf(seedOf(seed, index), i))
        : await form.stages(layer, block, { pause });
    const after =
      typeof stages === 'string' ? stages : (notSmaller(layer, stageParameters(stages)) ?? stages);
    if (typeof after === 'string') {
      refuse(layer.label, after);
      continue;
    }
    replacements.set(layer, after);
    const parameters = { layer: layer.label, before: layer.tensor.elements, after: stageParameters(after) };
    const parts = after.map(({ name }) => name).join(' + ');
    notes.push(
      initialize === 'random'
        ? note('LAYER_REPLACED_RANDOM', { ...parameters, parts })
        : note('LAYER_REPLACED', {
            ...parameters,
            parts,
            error: percent(await weightError(block, after, pause)),
          }),
    );
  }
  progress(1);
  return { model: replaceLayers(model, replacements), notes: [...notes, ...refusalNotes(refused)] };
}

/** Why a layer cannot be written in the form, or would not be smaller, as far as shapes tell. */
export function reasonToStay(form: CompactForm, layer: LinearShape): string | undefined {
  const shapes = form.shapes(layer);
  if (typeof shapes === 'string') return shapes;
  return shapes && notSmaller(layer, stageParameters(shapes));
}

function notSmaller(layer: LinearShape, after: number): string | undefined {
  const before = layer.outputs * layer.channels * kernelPositions(layer);
  return after < before ? undefined : 'it would not get smaller';
}

function blockOf(layer: LinearLayer): WeightBlock {
  const { outputs, channels, outputsFirst, tensor } = layer;
  const positions = kernelPositions(layer);
  const numbers = tensorNumbers(tensor);
  const values = outputsFirst
    ? Float64Array.from(numbers)
    : Float64Array.from(numbers, (_, i) => numbers[(i % channels) * outputs + Math.floor(i / channels)]!);
  return { outputs, channels, positions, values };
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
