// Makes up for pruned weights by the biases of their layers. Inputs of a layer that are far from zero on average, like
// the background of normalized images or what a rectifier gives, do what a bias does, and removing their weights shifts
// the outputs. (An, Zhao, Yu, Tang, Wang: Fluctuation-based adaptive structured pruning for large language models; AAAI
// 2024, equation 4; Nagel et al.: Data-free quantization; ICCV 2019, section 4.2.)
import { note, type Note } from '../../../shared/base/messages';
import { activations, type Activations, type InputSums } from '../../analysis/activations';
import { isFloat } from '../../ir/elementType';
import { attribute, type Model } from '../../ir/graph';
import { encodeNumbers, tensorNumbers } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import { graphsWithin } from '../../ir/traversal';
import { layersOf } from '../../operators/layers';
import { inOrder, type LayerWalk } from '../reconstruction/layerByLayer';
import { replaceWeights, type Weight } from '../weights';

/**
 * The given replacements of weights, with those of biases besides: each layer's outputs have the mean on the samples
 * that they had, b ← b + W·x̄ − W′·x̄′ with the means of its inputs before pruning and with the layers before it pruned
 * already. Layers without a bias of their own keep their outputs as they are, with a note. Throws DATA_INVALID and
 * RUNTIME_REFUSED, and the reason of an aborted signal.
 */
export async function compensateBias(
  model: Model,
  pruned: ReadonlyMap<Tensor, Tensor>,
  { data, samples, signal, progress }: LayerWalk,
): Promise<{ readonly replacements: ReadonlyMap<Tensor, Tensor>; readonly notes: readonly Note[] }> {
  const totalsIn = (given: Model, tensors: Iterable<Tensor>): Promise<Activations> =>
    activations(given, data, new Set(tensors), { sums: 'totals', samples, signal });
  const replacements = new Map(pruned);
  const notes: Note[] = [];
  const find = biasFinder(model);
  const before = await totalsIn(model, pruned.keys());
  const weights = inOrder(model, pruned);
  let current = model;
  for (const [index, weight] of weights.entries()) {
    const { layer, tensor } = weight;
    progress(index / weights.length, layer);
    const masked = pruned.get(tensor)!;
    const changed = new Map([[tensor, masked]]);
    const inputs = before.sums.get(tensor);
    const bias = inputs
      ? find(weight, inputs)
      : (before.refused.get(tensor) ?? 'nothing is known of its inputs');
    if (inputs && typeof bias !== 'string') {
      const after = (await totalsIn(current, [tensor])).sums.get(tensor)!;
      const moved = movedBias(bias, meanOutputs(tensor, inputs), meanOutputs(masked, after));
      if (moved) changed.set(bias, moved);
      else notes.push(note('NOT_RECONSTRUCTED', { layer, reason: 'its inputs are not all finite numbers' }));
    } else if (typeof bias === 'string') {
      notes.push(note('NOT_RECONSTRUCTED', { layer, reason: bias }));
    }
    for (const [old, next] of changed) replacements.set(old, next);
    current = replaceWeights(current, changed);
  }
  return { replacements, notes };
}

/** Tells the bias of a weight's layer, one number for each output, or the reason in words why it cannot be changed. */
function biasFinder(model: Model): (weight: Weight, inputs: InputSums) => Tensor | string {
  const layers = new Map(layersOf(model).map((layer) => [layer.label, layer]));
  const read = [...graphsWithin(model.graph)].flatMap(({ nodes }) => nodes.flatMap(({ inputs }) => inputs));
  return ({ layer, tensor, node }, { matrix }) => {
    if (!isFloat(tensor.type)) return `its ${tensor.type} weights are not what they are multiplied as`;
    const biases = (layers.get(layer)?.tensors ?? []).filter(({ role }) => role === 'bias');
    const [bias] = biases;
    if (!bias || biases.length > 1) return 'it has no bias of its own';
    if (!isFloat(bias.tensor.type)) return `its bias is of ${bias.tensor.type}`;
    if (bias.tensor.elements !== matrix.outputs) return 'its bias is not one number for each output';
    if (read.filter((name) => name === bias.value).length > 1) return 'something else reads its bias too';
    const isScaled = ['alpha', 'beta'].some((name) => (attribute(node, name, 'float') ?? 1) !== 1);
    return isScaled ? 'it multiplies its product or its bias with a number' : bias.tensor;
  };
}

/** The bias that gives outputs with the mean `is` the mean `was`; undefined where these are no finite numbers. */
function movedBias(bias: Tensor, was: Float64Array, is: Float64Array): Tensor | undefined {
  const values = Float64Array.from(tensorNumbers(bias), (value, i) => value + was[i]! - is[i]!);
  if (!values.every(Number.isFinite)) return undefined;
  return Tensor.fromBytes(bias.name, bias.type, bias.shape, encodeNumbers(bias.type, values));
}

/** W·x̄ with the means of the inputs: the mean of each output, without its bias. */
function meanOutputs(tensor: Tensor, { matrix, rows, groups }: InputSums): Float64Array {
  const { outputs, features, outputStride, featureStride } = matrix;
  const values = tensorNumbers(tensor);
  return Float64Array.from({ length: outputs }, (_, output) => {
    const totals = groups[Math.floor((output * groups.length) / outputs)]!;
    let sum = 0;
    for (let j = 0; j < features; j++) {
      sum += values[output * outputStride + j * featureStride]! * totals[j]!;
    }
    return sum / rows;
  });
}
