// Which layers can be written as several smaller ones: convolutions and matrix products with stored weights of real
// numbers. What a layer is comes from the facts of its operator.
import { elementsOf } from '../../ir/elements';
import { isFloat } from '../../ir/elementType';
import { attribute, type Model, type Node } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import { graphsWithin } from '../../ir/traversal';
import { operatorOf } from '../../operators/operators';
import { weightsOf, type Weight } from '../weights';
import type { BlockSize } from './stage';

/** A layer as a matrix W [outputs, channels, kernel positions] that it multiplies with, whatever it does besides. */
export interface LinearShape {
  readonly kind: 'convolution' | 'product';
  readonly outputs: number;
  readonly channels: number;
  /** Sizes of the kernel; none of a matrix product. */
  readonly kernel: readonly number[];
  /** Whether the tensor is [outputs, channels, kernel…]; else it is [channels, outputs]. */
  readonly outputsFirst: boolean;
  /** Indices of the node's inputs with the weights and with what they are multiplied with. */
  readonly weightInput: number;
  readonly valueInput: number;
}

export interface LinearLayer extends LinearShape {
  readonly label: string;
  readonly node: Node;
  readonly tensor: Tensor;
  /** The name under which the outer graph stores the weights. */
  readonly value: string;
}

export interface RefusedLayer {
  readonly label: string;
  /** Why it cannot be replaced, in words. */
  readonly reason: string;
}

export interface LinearLayers {
  /** In graph order. */
  readonly layers: readonly LinearLayer[];
  /** Other layers with weights. */
  readonly refused: readonly RefusedLayer[];
}

/** The sizes that the mathematics needs. */
export function blockSize({ outputs, channels, kernel }: LinearShape): BlockSize {
  return { outputs, channels, positions: elementsOf(kernel) };
}

/** Why a layer has no kernel that could be taken apart from its channels, in words; undefined where it has one. */
export function reasonWithoutKernel(layer: LinearShape): string | undefined {
  if (layer.kind !== 'convolution') return 'it is no convolution';
  return elementsOf(layer.kernel) === 1 ? 'its kernel has one element only' : undefined;
}

/** The layers of a model that have weights. */
export function linearLayers(model: Model): LinearLayers {
  const layers = new Map<string, LinearLayer>();
  const refused = new Map<string, RefusedLayer>();
  const readers = readersOf(model);
  const outer = new Set(model.graph.nodes);
  for (const weight of weightsOf(model)) {
    const { layer: label, node, tensor, value, storedIn } = weight;
    const isOutside = !outer.has(node) || storedIn !== model.graph;
    const shape = isOutside ? 'it is inside a subgraph or function' : linearShape(weight);
    if (typeof shape === 'string') {
      refused.set(label, { label, reason: shape });
    } else if ((readers.get(value) ?? 0) > 1) {
      refused.set(label, { label, reason: 'something else reads its weights too' });
    } else if (!layers.has(label)) {
      layers.set(label, { ...shape, label, node, tensor, value });
    }
  }
  return { layers: [...layers.values()], refused: [...refused.values()] };
}

/** What a weight is to its layer, or the reason in words why the layer is none that can be replaced. */
export function linearShape({
  node,
  value,
  tensor,
  dequantize,
}: Pick<Weight, 'node' | 'value' | 'tensor' | 'dequantize'>): LinearShape | string {
  if (dequantize || !isFloat(tensor.type)) return 'its weights are quantized';
  const facts =
    operatorOf(node)
      ?.weights?.(node)
      .filter(({ role }) => role === 'weight') ?? [];
  const fact = facts.find(({ input }) => node.inputs[input] === value);
  if (!fact) return 'its weights are computed from stored ones';
  const { sums, outputAxis } = fact;
  if (!sums) return 'it is no convolution and no matrix product of floating-point numbers';
  const inputs = { weightInput: fact.input, valueInput: sums.input };
  if (sums.over === 'windows') {
    const groups = attribute(node, 'group', 'int') ?? 1;
    if (groups !== 1) return `it is a convolution in ${groups} groups`;
    const [outputs = 0, channels = 0, ...kernel] = tensor.shape;
    if (kernel.length === 0 || tensor.elements === 0) return 'its weights have no kernel';
    return { ...inputs, kind: 'convolution', outputs, channels, kernel, outputsFirst: true };
  }
  if (tensor.shape.length !== 2 || tensor.elements === 0) return 'its weights are no matrix';
  if (!isPlain(fact.input, sums.input, sums.over)) return 'what it multiplies is transposed';
  const [first = 0, second = 0] = tensor.shape;
  const outputsFirst = outputAxis === 0 || outputAxis === -2;
  const [outputs, channels] = outputsFirst ? [first, second] : [second, first];
  return { ...inputs, kind: 'product', outputs, channels, kernel: [], outputsFirst };
}

/** Whether a product sums over the axis of its other factor that a plain matrix product sums over. */
function isPlain(weightInput: number, valueInput: number, over: number): boolean {
  return weightInput > valueInput ? over === 1 || over === -1 : over === 0 || over === -2;
}

/** How many nodes and outputs read a value, subgraphs included. */
function readersOf(model: Model): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const count = (name: string) => readers.set(name, (readers.get(name) ?? 0) + 1);
  for (const graph of graphsWithin(model.graph)) {
    for (const { name } of graph.outputs) count(name);
    for (const node of graph.nodes) for (const name of node.inputs) count(name);
  }
  return readers;
}
