// Puts quantized weights into a model: what stands for each becomes initializers, and a few nodes make the value of the
// original name from them, so that every other node stays as it was.
import type { Graph, Model, Node } from '../../../ir/graph';
import { freshNames, type FreshName } from '../../../ir/freshNames';
import { Tensor } from '../../../ir/tensor';
import { encodeNumbers } from '../../../ir/numbers';
import { mapGraphs, storedTensors } from '../../../ir/traversal';
import { standardOpset } from '../../../operators/opsets/standardOpset';
import { onnxTypeCodes } from '../castType';
import type { WeightGrid, WeightGrids } from '../grids/weightGrid';
import { withDefaultsWritten } from './defaultsWritten';
import { storeHalf } from './storeHalf';
import { storeUniform } from './storeUniform';
import type { DequantizeDomain, StoredWeight, WeightToStore } from './storeWeight';

/** How each kind of grid is written. */
function store(weight: WeightToStore<WeightGrid>): StoredWeight {
  const { grid } = weight;
  if (grid.kind === 'uniform') return storeUniform({ ...weight, grid });
  if (grid.kind === 'half') return storeHalf({ ...weight, grid });
  throw new Error(`Weights of the kind ${grid.kind} cannot be stored`);
}

/** A copy of the model in which the weights, keyed by their stored tensors, are written on their grids. */
export function storeWeights(model: Model, weights: WeightGrids, domain: DequantizeDomain): Model {
  const common = { domain, opset: standardOpset(model), fresh: freshNames(model) };
  // Before version 4 of the IR every initializer is listed among the inputs of the graph as well.
  // Rebuilding a graph's nodes keeps its list of inputs, which therefore tells the outermost graph.
  const listedInputs = model.irVersion < 4 ? model.graph.inputs : undefined;
  const ranks = new Map<string, number>();
  const stored = mapGraphs(model.graph, (inner) =>
    storeInGraph(inner, weights, common, inner.inputs === listedInputs, ranks),
  );
  const graph = mapGraphs(stored, (inner) => withDefaultsWritten(inner, ranks));
  const usesDomain = domain !== '' && [...weights.values()].some(({ kind }) => kind === 'uniform');
  const opsets = usesDomain ? new Map(model.opsets).set(domain, 1) : model.opsets;
  return { ...model, graph, opsets };
}

type Common = Pick<WeightToStore<WeightGrid>, 'domain' | 'opset' | 'fresh'>;

function storeInGraph(
  graph: Graph,
  weights: WeightGrids,
  common: Common,
  listInitializers: boolean,
  ranks: Map<string, number>,
): Graph {
  const replaced = new Map<
    string,
    { readonly tensors: readonly Tensor[]; readonly nodes: readonly Node[] }
  >();
  for (const [value, tensor] of storedTensors(graph)) {
    const grid = weights.get(tensor);
    if (grid) {
      replaced.set(value, named(value, tensor, store({ ...common, value, tensor, grid }), common.fresh));
      ranks.set(value, tensor.shape.length);
    }
  }
  if (replaced.size === 0) return graph;

  const initializers = graph.initializers.filter(({ name }) => !replaced.has(name));
  const added = [...replaced.values()].flatMap(({ tensors }) => tensors);
  const fromInitializers = graph.initializers.flatMap(({ name }) => replaced.get(name)?.nodes ?? []);
  const initialized = new Set(graph.initializers.map(({ name }) => name));
  const nodes = graph.nodes.flatMap((node) => {
    const output = node.outputs[0] ?? '';
    const exchanged = initialized.has(output) ? undefined : replaced.get(output);
    return exchanged?.nodes ?? [node];
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

/** The nodes end with the value under its own name, in its own shape and type. */
function named(
  value: string,
  { type, shape }: Tensor,
  stored: StoredWeight,
  fresh: FreshName,
): { readonly tensors: readonly Tensor[]; readonly nodes: readonly Node[] } {
  const tensors = [...stored.tensors];
  const nodes = [...stored.nodes];
  let output = stored.output;
  const add = (operator: string, others: readonly string[], attributes: Node['attributes']): void => {
    const made = fresh(`${value}_${operator}`);
    const inputs = [output, ...others];
    nodes.push({ name: made, domain: '', operator, inputs, outputs: [made], attributes });
    output = made;
  };
  if (stored.reshaped) {
    const name = fresh(`${value}_shape`);
    tensors.push(Tensor.fromBytes(name, 'int64', [shape.length], encodeNumbers('int64', shape)));
    add('Reshape', [name], []);
  }
  if (type !== stored.type) {
    const code = onnxTypeCodes[type as keyof typeof onnxTypeCodes];
    add('Cast', [], [{ name: 'to', kind: 'int', value: code }]);
  }
  const last = nodes.at(-1)!;
  return { tensors, nodes: [...nodes.slice(0, -1), { ...last, outputs: [value] }] };
}
