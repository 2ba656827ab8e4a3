// Makes up for pruned weights by changing those that stay, layer by layer: each layer is fitted on what comes into it
// when the layers before it are pruned already (SparseGPT, see `sparseGpt.ts`). No training, only samples without labels.
import { note, type Note } from '../../../shared/base/messages';
import type { InputSums } from '../../analysis/activations';
import { isFloat } from '../../ir/elementType';
import type { Model } from '../../ir/graph';
import { encodeNumbers, tensorNumbers, type Numbers } from '../../ir/numbers';
import { pauseFor, type Pause } from '../../ir/pacing';
import { Tensor } from '../../ir/tensor';
import { inputGram, layerByLayer, type LayerWalk } from '../reconstruction/layerByLayer';
import { placesOfGroup } from '../reconstruction/layerProblem';
import type { Weight } from '../weights';
import { sparseGpt, type Choice } from './sparseGpt';

export interface Reconstruction extends LayerWalk {
  /**
   * `chosen`: each layer keeps its number of zeros, and which weights they are is chosen while fitting. `given`: the
   * zeros stay where they are, as patterns and blocks need it.
   */
  readonly zeros: 'chosen' | 'given';
}

/**
 * Replacements for the weights of the model, given those by which they are pruned. Layers that cannot be fitted keep
 * theirs, with a note. Throws DATA_INVALID and RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function reconstruct(
  model: Model,
  pruned: ReadonlyMap<Tensor, Tensor>,
  options: Reconstruction,
): Promise<{ readonly replacements: ReadonlyMap<Tensor, Tensor>; readonly notes: readonly Note[] }> {
  const notes: Note[] = [];
  const pause = pauseFor(options.signal);
  const tensors = new Set(pruned.keys());
  const changed = await layerByLayer(model, tensors, options.progress, async (weight, current, progress) => {
    const masked = pruned.get(weight.tensor)!;
    const fitted = await fittedTensor(current, weight, masked, { ...options, progress }, pause);
    if (typeof fitted !== 'string') return fitted;
    notes.push(note('NOT_RECONSTRUCTED', { layer: weight.layer, reason: fitted }));
    return masked;
  });
  return { replacements: new Map([...pruned, ...changed]), notes };
}

/** The weight fitted to the inputs that it gets in the model, or the reason in words why it is not. */
async function fittedTensor(
  model: Model,
  weight: Weight,
  masked: Tensor,
  options: Omit<Reconstruction, 'progress'> & { readonly progress: (fraction: number) => void },
  pause: Pause,
): Promise<Tensor | string> {
  const { tensor } = weight;
  if (!isFloat(tensor.type)) return `its ${tensor.type} weights cannot take any value`;
  const inputs = await inputGram(model, weight, options, (fraction) => options.progress(fraction / 2));
  if (typeof inputs === 'string') return inputs;
  const values = tensorNumbers(tensor);
  const fitted = await fitGroups(values, tensorNumbers(masked), inputs, options.zeros, pause);
  if (!fitted) return 'its inputs are not all finite numbers';
  return Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, encodeNumbers(tensor.type, fitted));
}

/** Fits the rows of each group to the group's inputs. */
async function fitGroups(
  values: Numbers,
  masked: Numbers,
  { matrix, groups }: InputSums,
  zeros: Reconstruction['zeros'],
  pause: Pause,
): Promise<Float64Array | undefined> {
  const { features } = matrix;
  const rows = matrix.outputs / groups.length;
  const result = Float64Array.from(values);
  for (const [group, gram] of groups.entries()) {
    const places = placesOfGroup(matrix, group);
    const weights = Float64Array.from(places, (place) => values[place]!);
    const mask = Uint8Array.from(places, (place) => (masked[place] === 0 ? 1 : 0));
    const choice: Choice = zeros === 'given' ? { mask } : { count: newZeros(weights, mask) };
    const changed = await sparseGpt({ weights, rows, features, gram }, choice, pause);
    if (!changed) return undefined;
    for (const [i, value] of changed.entries()) result[places[i]!] = value;
  }
  return result;
}

function newZeros(weights: Float64Array, mask: Uint8Array): number {
  return mask.reduce((count, dropped, i) => count + (dropped === 1 && weights[i] !== 0 ? 1 : 0), 0);
}
