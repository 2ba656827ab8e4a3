// Puts quantized weights into a model: the int8 tensor, its scales and zero points become initializers, and a
// DequantizeLinear makes the value of the original name from them, so that every other node stays as it was.
import type { Graph, Model, Node } from '../../ir/graph';
import { freshNames, type FreshName } from '../../ir/freshNames';
import type { Tensor } from '../../ir/tensor';
import { mapGraphs, storedTensors } from '../../ir/traversal';
import { onnxTypeCodes, type CastType } from './castType';
import type { WeightPlan } from './planWeight';
import { quantizedTensor, type QuantizedTensor } from './quantizedTensor';

/** Domain of DequantizeLinear: the standard one, or ONNX Runtime's own, which works with every opset. */
export type DequantizeDomain = '' | 'com.microsoft';

/** A copy of the model in which the weights, keyed by their stored tensors, are quantized as planned. */
export function insertDequantize(
  model: Model,
  plans: ReadonlyMap<Tensor, WeightPlan>,
  domain: DequantizeDomain,
): Model {
  const fresh = freshNames(model);
  // Before version 4 of the IR every initializer is listed among the inputs of the graph as well.
  // Rebuilding a graph's nodes keeps its list of inputs, which therefore tells the outermost graph.
  const listedInputs = model.irVersion < 4 ? model.graph.inputs : undefined;
  const graph = mapGraphs(model.graph, (inner) =>
    quantizeGraph(inner, plans, domain, fresh, inner.inputs === listedInputs),
  );
  const opsets = domain === '' ? model.opsets : new Map(model.opsets).set(domain, 1);
  return { ...model, graph, opsets };
}

function quantizeGraph(
  graph: Graph,
  plans: ReadonlyMap<Tensor, WeightPlan>,
  domain: DequantizeDomain,
  fresh: FreshName,
  listInitializers: boolean,
): Graph {
  const replaced = new Map<string, QuantizedWeight>();
  for (const [value, tensor] of storedTensors(graph)) {
    const plan = plans.get(tensor);
    if (plan) replaced.set(value, { ...quantizedAs(value, tensor, plan, fresh), castTo: plan.castTo });
  }
  if (replaced.size === 0) return graph;

  const dequantize = new Map(
    [...replaced].map(([value, weight]) => [value, dequantizeNodes(value, weight, domain, fresh)]),
  );
  const initializers = graph.initializers.filter(({ name }) => !replaced.has(name));
  const added = [...replaced.values()].flatMap(({ stored, scale, zeroPoint }) => [stored, scale, zeroPoint]);
  const fromInitializers = graph.initializers.flatMap(({ name }) => dequantize.get(name) ?? []);
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  const nodes = graph.nodes.flatMap((node) => {
    const output = node.outputs[0] ?? '';
    const exchanged = initialized.has(output) ? undefined : dequantize.get(output);
    return exchanged ?? [node];
  });
  return {
    ...graph,
    initializers: [...initializers, ...added],
    nodes: [...fromInitializers, ...nodes],
    inputs: [
      ...graph.inputs.filter(({ name }) => !replaced.has(name)),
      ...(listInitializers ? added.map(({ name, type, shape }) => ({ name, type, shape })) : []),
    ],
  };
}

interface QuantizedWeight extends QuantizedTensor {
  readonly castTo: CastType | undefined;
}

function quantizedAs(
  value: string,
  tensor: Tensor,
  { axis, grids }: WeightPlan,
  fresh: FreshName,
): QuantizedTensor {
  return quantizedTensor(tensor, axis, grids, {
    stored: fresh(`${value}_quantized`),
    scale: fresh(`${value}_scale`),
    zeroPoint: fresh(`${value}_zero_point`),
  });
}

function dequantizeNodes(
  value: string,
  { stored, scale, zeroPoint, axis, castTo }: QuantizedWeight,
  domain: DequantizeDomain,
  fresh: FreshName,
): Node[] {
  const real = castTo === undefined ? value : fresh(`${value}_dequantized`);
  const dequantize: Node = {
    name: fresh(`${value}_DequantizeLinear`),
    domain,
    operator: 'DequantizeLinear',
    inputs: [stored.name, scale.name, zeroPoint.name],
    outputs: [real],
    attributes: axis === undefined ? [] : [{ name: 'axis', kind: 'int', value: axis }],
  };
  if (castTo === undefined) return [dequantize];
  const cast: Node = {
    name: fresh(`${value}_Cast`),
    domain: '',
    operator: 'Cast',
    inputs: [real],
    outputs: [value],
    attributes: [{ name: 'to', kind: 'int', value: onnxTypeCodes[castTo] }],
  };
  return [dequantize, cast];
}
