// A network as it is before training, with the architecture of a given one: what a learning curve starts from.
import { normals, seedOf } from '../../shared/base/random';
import type { Model } from '../ir/graph';
import { encodeNumbers, tensorChunks } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { replaceTensors } from '../ir/traversal';
import { layersOf } from '../operators/layers';
import type { WeightInput } from '../operators/operator';
import { operatorOf } from '../operators/operators';
import { scopeOf } from '../operators/scope';
import { pathFinder } from '../operators/storedPaths';
import { trainablesOf, type Trainable } from './trainables';

/**
 * The model with everything that training changes drawn anew: weights from a normal distribution of variance 2 / fan-in
 * (K. He et al., "Delving Deep into Rectifiers", 2015), biases 0, normalization with scale 1, shift 0, mean 0 and
 * variance 1. Other learned numbers (embeddings of positions, for instance) are normal with the mean and the deviation
 * that they had: nothing tells what they began as. The given model is not changed.
 */
export function reinitialize(model: Model, seed: number): Model {
  const normalization = normalizationStarts(model);
  const outputs = outputCounts(model);
  const { trainable, measured } = trainablesOf(model);
  const tensors = new Map<string, Tensor>();
  for (const [i, { value, role, tensor }] of [...trainable, ...measured].entries()) {
    const numbers = startOf(tensor, role, {
      normal: () => normals(tensor.elements, seedOf(seed, i)),
      outputs: outputs.get(tensor),
      constant: normalization.get(tensor),
    });
    const { name, type, shape } = tensor;
    tensors.set(value, Tensor.fromBytes(name, type, shape, encodeNumbers(type, numbers)));
  }
  return { ...model, graph: replaceTensors(model.graph, tensors) };
}

interface Start {
  readonly normal: () => Float32Array;
  /** Of a weight: the size of its output axis. */
  readonly outputs: number | undefined;
  /** Of a normalization: what it begins with. */
  readonly constant: number | undefined;
}

function startOf(
  tensor: Tensor,
  role: Trainable['role'],
  { normal, outputs, constant }: Start,
): Float32Array {
  if (constant !== undefined) return new Float32Array(tensor.elements).fill(constant);
  if (role === 'weight') {
    const fanIn = tensor.elements / (outputs ?? tensor.shape[0] ?? 1);
    const deviation = Math.sqrt(2 / fanIn);
    return normal().map((value) => value * deviation);
  }
  if (role === 'bias') return new Float32Array(tensor.elements);
  const { mean, deviation } = momentsOf(tensor);
  return normal().map((value) => mean + value * deviation);
}

/** Operators name a scale before a shift, and a mean before a variance. */
function normalizationStarts(model: Model): ReadonlyMap<Tensor, number> {
  const find = pathFinder();
  const scope = scopeOf(model.graph);
  const starts = new Map<Tensor, number>();
  for (const node of model.graph.nodes) {
    const facts = operatorOf(node)?.weights?.(node) ?? [];
    const set = (among: readonly WeightInput[], values: readonly number[]): void => {
      for (const [i, { input }] of among.entries()) {
        for (const { tensor } of find(scope, node.inputs[input] ?? '')) starts.set(tensor, values[i]!);
      }
    };
    const normalization = facts.filter(({ role }) => role === 'normalization');
    set(
      normalization.filter(({ measured }) => measured !== true),
      [1, 0],
    );
    set(
      normalization.filter(({ measured }) => measured === true),
      [0, 1],
    );
  }
  return starts;
}

function outputCounts(model: Model): ReadonlyMap<Tensor, number> {
  const counts = new Map<Tensor, number>();
  for (const { tensors } of layersOf(model)) {
    for (const { tensor, outputAxis } of tensors) {
      const count = outputAxis === undefined ? undefined : tensor.shape[outputAxis];
      if (count !== undefined) counts.set(tensor, count);
    }
  }
  return counts;
}

function momentsOf(tensor: Tensor): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  let squares = 0;
  for (const chunk of tensorChunks(tensor)) {
    for (const value of chunk) {
      sum += value;
      squares += value * value;
    }
  }
  const mean = sum / tensor.elements;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / tensor.elements - mean * mean)) };
}
