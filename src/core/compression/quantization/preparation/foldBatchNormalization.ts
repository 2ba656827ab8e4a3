// Folds batch normalization into the layer before it, so that what is quantized is what is multiplied: with
// s = γ / √(σ² + ε), W ← s·W and b ← s·(b − μ) + β (Jacob et al., "Quantization and Training of Neural Networks for
// Efficient Integer-Arithmetic-Only Inference", CVPR 2018, section 3.2).
import { isFloat } from '../../../ir/elementType';
import { freshNames, type FreshName } from '../../../ir/freshNames';
import { attribute, type Graph, type Model, type Node } from '../../../ir/graph';
import { encodeNumbers, tensorNumbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { graphsWithin, mapGraphs, nodeLabels, replaceTensors, storedTensors } from '../../../ir/traversal';
import { operatorOf } from '../../../operators/operators';
import { standardOpset } from '../../../operators/opsets/standardOpset';

export interface Folded {
  /** The given model itself where there was nothing to fold. */
  readonly model: Model;
  /** Number of normalizations that are gone. */
  readonly folded: number;
}

/** Before it, the operator normalized by the batch unless an attribute said otherwise. */
const inferenceOpset = 7;

/**
 * The model without the batch normalizations that directly follow a convolution or a Gemm of stored weights that
 * nothing else reads. Normalizations of other places stay. The outputs are the same up to rounding.
 */
export function foldBatchNormalization(model: Model): Folded {
  if (standardOpset(model) < inferenceOpset) return { model, folded: 0 };
  const fresh = freshNames(model);
  const readers = readCounts(model);
  // Before version 4 of the IR every initializer is listed among the inputs of the graph as well.
  const listedInputs = model.irVersion < 4 ? model.graph.inputs : undefined;
  let folded = 0;
  const graph = mapGraphs(model.graph, (inner) => {
    const folds = foldsIn(inner, readers, fresh);
    folded += folds.length;
    return folds.length === 0 ? inner : withFolds(inner, folds, inner.inputs === listedInputs);
  });
  return folded === 0 ? { model, folded } : { model: { ...model, graph }, folded };
}

/** How often each name is read, in the graph and in all graphs within it; their outputs count as readers. */
function readCounts({ graph }: Model): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { nodes, outputs } of graphsWithin(graph)) {
    const read = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)];
    for (const name of read) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** A layer that takes over the normalization after it. */
interface Fold {
  readonly layer: Node;
  readonly normalization: Node;
  /** The layer with the output of the normalization. */
  readonly becomes: Node;
  /** Tensors under the names that the graph has already. */
  readonly replaced: ReadonlyMap<string, Tensor>;
  /** The bias of a layer that had none. */
  readonly added?: Tensor;
}

function foldsIn(graph: Graph, readers: ReadonlyMap<string, number>, fresh: FreshName): readonly Fold[] {
  const stored = storedTensors(graph);
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  const labels = nodeLabels(graph);
  return graph.nodes.flatMap((normalization) => {
    const affine = affineOf(normalization, stored);
    const value = normalization.inputs[0] ?? '';
    const layer = producers.get(value);
    if (!affine || !layer || readers.get(value) !== 1) return [];
    const label = labels.get(layer) ?? layer.name;
    const fold = foldInto({ layer, label, normalization, affine, stored, readers, fresh });
    return fold ? [fold] : [];
  });
}

/** What a normalization does to each channel: scale · x + shift. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Of a node whose operator has measured statistics; undefined for every other, and where it is not so simple. */
function affineOf(node: Node, stored: ReadonlyMap<string, Tensor>): Affine | undefined {
  const facts = operatorOf(node)?.weights?.(node) ?? [];
  if (!facts.some(({ measured }) => measured)) return undefined;
  const isForInference =
    (attribute(node, 'training_mode', 'int') ?? 0) === 0 && (attribute(node, 'spatial', 'int') ?? 1) === 1;
  if (!isForInference || node.outputs.filter((name) => name !== '').length !== 1) return undefined;
  const numbers = (measured: boolean, neutral: 0 | 1): ArrayLike<number> | undefined => {
    const fact = facts.find((each) => (each.measured ?? false) === measured && each.neutral === neutral);
    const tensor = fact && stored.get(node.inputs[fact.input] ?? '');
    return tensor && isFloat(tensor.type) ? tensorNumbers(tensor) : undefined;
  };
  const [gamma, beta] = [numbers(false, 1), numbers(false, 0)];
  const [mean, variance] = [numbers(true, 0), numbers(true, 1)];
  if (!gamma || !beta || !mean || !variance) return undefined;
  const epsilon = attribute(node, 'epsilon', 'float') ?? 1e-5;
  const scale = Float64Array.from(gamma, (each, i) => each / Math.sqrt(variance[i]! + epsilon));
  const shift = Float64Array.from(beta, (each, i) => each - scale[i]! * mean[i]!);
  return [...scale, ...shift].every(Number.isFinite) ? { scale, shift } : undefined;
}

