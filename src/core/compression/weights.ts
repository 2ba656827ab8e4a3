// The weights of a model that compression works on, each stored tensor once, and the exchange of their content.
import type { Graph, Model, Node } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import { allNodes, mapGraphs, replaceTensors, storedTensors } from '../ir/traversal';
import { layersOf, type LayerTensor } from '../operators/layers';

/** A stored tensor with the role of a weight, and the layer that it is counted in. */
export interface Weight extends LayerTensor {
  readonly layer: string;
  /** The layer's node. */
  readonly node: Node;
}

/** Every stored weight of the model in graph order. A tensor that several layers share is listed once. */
export function weightsOf(model: Model): Weight[] {
  const seen = new Set<Tensor>();
  const weights: Weight[] = [];
  for (const layer of layersOf(model)) {
    for (const weight of layer.tensors) {
      if (weight.role !== 'weight' || seen.has(weight.tensor)) continue;
      seen.add(weight.tensor);
      weights.push({ ...weight, layer: layer.label, node: layer.node });
    }
  }
  return weights;
}

/** Why a model has no weights to compress, in words; undefined where it has some. */
export function reasonWithoutWeights(model: Model): string | undefined {
  if (weightsOf(model).length > 0) return undefined;
  const operators = [...new Set([...allNodes(model)].map((node) => node.operator))];
  if (operators.length === 0) return 'it has no operators';
  return `it holds ${listed(operators)} and no weight tensors`;
}

/** A copy of the model with the content of stored tensors exchanged, wherever they are stored. */
export function replaceWeights(model: Model, replacements: ReadonlyMap<Tensor, Tensor>): Model {
  if (replacements.size === 0) return model;
  const replace = (graph: Graph): Graph => mapGraphs(graph, (inner) => replaceInGraph(inner, replacements));
  return {
    ...model,
    graph: replace(model.graph),
    functions: model.functions.map((fn) => {
      const body = { name: fn.name, nodes: fn.nodes, inputs: [], outputs: [], initializers: [], values: [] };
      const { nodes } = replace(body);
      return nodes === fn.nodes ? fn : { ...fn, nodes };
    }),
  };
}

function replaceInGraph(graph: Graph, replacements: ReadonlyMap<Tensor, Tensor>): Graph {
  const byName = new Map<string, Tensor>();
  for (const [name, tensor] of storedTensors(graph)) {
    const replacement = replacements.get(tensor);
    if (replacement) byName.set(name, replacement);
  }
  return byName.size === 0 ? graph : replaceTensors(graph, byName);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more operators` : shown;
}
