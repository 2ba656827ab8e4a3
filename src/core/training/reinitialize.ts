// A network as it is before training, with the architecture of a given one: what a learning curve starts from.
import { normals, seedOf } from '../../shared/base/random';
import type { Model } from '../ir/graph';
import { encodeNumbers, tensorChunks } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { replaceTensors } from '../ir/traversal';
import { layersOf } from '../operators/layers';
import { operatorOf } from '../operators/operators';
import { scopeOf } from '../operators/scope';
import { pathFinder } from '../operators/storedPaths';
import { trainablesOf, type Trainable } from './trainables';

/**
 * The model with everything that training changes drawn anew: weights from a normal distribution of variance 2 / fan-in
 * (K. He et al., "Delving Deep into Rectifiers", 2015), the biases beside them 0, normalization with numbers that change
 * nothing. Of other numbers (summands and factors, like embeddings of positions or the statistics of inputs) nothing
 * tells what they began as: they are normal with the mean and the deviation that they had. The given model is not
 * changed.
 */
export function reinitialize(model: Model, seed: number): Model {
  const neutral = neutralNumbers(model);
  const places = placesOf(model);
  const { trainable, measured } = trainablesOf(model);
  const tensors = new Map<string, Tensor>();
  for (const [i, { value, role, tensor }] of [...trainable, ...measured].entries()) {
    const numbers = startOf(tensor, role, {
      normal: () => normals(tensor.elements, seedOf(seed, i)),
      neutral: neutral.get(tensor),
      ...places.get(tensor),
    });
    const { name, type, shape } = tensor;
    tensors.set(value, Tensor.fromBytes(name, type, shape, encodeNumbers(type, numbers)));
  }
  return { ...model, graph: replaceTensors(model.graph, tensors) };
}

interface Place {
  /** Size of the output axis, where there is one. */
  readonly outputs?: number;
  /** Its layer has weights too. */
  readonly besideWeights?: boolean;
}

interface Start extends Place {
  readonly normal: () => Float32Array;
  readonly neutral: number | undefined;
}

function startOf(
  tensor: Tensor,
  role: Trainable['role'],
  { normal, neutral, outputs, besideWeights }: Start,
): Float32Array {
  if (neutral !== undefined) return new Float32Array(tensor.elements).fill(neutral);
  if (role === 'weight') {
    const fanIn = tensor.elements / (outputs ?? tensor.shape[0] ?? 1);
    const deviation = Math.sqrt(2 / fanIn);
    return normal().map((value) => value * deviation);
  }
  if (role === 'bias' && besideWeights === true) return new Float32Array(tensor.elements);
  const { mean, deviation } = momentsOf(tensor);
  return normal().map((value) => mean + value * deviation);
}

function neutralNumbers(model: Model): ReadonlyMap<Tensor, number> {
  const find = pathFinder();
  const scope = scopeOf(model.graph);
  const numbers = new Map<Tensor, number>();
  for (const node of model.graph.nodes) {
    for (const { input, neutral } of operatorOf(node)?.weights?.(node) ?? []) {
      if (neutral === undefined) continue;
      for (const { tensor } of find(scope, node.inputs[input] ?? '')) numbers.set(tensor, neutral);
    }
  }
  return numbers;
}

function placesOf(model: Model): ReadonlyMap<Tensor, Place> {
  const places = new Map<Tensor, Place>();
  for (const { tensors } of layersOf(model)) {
    const besideWeights = tensors.some(({ role }) => role === 'weight');
    for (const { tensor, outputAxis } of tensors) {
      const outputs = outputAxis === undefined ? undefined : tensor.shape[outputAxis];
      places.set(tensor, { besideWeights, ...(outputs !== undefined && { outputs }) });
    }
  }
  return places;
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
