// Makes up for pruned weights by changing those that stay, layer by layer: each layer is fitted on what comes into it
// when the layers before it are pruned already (SparseGPT, see `sparseGpt.ts`). No training, only samples without labels.
import { note, type Note } from '../../../shared/base/messages';
import { activations, type InputSums } from '../../analysis/activations';
import { nodeOrder } from '../../analysis/nodeOrder';
import type { DataSet } from '../../data/dataSet';
import { isFloat } from '../../ir/elementType';
import type { Model } from '../../ir/graph';
import { encodeNumbers, tensorNumbers, type Numbers } from '../../ir/numbers';
import { pauseFor, type Pause } from '../../ir/pacing';
import { Tensor } from '../../ir/tensor';
import { replaceWeights, weightsOf, type Weight } from '../weights';
import { sparseGpt, type Choice } from './sparseGpt';

export interface Reconstruction {
  readonly data: DataSet;
  /** At most as many samples are run. */
  readonly samples: number;
  /**
   * `chosen`: each layer keeps its number of zeros, and which weights they are is chosen while fitting. `given`: the
   * zeros stay where they are, as patterns and blocks need it.
   */
  readonly zeros: 'chosen' | 'given';
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer at hand. */
  readonly progress: (fraction: number, layer: string) => void;
}

/** With more inputs XᵀX and its factors take more than half a gigabyte and minutes. */
const mostFeatures = 4096;

/**
 * Replacements for the weights of the model, given those by which they are pruned. Layers that cannot be fitted keep
 * theirs, with a note. Throws DATA_INVALID and RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function reconstruct(
  model: Model,
  pruned: ReadonlyMap<Tensor, Tensor>,
  options: Reconstruction,
): Promise<{ readonly replacements: ReadonlyMap<Tensor, Tensor>; readonly notes: readonly Note[] }> {
  const { signal, progress } = options;
  const replacements = new Map(pruned);
  const notes: Note[] = [];
  const pause = pauseFor(signal);
  let current = model;
  const weights = inOrder(model, pruned);
  for (const [index, weight] of weights.entries()) {
    progress(index / weights.length, weight.layer);
    const masked = pruned.get(weight.tensor)!;
    const fitted = await fittedTensor(current, weight, masked, options, pause);
    if (typeof fitted === 'string') {
      notes.push(note('NOT_RECONSTRUCTED', { layer: weight.layer, reason: fitted }));
    } else {
      replacements.set(weight.tensor, fitted);
    }
    current = replaceWeights(current, new Map([[weight.tensor, replacements.get(weight.tensor)!]]));
  }
  return { replacements, notes };
}

/** The pruned weights in the order in which their layers compute. */
export function inOrder(model: Model, pruned: ReadonlyMap<Tensor, Tensor>): readonly Weight[] {
  const sorted: Model = { ...model, graph: { ...model.graph, nodes: nodeOrder(model.graph) } };
  return weightsOf(sorted).filter(({ tensor }) => pruned.has(tensor));
}

/** The weight fitted to the inputs that it gets in the model, or the reason in words why it is not. */
async function fittedTensor(
  model: Model,
  { tensor }: Weight,
  masked: Tensor,
  { data, samples, zeros, signal }: Reconstruction,
  pause: Pause,
): Promise<Tensor | string> {
  if (!isFloat(tensor.type)) return `its ${tensor.type} weights cannot take any value`;
  const { sums, refused } = await activations(model, data, new Set([tensor]), {
    sums: 'gram',
    samples,
    mostFeatures,
    signal,
  });
  const inputs = sums.get(tensor);
  if (!inputs) return refused.get(tensor) ?? 'nothing is known of its inputs';
  const values = tensorNumbers(tensor);
  const fitted = await fitGroups(values, tensorNumbers(masked), inputs, zeros, pause);
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
  const { features, outputStride, featureStride } = matrix;
  const rows = matrix.outputs / groups.length;
  const result = Float64Array.from(values);
  for (const [group, gram] of groups.entries()) {
    const placeOf = (i: number): number =>
      (group * rows + Math.floor(i / features)) * outputStride + (i % features) * featureStride;
    const weights = Float64Array.from({ length: rows * features }, (_, i) => values[placeOf(i)]!);
    const mask = Uint8Array.from(weights, (_, i) => (masked[placeOf(i)] === 0 ? 1 : 0));
    const choice: Choice = zeros === 'given' ? { mask } : { count: newZeros(weights, mask) };
    const changed = await sparseGpt({ weights, rows, features, gram }, choice, pause);
    if (!changed) return undefined;
    for (const [i, value] of changed.entries()) result[placeOf(i)] = value;
  }
  return result;
}

function newZeros(weights: Float64Array, mask: Uint8Array): number {
  return mask.reduce((count, dropped, i) => count + (dropped === 1 && weights[i] !== 0 ? 1 : 0), 0);
}
