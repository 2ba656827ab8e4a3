// What of a model can be trained: its stored floating-point numbers, each with its layer and its role there.
import { isFloat, isInteger } from '../ir/elementType';
import type { Model, Node } from '../ir/graph';
import { tensorChunks } from '../ir/numbers';
import type { Tensor } from '../ir/tensor';
import { layersOf, type LayerTensor } from '../operators/layers';
import { operatorOf } from '../operators/operators';
import { scopeOf } from '../operators/scope';
import { pathFinder } from '../operators/storedPaths';

export interface Trainable {
  /** Name under which the outer graph stores it. */
  readonly value: string;
  readonly layer: string;
  readonly role: LayerTensor['role'];
  readonly tensor: Tensor;
}

export interface Trainables {
  /** In graph order. */
  readonly trainable: readonly Trainable[];
  /** Running statistics: they follow the data instead of a gradient. */
  readonly measured: readonly Trainable[];
  /** Layers with weights that cannot be trained, whatever the loss. */
  readonly fixed: readonly { readonly layer: string; readonly reason: string }[];
}

/**
 * Tensors of floating-point numbers that the outer graph stores, without those that hold something else than what can
 * be learned: single constants, masks.
 */
export function trainablesOf(model: Model): Trainables {
  const statistics = new Set(model.graph.nodes.flatMap(measuredTensors(model)));
  const trainable: Trainable[] = [];
  const measured: Trainable[] = [];
  const fixed = new Map<string, string>();
  for (const layer of layersOf(model)) {
    for (const { value, tensor, role, storedIn } of layer.tensors) {
      if (tensor.elements === 0) continue;
      if (statistics.has(tensor)) {
        if (storedIn === model.graph) measured.push({ value, layer: layer.label, role, tensor });
      } else if (role !== 'constant' && isInteger(tensor.type)) {
        fixed.set(layer.label, 'its weights are stored as integers');
      } else if (role !== 'constant' && storedIn !== model.graph) {
        fixed.set(layer.label, 'it is inside a graph that another operator runs');
      } else if (isFloat(tensor.type) && storedIn === model.graph && isLearned(tensor, role)) {
        trainable.push({ value, layer: layer.label, role, tensor });
      }
    }
  }
  return { trainable, measured, fixed: [...fixed].map(([layer, reason]) => ({ layer, reason })) };
}

/** A sum or a choice with values of this size is a mask: it switches something off. */
const smallestMask = 1e4;

function isLearned(tensor: Tensor, role: LayerTensor['role']): boolean {
  if (role === 'weight') return true;
  if (role === 'constant' && tensor.elements === 1) return false;
  for (const chunk of tensorChunks(tensor)) {
    if (!chunk.every((value) => Math.abs(value) < smallestMask)) return false;
  }
  return true;
}

/** The stored running statistics of each node of the outer graph. */
export function measuredTensors(model: Model): (node: Node) => readonly Tensor[] {
  const find = pathFinder();
  const scope = scopeOf(model.graph);
  return (node) =>
    (operatorOf(node)?.weights?.(node) ?? [])
      .filter(({ measured }) => measured === true)
      .flatMap(({ input }) => find(scope, node.inputs[input] ?? '').map(({ tensor }) => tensor));
}
