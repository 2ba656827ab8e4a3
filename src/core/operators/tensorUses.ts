// How a node uses stored tensors: directly, or through nodes that only pass a tensor on.
import { isFloat, isInteger } from '../ir/elementType';
import { attribute, type Graph, type Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import { axisOf } from './dimensions';
import type { WeightInput } from './operator';
import { operatorOf } from './operators';
import type { Scope } from './scope';
import { firstStep, isDequantized, storedAxis, type PathFinder, type StoredPath } from './storedPaths';

/** The DequantizeLinear between a stored tensor and the node that uses it. */
export interface Dequantize {
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
    const passing = passed.has(input);
    const dequantized = passing && operator?.dequantizes === true;
    for (const path of find(scope, node.inputs[input] ?? '')) {
      if (!uses.has(path.tensor))
        uses.set(path.tensor, useOf(path, find, facts.get(input), passing, dequantized));
    }
  }
  return [...uses.values()];
}

function useOf(
  path: StoredPath,
  find: PathFinder,
  fact: WeightInput | undefined,
  passing: boolean,
  dequantizedHere: boolean,
): TensorUse {
  const { value, storedIn, tensor } = path;
  const dequantized = dequantizedHere || isDequantized(path);
  const quantized = isInteger(tensor.type) && (dequantized || fact?.quantized === true);
  const counts = isFloat(tensor.type) || quantized;
  // A lone number is part of the computation, like the 3 of a hard swish.
  const role = fact && counts && tensor.shape.length > 0 ? fact.role : 'constant';
  const outputAxis =
    role === 'weight' && fact?.outputAxis !== undefined ? storedAxis(path, fact.outputAxis) : undefined;
  const dequantize = dequantizeOf(path, find);
  return {
    value,
    storedIn,
    tensor,
    role,
    ...(outputAxis === undefined ? {} : { outputAxis }),
    parameters: counts ? ((role === 'weight' ? fact?.packedWeights : undefined) ?? tensor.elements) : 0,
    ...(dequantize ? { dequantize: dequantize.facts } : {}),
    companions: dequantize?.companions ?? [],
    passing,
  };
}

interface DequantizeUse {
  readonly facts: Dequantize;
  readonly companions: readonly TensorUse[];
}

/** The DequantizeLinear that a tensor goes through first, with stored scales. */
function dequantizeOf(path: StoredPath, find: PathFinder): DequantizeUse | undefined {
  const step = firstStep(path);
  if (!step || operatorOf(step.node)?.dequantizes !== true) return undefined;
  const { node, scope } = step;
  const scale = find(scope, node.inputs[1] ?? '')[0];
  const zeroPoint = find(scope, node.inputs[2] ?? '')[0];
  if (!scale) return undefined;
  const perTensor = scale.tensor.elements === 1;
  const axis = perTensor ? undefined : axisOf(attribute(node, 'axis', 'int') ?? 1, path.tensor.shape.length);
  return {
    facts: {
      node,
      scale: scale.tensor,
      ...(zeroPoint ? { zeroPoint: zeroPoint.tensor } : {}),
      ...(axis === undefined ? {} : { axis }),
    },
    companions: [scale, ...(zeroPoint ? [zeroPoint] : [])].map((companion) =>
      useOf(companion, find, undefined, false, false),
    ),
  };
}
