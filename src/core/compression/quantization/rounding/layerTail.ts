// What comes right after the product of a layer: its bias and its activation function. What a rectifier makes zero needs
// not be right before it.
import type { ProductUse, WeightMatrix } from '../../../analysis/weightProducts';
import { attribute, type Model, type Node } from '../../../ir/graph';
import { tensorNumbers } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { graphsWithin, storedTensors } from '../../../ir/traversal';
import { raiseOpset } from '../../../operators/opsets/raiseOpset';
import { standardOpset } from '../../../operators/opsets/standardOpset';
import { operatorOf } from '../../../operators/operators';

export interface LayerTail {
  /** What the layer's own node adds to the product, one number for each output. */
  readonly bias: Float32Array | undefined;
  /** Nodes that make `output` of `input`, the product with the bias; none where both are the same. All names are the tail's own. */
  readonly nodes: readonly Node[];
  readonly input: string;
  readonly output: string;
  readonly constants: readonly TailConstant[];
  /** The version of the standard operators that the nodes are of: 17 or newer. */
  readonly opset: number;
}

export interface TailConstant {
  readonly tensor: Tensor;
  /** Of shape [outputs]; else it has one element. */
  readonly isPerOutput: boolean;
}

const tailOpset = 17;
const noTail: LayerTail = {
  bias: undefined,
  nodes: [],
  input: 'product',
  output: 'product',
  constants: [],
  opset: tailOpset,
};

/**
 * The tail of the only node that multiplies with a weight. Where something else happens to the product, it is looked at
 * itself, without a bias and a function.
 */
export function layerTail(model: Model, uses: readonly ProductUse[], matrix: WeightMatrix): LayerTail {
  const [use] = uses;
  if (!use || uses.length > 1 || use.node.domain !== '') return noTail;
  const stored = storedTensors(model.graph);
  const bias = ownBias(use.node, matrix, stored);
  if (bias === 'other') return noTail;
  const nodes: Node[] = [];
  const constants: TailConstant[] = [];
  let next = onlyReader(model, use.node);
  const added = next && !bias ? addedBias(next, use, matrix, stored) : undefined;
  if (next && added) {
    nodes.push(next);
    constants.push({ tensor: added, isPerOutput: true });
    next = onlyReader(model, next);
  }
  const numbers = next && activationConstants(next, stored);
  if (next && numbers) {
    nodes.push(next);
    constants.push(...numbers.map((tensor) => ({ tensor, isPerOutput: false })));
  }
  if (nodes.length === 0) return { ...noTail, bias };
  const input = use.node.outputs[0] ?? '';
  return raised(model, { bias, nodes, constants, input, output: nodes.at(-1)!.outputs[0] ?? '' });
}

/** The bias that the node adds itself; `other` where that is not simply one stored number for each output. */
function ownBias(
  node: Node,
  { outputs }: WeightMatrix,
  stored: ReadonlyMap<string, Tensor>,
): Float32Array | 'other' | undefined {
  const isScaled = ['alpha', 'beta'].some((name) => (attribute(node, name, 'float') ?? 1) !== 1);
  if (isScaled) return 'other';
  const fact = (operatorOf(node)?.weights?.(node) ?? []).find(({ role }) => role === 'bias');
  const value = fact && node.inputs[fact.input];
  if (value === undefined || value === '') return undefined;
  const tensor = stored.get(value);
  if (tensor?.type !== 'float32' || tensor.elements !== outputs) return 'other';
  return Float32Array.from(tensorNumbers(tensor));
}

/** The stored tensor that a node of two inputs adds to a matrix product along its last axis, or takes from it. */
function addedBias(
  node: Node,
  { over, rank }: ProductUse,
  { outputs, groups }: WeightMatrix,
  stored: ReadonlyMap<string, Tensor>,
): Tensor | undefined {
  const facts = operatorOf(node)?.weights?.(node) ?? [];
  const isSum = facts.length === 2 && facts.every(({ role }) => role === 'bias');
  if (!isSum || node.inputs.length !== 2 || node.domain !== '' || over !== rank - 1 || groups > 1)
    return undefined;
  const name = node.inputs.find((value) => stored.has(value)) ?? '';
  const tensor = stored.get(name);
  if (tensor?.type !== 'float32' || tensor.elements !== outputs || tensor.shape.at(-1) !== outputs)
    return undefined;
  return Tensor.fromBytes(name, 'float32', [outputs], tensor.bytes());
}

/** The other inputs of a node that computes each element by itself; undefined where it is none. */
function activationConstants(node: Node, stored: ReadonlyMap<string, Tensor>): readonly Tensor[] | undefined {
  const operator = operatorOf(node);
  if (!operator?.looksAtEach || !operator.gradient) return undefined;
  const names = node.inputs.slice(1).filter((name) => name !== '');
  const tensors = names.flatMap((name) => {
    const tensor = stored.get(name);
    return tensor?.elements === 1 ? Tensor.fromBytes(name, tensor.type, tensor.shape, tensor.bytes()) : [];
  });
  return tensors.length === names.length ? tensors : undefined;
}

function raised(model: Model, tail: Omit<LayerTail, 'opset'>): LayerTail {
  const alone: Model = {
    ...model,
    functions: [],
    graph: {
      name: 'tail',
      nodes: tail.nodes,
      inputs: [{ name: tail.input, type: 'float32' }],
      outputs: [{ name: tail.output, type: 'float32' }],
      initializers: tail.constants.map(({ tensor }) => tensor),
      values: [],
    },
  };
  const newer = raiseOpset(alone, tailOpset);
  if (!('model' in newer)) return noTail;
  return {
    bias: tail.bias,
    nodes: newer.model.graph.nodes.map((node) => ({
      ...node,
      name: own(node.name),
      inputs: node.inputs.map(own),
      outputs: node.outputs.map(own),
    })),
    input: own(tail.input),
    output: own(tail.output),
    constants: tail.constants.map(({ tensor, isPerOutput }) => ({
      tensor: Tensor.fromBytes(own(tensor.name), tensor.type, tensor.shape, tensor.bytes()),
      isPerOutput,
    })),
    opset: standardOpset(newer.model),
  };
}

/** A name that no other part of a graph has; inputs that are left out have none. */
function own(name: string): string {
  return name === '' ? '' : `tail/${name}`;
}

/** The node that alone reads the only output of another, where that is no output of the model. */
function onlyReader({ graph }: Model, node: Node): Node | undefined {
  const [output = '', ...more] = node.outputs;
  if (more.length > 0 || graph.outputs.some(({ name }) => name === output)) return undefined;
  const readers = [...graphsWithin(graph)].flatMap(({ nodes }) =>
    nodes.filter(({ inputs }) => inputs.includes(output)),
  );
  const [reader] = readers;
  return readers.length === 1 && reader && graph.nodes.includes(reader) ? reader : undefined;
}
