// Gives a model in a newer version of the standard operators, so that nodes which need it can be added.
import { freshNames } from '../../ir/freshNames';
import { isFloat, type ElementType } from '../../ir/elementType';
import {
  attribute,
  type Graph,
  type Model,
  type ModelFunction,
  type Node,
  type ValueInfo,
} from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import { allNodes, graphsWithin, mapGraphs, storedTensors, subgraphs } from '../../ir/traversal';
import type { OpsetChange, RewriteContext } from './opsetChange';
import { oldestOpset, opsetChanges } from './opsetChanges';
import { isStandardDomain, standardOpset } from './standardOpset';

/** Versions that something needs: DequantizeLinear, its axis, what is trained, and blocks and 4-bit integers. */
export type RaisedOpset = 10 | 13 | 17 | 21;

/**
 * The model in version `to` of the standard operators, computing the same; or the operators because of which that
 * cannot be said with certainty. Weights and the names of values stay what they are. A model that is as new already
 * comes back itself.
 */
export function raiseOpset(model: Model, to: RaisedOpset): { model: Model } | { refused: string[] } {
  const from = standardOpset(model);
  if (from >= to) return { model };
  const refused = new Set<string>(from < oldestOpset ? standardOperators(allNodes(model)) : []);
  for (const fn of model.functions) for (const name of changedWithin(fn, from, to)) refused.add(name);

  let graph = model.graph;
  const context = contextOf(model);
  for (let version = from + 1; version <= to && refused.size === 0; version++) {
    graph = mapGraphs(graph, (inner) => rewriteGraph(inner, version, context, refused));
  }
  if (refused.size > 0) return { refused: [...refused].toSorted() };
  const domain = model.opsets.has('') || !model.opsets.has('ai.onnx') ? '' : 'ai.onnx';
  return { model: { ...withIrOf(to, { ...model, graph }), opsets: new Map(model.opsets).set(domain, to) } };
}

/** 4-bit integers came with version 10 of the IR. */
const irOfInt4 = 10;

/**
 * A model whose IR knows the element types of its opset. Before version 4 every initializer was an input as well; after
 * it such an input is a default, which a caller may replace and no runtime may fold.
 */
function withIrOf(opset: RaisedOpset, model: Model): Model {
  if (opset < 21 || model.irVersion >= irOfInt4) return model;
  if (model.irVersion >= 4) return { ...model, irVersion: irOfInt4 };
  const stored = new Set(model.graph.initializers.map(({ name }) => name));
  const inputs = model.graph.inputs.filter(({ name }) => !stored.has(name));
  return { ...model, irVersion: irOfInt4, graph: { ...model.graph, inputs } };
}

function rewriteGraph(graph: Graph, version: number, context: RewriteContext, refused: Set<string>): Graph {
  let changed = false;
  const nodes = graph.nodes.flatMap((node) => {
    if (!isStandardDomain(node.domain)) return [node];
    const change = changeOf(node.operator, version);
    if (change === 'same') return [node];
    const result = typeof change === 'function' ? change(node, context) : 'refused';
    if (result === 'refused') {
      refused.add(node.operator);
      return [node];
    }
    changed ||= result.length !== 1 || result[0] !== node;
    return result;
  });
  return changed ? { ...graph, nodes } : graph;
}

/** What a version did to an operator; refused where the operator is not known, or came with that version or later. */
function changeOf(operator: string, version: number): OpsetChange {
  const changes = Object.hasOwn(opsetChanges, operator) ? opsetChanges[operator] : undefined;
  const came = Object.entries(changes ?? {}).find(([, change]) => change === 'introduced')?.[0];
  if (!changes || Number(came ?? 0) >= version) return 'refused';
  return changes[version as keyof typeof changes] ?? 'same';
}

/**
 * Operators of a function that any version after `from` changed. A function states its own opset and keeps it, which
 * is allowed as long as its operators have the same definition in the opset of the model.
 */
function* changedWithin(fn: ModelFunction, from: number, to: number): Generator<string> {
  for (const operator of standardOperators(nodesWithin(fn))) {
    const changes = Object.hasOwn(opsetChanges, operator) ? opsetChanges[operator] : undefined;
    const versions = Object.keys(changes ?? {}).map(Number);
    if (!changes || versions.some((version) => version > from && version <= to)) yield operator;
  }
}

function* nodesWithin(fn: ModelFunction): Generator<Node> {
  for (const node of fn.nodes) {
    yield node;
    for (const inner of subgraphs(node)) for (const graph of graphsWithin(inner)) yield* graph.nodes;
  }
}

function* standardOperators(nodes: Iterable<Node>): Generator<string> {
  for (const node of nodes) if (isStandardDomain(node.domain)) yield node.operator;
}

function contextOf(model: Model): RewriteContext {
  const infos = new Map<string, Partial<ValueInfo>>();
  const stored = new Map<string, Tensor | undefined>();
  const used = new Set<string>();
  for (const graph of graphsWithin(model.graph)) {
    for (const info of [...graph.inputs, ...graph.outputs, ...graph.values]) learn(infos, info.name, info);
    for (const [name, tensor] of storedTensors(graph)) {
      learn(infos, name, { type: tensor.type, shape: tensor.shape });
      stored.set(name, stored.has(name) ? undefined : tensor);
    }
    for (const { name } of graph.outputs) used.add(name);
    for (const node of graph.nodes) for (const name of node.inputs) used.add(name);
  }
  const floats = new Set(floatTypes(model, infos.values()));
  const onlyFloat = floats.size === 1 ? [...floats][0] : undefined;
  return {
    fresh: freshNames(model),
    rank: (value) => infos.get(value)?.shape?.length,
    floatType: (value) => infos.get(value)?.type ?? onlyFloat,
    stored: (value) => stored.get(value),
    isUsed: (value) => used.has(value),
    from: standardOpset(model),
  };
}

/** The float types in a model: of its inputs, of what it stores, and of what its nodes say that they make. */
function* floatTypes(model: Model, infos: Iterable<Partial<ValueInfo>>): Generator<ElementType> {
  for (const { type } of infos) if (type && isFloat(type)) yield type;
  for (const node of allNodes(model)) {
    const made = attribute(node, 'to', 'int') ?? attribute(node, 'dtype', 'int');
    const type = made === undefined ? undefined : floatOfCode[made];
    if (type) yield type;
  }
}

/** Float types by their code in TensorProto.DataType. */
const floatOfCode: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};

/** Notes type and rank of a value. Two branches may use one name for different values: what differs is not known. */
function learn(infos: Map<string, Partial<ValueInfo>>, name: string, info: Partial<ValueInfo>): void {
  const known = infos.get(name);
  if (!known) {
    infos.set(name, info);
    return;
  }
  const { type, shape } = info;
  infos.set(name, {
    ...(known.type === type && type !== undefined && { type }),
    ...(known.shape?.length === shape?.length && shape !== undefined && { shape }),
  });
}
