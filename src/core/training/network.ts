// The part of a model that a training graph is made of: what the trained output depends on, in a version of the
// operators that gradients are written in.
import { CounterweightError } from '../../shared/base/errors';
import { freshNames } from '../ir/freshNames';
import type { Graph, Model, Node } from '../ir/graph';
import { float32Tensor } from '../ir/numbers';
import { mapGraphs } from '../ir/traversal';
import { operatorOf } from '../operators/operators';
import { raiseOpset } from '../operators/opsets/raiseOpset';
import { isStandardDomain, standardOpset } from '../operators/opsets/standardOpset';
import { scopeOf } from '../operators/scope';
import { pathFinder } from '../operators/storedPaths';
import { nodeOrder } from '../analysis/nodeOrder';
import { float32Model } from './float32Model';

/** LayerNormalization and the adding ScatterElements are there; older models are raised to it. */
const opset = 17;
const irVersion = 8;

/**
 * The model as gradients need it: in opset 17 or what is newer, in float32, the standard operators under their empty domain,
 * and only with the inputs that have to be fed. Names of values stay what they are. Throws NOT_TRAINABLE.
 */
export function networkOf(model: Model, path: string): Model {
  const raised = raiseOpset(model, opset);
  if ('refused' in raised) {
    const reason = `it is of opset ${standardOpset(model)}, and ${raised.refused.join(', ')} cannot be brought to opset ${opset}; export it with a newer opset`;
    throw new CounterweightError('NOT_TRAINABLE', { path, reason });
  }
  const version = standardOpset(raised.model);
  const opsets = new Map([...raised.model.opsets].filter(([domain]) => domain !== 'ai.onnx'));
  const { graph } = float32Model({
    ...raised.model,
    graph: mapGraphs(raised.model.graph, inStandardDomain),
  });
  const stored = new Set(graph.initializers.map(({ name }) => name));
  return {
    ...raised.model,
    opsets: opsets.set('', version),
    irVersion: Math.max(irVersion, model.irVersion),
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !stored.has(name)),
      // What the file states of shapes holds for its own batch alone.
      outputs: graph.outputs.map(({ name, type }) => ({ name, ...(type && { type }) })),
      values: [],
    },
  };
}

function inStandardDomain(graph: Graph): Graph {
  if (!graph.nodes.some(({ domain }) => domain !== '' && isStandardDomain(domain))) return graph;
  const nodes = graph.nodes.map((node) => (isStandardDomain(node.domain) ? { ...node, domain: '' } : node));
  return { ...graph, nodes };
}

/** The model with one node's first output being its first input. */
export function withoutNode(model: Model, removed: Node): Model {
  const nodes = model.graph.nodes.map((node) =>
    node === removed
      ? { ...node, operator: 'Identity', inputs: node.inputs.slice(0, 1), attributes: [] }
      : node,
  );
  return { ...model, graph: { ...model.graph, nodes } };
}

/**
 * The model with dropout of the given ratio on the inputs of all fully connected layers but the first (Srivastava et
 * al.: Dropout; JMLR 2014).
 */
export function withDropout(model: Model, ratio: number): Model {
  if (ratio === 0) return model;
  const fresh = freshNames(model);
  const scope = scopeOf(model.graph);
  const find = pathFinder();
  const ratioName = fresh('dropout_ratio');
  const dropped = new Map<string, string>();
  let layers = 0;
  const nodes: Node[] = [];
  for (const node of nodeOrder(model.graph)) {
    const fact = operatorOf(node)
      ?.weights?.(node)
      .find(({ input, multiplies }) => multiplies !== undefined && isStored(node.inputs[input] ?? ''));
    const input = fact?.multiplies;
    const data = input === undefined ? undefined : node.inputs[input];
    if (input === undefined || data === undefined || isStored(data) || layers++ === 0) {
      nodes.push(node);
      continue;
    }
    let output = dropped.get(data);
    if (output === undefined) {
      output = fresh(`${data}_dropped`);
      dropped.set(data, output);
      nodes.push({
        name: fresh('dropout'),
        domain: '',
        operator: 'Dropout',
        inputs: [data, ratioName],
        outputs: [output],
        attributes: [],
      });
    }
    nodes.push({ ...node, inputs: node.inputs.with(input, output) });
  }
  const initializers = [...model.graph.initializers, float32Tensor(ratioName, [], Float32Array.of(ratio))];
  return { ...model, graph: { ...model.graph, nodes, initializers } };

  function isStored(value: string): boolean {
    return value !== '' && find(scope, value).length > 0;
  }
}
