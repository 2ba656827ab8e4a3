// How a node uses stored tensors: directly, or through nodes that only pass a tensor on.
import { isFloat, isInteger } from '../ir/elementType';
import { attribute, type Graph, type Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import { axisOf } from './dimensions';
import type { WeightInput } from './operator';
import { operatorOf } from './operators';
import type { Scope } from './scope';
import { storedAxis, type PathFinder, type StoredPath } from './storedPaths';

/** What makes real numbers of a stored integer tensor. */
export interface Dequantize {
  /** The DequantizeLinear between the tensor and its layer, or the layer's own node where it takes integers. */
  readonly node: Node;
  readonly scale: Tensor;
  readonly zeroPoint?: Tensor;
  /** Axis of the scales; undefined for one scale per tensor. */
  readonly axis?: number;
}

export interface TensorUse {
  readonly value: string;
  readonly storedIn: Graph;
  readonly tensor: Tensor;
  readonly role: 'weight' | 'bias' | 'normalization' | 'constant';
  readonly outputAxis?: number;
  readonly parameters: number;
  readonly dequantize?: Dequantize;
  /** The scale and zero point of `dequantize`, which belong to whom the tensor belongs. */
  readonly companions: readonly TensorUse[];
  /** The node only passes the tensor on, and has it only if nobody else does. */
  readonly passing: boolean;
}

/** The stored tensors behind a node's inputs, in their order; a tensor twice among the inputs is listed once. */
export function usesOf(node: Node, scope: Scope, find: PathFinder): readonly TensorUse[] {
  const operator = operatorOf(node);
  const facts = new Map(operator?.weights?.(node).map((fact) => [fact.input, fact]));
  const passed = new Set(node.outputs.flatMap((_, output) => operator?.passes?.(node, output) ?? []));
  const uses = new Map<Tensor, TensorUse>();
  // Inputs with facts first: a tensor that is a weight and something else as well is a weight.
  const inputs = [...node.inputs.keys()].toSorted((a, b) => Number(facts.has(b)) - Number(facts.has(a)));
  for (const input of inputs) {
    const fact = facts.get(input);
    for (const path of find(scope, node.inputs[input] ?? '')) {
      if (uses.has(path.tensor)) continue;
      uses.set(path.tensor, useOf({ node, scope, find, path, fact, passing: passed.has(input) }));
    }
  }
  return [...uses.values()];
}

/** A stored tensor behind one input of a node. */
interface InputPath {
  readonly node: Node;
  readonly scope: Scope;
  readonly find: PathFinder;
  readonly path: StoredPath;
  readonly fact: WeightInput | undefined;
  readonly passing: boolean;
}

function useOf(use: InputPath): TensorUse {
  const { node, path, fact, passing } = use;
  const { value, storedIn, tensor } = path;
  const dequantized = path.dequantized || (passing && operatorOf(node)?.dequantizes === true);
  const quantized = isInteger(tensor.type) && (dequantized || fact?.quantized === true);
  const counts = isFloat(tensor.type) || quantized;
  // A lone number is part of the computation, like the 3 of a hard swish.
  const role = fact && counts && tensor.shape.length > 0 ? fact.role : 'constant';
  const outputAxis =
    role === 'weight' && fact?.outputAxis !== undefined ? storedAxis(path, fact.outputAxis) : undefined;
  const grid = gridOf(use, outputAxis);
  return {
    value,
    storedIn,
    tensor,
    role,
    ...(outputAxis === undefined ? {} : { outputAxis }),
    parameters: counts ? ((role === 'weight' ? fact?.packedWeights : undefined) ?? tensor.elements) : 0,
    ...(grid ? { dequantize: grid.facts } : {}),
    companions: grid?.companions ?? [],
    passing,
  };
}

interface Grid {
  readonly facts: Dequantize;
  readonly companions: readonly TensorUse[];
}

/** The scale and zero point of stored integers: of the DequantizeLinear that they go through first, or of the node. */
function gridOf(
  { node, scope, find, path, fact }: InputPath,
  outputAxis: number | undefined,
): Grid | undefined {
  const step = path.first;
  if (step && operatorOf(step.node)?.dequantizes === true) {
    const axis = axisOf(attribute(step.node, 'axis', 'int') ?? 1, path.tensor.shape.length);
    return gridAt(step.node, step.scope, find, { scale: 1, zeroPoint: 2 }, axis);
  }
  if (!fact?.grid || !isInteger(path.tensor.type)) return undefined;
  return gridAt(node, scope, find, fact.grid, outputAxis);
}

function gridAt(
  node: Node,
  scope: Scope,
  find: PathFinder,
  inputs: NonNullable<WeightInput['grid']>,
  axis: number | undefined,
): Grid | undefined {
  const scale = find(scope, node.inputs[inputs.scale] ?? '')[0];
  const zeroPoint = find(scope, node.inputs[inputs.zeroPoint] ?? '')[0];
  if (!scale) return undefined;
  const perTensor = scale.tensor.elements === 1;
  if (!perTensor && axis === undefined) return undefined;
  return {
    facts: {
      node,
      scale: scale.tensor,
      ...(zeroPoint ? { zeroPoint: zeroPoint.tensor } : {}),
      ...(perTensor || axis === undefined ? {} : { axis }),
    },
    companions: [scale, ...(zeroPoint ? [zeroPoint] : [])].map((companion) =>
      useOf({ node, scope, find, path: companion, fact: undefined, passing: false }),
    ),
  };
}