interface Candidate {
  readonly layer: Node;
  readonly label: string;
  readonly normalization: Node;
  readonly affine: Affine;
  readonly stored: ReadonlyMap<string, Tensor>;
  readonly readers: ReadonlyMap<string, number>;
  readonly fresh: FreshName;
}

function foldInto(candidate: Candidate): Fold | undefined {
  const { layer, label, normalization, affine, stored, readers, fresh } = candidate;
  const { scale, shift } = affine;
  const facts = operatorOf(layer)?.weights?.(layer) ?? [];
  const fact = facts.find(({ role, sums }) => role === 'weight' && sums);
  const biasInput = facts.find(({ role }) => role === 'bias')?.input;
  if (!fact || biasInput === undefined || fact.outputAxis === undefined) return undefined;
  // Operators of other domains can have an activation between; a factor would have to be divided out of the bias.
  const isScaled = ['alpha', 'beta'].some((name) => (attribute(layer, name, 'float') ?? 1) !== 1);
  if (layer.domain !== '' || isScaled || layer.inputs.length < fact.input + 1) return undefined;

  const own = (name: string): Tensor | undefined => {
    const tensor = stored.get(name);
    return tensor && isFloat(tensor.type) && readers.get(name) === 1 ? tensor : undefined;
  };
  const weightName = layer.inputs[fact.input] ?? '';
  const biasName = layer.inputs[biasInput] ?? '';
  const weight = own(weightName);
  const bias = biasName === '' ? undefined : own(biasName);
  if (weight?.shape[fact.outputAxis] !== scale.length || (biasName !== '' && !bias)) return undefined;
  if (bias && bias.elements !== scale.length) return undefined;
  const newBias = biasTensor(biasName || fresh(`${weightName}_bias`), weight, bias, affine);
  const inputs = Array.from({ length: Math.max(layer.inputs.length, biasInput + 1) }, (_, i) =>
    i === biasInput ? newBias.name : (layer.inputs[i] ?? ''),
  );
  const replaced = new Map([[weightName, scaledTensor(weight, fact.outputAxis, scale)]]);
  if (bias) replaced.set(biasName, newBias);
  // A node without a name is called by its output, which changes: recipes go on to name the layer as before.
  const becomes = { ...layer, name: layer.name || label, inputs, outputs: normalization.outputs };
  return { layer, normalization, becomes, replaced, ...(!bias && { added: newBias }) };

  function biasTensor(name: string, like: Tensor, old: Tensor | undefined, { scale: by }: Affine): Tensor {
    const before = old ? tensorNumbers(old) : new Float64Array(by.length);
    const values = Float64Array.from(before, (each, i) => by[i]! * each + shift[i]!);
    const type = old?.type ?? like.type;
    return Tensor.fromBytes(name, type, old?.shape ?? [by.length], encodeNumbers(type, values));
  }
}

function scaledTensor(tensor: Tensor, axis: number, scale: Float64Array): Tensor {
  const inner = tensor.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const values = Float64Array.from(
    tensorNumbers(tensor),
    (value, i) => value * scale[Math.floor(i / inner) % scale.length]!,
  );
  return Tensor.fromBytes(tensor.name, tensor.type, tensor.shape, encodeNumbers(tensor.type, values));
}

function withFolds(graph: Graph, folds: readonly Fold[], listInitializers: boolean): Graph {
  const becomes = new Map(folds.map((fold) => [fold.layer, fold.becomes]));
  const gone = new Set(folds.map(({ normalization }) => normalization));
  const hidden = new Set(folds.map(({ layer }) => layer.outputs[0] ?? ''));
  const added = folds.flatMap((fold) => fold.added ?? []);
  const left = replaceTensors(graph, new Map(folds.flatMap(({ replaced }) => [...replaced])));
  const old = new Map(graph.nodes.map((node, i) => [left.nodes[i]!, node]));
  const nodes = left.nodes.flatMap((node) => {
    const before = old.get(node)!;
    return gone.has(before) ? [] : [becomes.get(before) ?? node];
  });
  const read = new Set(
    [...graphsWithin({ ...graph, nodes })].flatMap((inner) => [
      ...inner.nodes.flatMap(({ inputs }) => inputs),
      ...inner.outputs.map(({ name }) => name),
    ]),
  );
  const parameters = new Set([...gone].flatMap(({ inputs }) => inputs.slice(1)));
  const isLeft = (name: string): boolean => !parameters.has(name) || read.has(name);
  return {
    ...left,
    nodes,
    values: graph.values.filter(({ name }) => !hidden.has(name)),
    initializers: [...left.initializers.filter(({ name }) => isLeft(name)), ...added],
    inputs: [
      ...graph.inputs.filter(({ name }) => isLeft(name)),
      ...(listInitializers ? added.map(({ name, type, shape }) => ({ name, type, shape })) : []),
    ],
  };
}
