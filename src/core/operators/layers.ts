// Which stored tensors belong to which layer of a model, and what each is to it.
import type { Graph, Model, Node } from '../ir/graph';
import { isFloat } from '../ir/elementType';
import type { Tensor } from '../ir/tensor';
import { placedNodes, scopeOf, type Scope } from './scope';
import { pathFinder } from './storedPaths';
import { usesOf, type Dequantize, type TensorUse } from './tensorUses';

export interface LayerTensor {
  /** Name under which its graph stores it: an initializer, or the output of a Constant node. */
  readonly value: string;
  /** The graph that stores it: the layer's own or one around it. */
  readonly storedIn: Graph;
  readonly tensor: Tensor;
  readonly role: 'weight' | 'bias' | 'normalization' | 'constant';
  /** Axis of the output channels in the stored tensor's own shape, where there is one. */
  readonly outputAxis?: number;
  /** Elements that count as parameters. */
  readonly parameters: number;
  /** The scale and zero point of quantized weights, where they are stored too. */
  readonly dequantize?: Dequantize;
}

export interface Layer {
  /** Unique in the model and the same in a compressed copy of it. */
  readonly label: string;
  readonly node: Node;
  readonly graph: Graph;
  readonly tensors: readonly LayerTensor[];
}

/**
 * Every node with the stored tensors it uses, in graph order; nodes of subgraphs follow their parent. Each stored
 * tensor of the model is in exactly one layer: where several nodes share it, the first one's for which it is a weight,
 * else a bias or normalization, else anything. What no node uses is in a last layer of its own, so that the parameters
 * of all layers are those of the model.
 */
export function layersOf(model: Model): readonly Layer[] {
  const nodes = placedNodes(model);
  const find = pathFinder();
  const claims = claimed(nodes.map(({ node, scope }) => usesOf(node, scope, find)));
  const layers = nodes.map(({ label, node, scope }, i): Layer => {
    return { label, node, graph: scope.graph, tensors: claims.byNode[i]!.map(toLayerTensor) };
  });
  const scopes = new Set([scopeOf(model.graph), ...nodes.map(({ scope }) => scope)]);
  const unused = [...scopes].flatMap((scope) => unusedTensors(scope, claims.taken));
  return unused.length === 0 ? layers : [...layers, unusedLayer(model.graph, unused, layers)];
}

interface Claims {
  readonly byNode: readonly (readonly TensorUse[])[];
  readonly taken: Set<Tensor>;
}

/** Gives each tensor to one of its users: rounds of decreasing right, in each of them the first in graph order. */
function claimed(uses: readonly (readonly TensorUse[])[]): Claims {
  const byNode: TensorUse[][] = uses.map(() => []);
  const taken = new Set<Tensor>();
  for (const round of rounds) {
    for (const [i, candidates] of uses.entries()) {
      for (const candidate of candidates.filter(round)) {
        for (const use of [candidate, ...candidate.companions]) {
          if (taken.has(use.tensor)) continue;
          taken.add(use.tensor);
          byNode[i]!.push(use);
        }
      }
    }
  }
  return { byNode, taken };
}

const rounds: readonly ((use: TensorUse) => boolean)[] = [
  ({ role }) => role === 'weight',
  ({ role }) => role === 'bias' || role === 'normalization',
  ({ role, passing }) => role === 'constant' && !passing,
  ({ passing }) => passing,
];

function toLayerTensor(use: TensorUse): LayerTensor {
  const { value, storedIn, tensor, role, parameters, outputAxis, dequantize } = use;
  return {
    value,
    storedIn,
    tensor,
    role,
    parameters,
    ...(outputAxis === undefined ? {} : { outputAxis }),
    ...(dequantize ? { dequantize } : {}),
  };
}

function unusedTensors({ graph, stored }: Scope, taken: Set<Tensor>): readonly LayerTensor[] {
  const unused: LayerTensor[] = [];
  for (const [value, tensor] of stored) {
    if (taken.has(tensor)) continue;
    taken.add(tensor);
    const parameters = isFloat(tensor.type) ? tensor.elements : 0;
    unused.push({ value, storedIn: graph, tensor, role: 'constant', parameters });
  }
  return unused;
}

/** A node that is not in the graph and does nothing. */
function unusedLayer(graph: Graph, tensors: readonly LayerTensor[], layers: readonly Layer[]): Layer {
  const labels = new Set(layers.map(({ label }) => label));
  let label = 'unused';
  while (labels.has(label)) label = `(${label})`;
  const node: Node = {
    name: label,
    domain: '',
    operator: 'Unused',
    inputs: tensors.map(({ value }) => value),
    outputs: [],
    attributes: [],
  };
  return { label, node, graph, tensors };
}
