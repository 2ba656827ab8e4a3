// What a model file holds: its layers with their parameters, bytes, work and the statistics of their tensors.
import { statSync } from 'node:fs';
import { note, type Note } from '../../shared/base/messages';
import type { LayerView, ModelView, ShapeView } from '../../shared/contracts/viewModels';
import { modelFiles, openModel } from '../formats/openModel';
import type { Model, Node, Shape, ValueInfo } from '../ir/graph';
import { pauseFor } from '../ir/pacing';
import { allNodes } from '../ir/traversal';
import { layersOf, type Layer } from '../operators/layers';
import { operatorOf } from '../operators/operators';
import { countMacs } from './macs';
import { measureTensor, type MeasuredTensor } from './measureTensor';
import { inferShapes } from './shapes';

/**
 * Reads a model file and describes it. Layers are the nodes that hold parameters or multiply, so that the parameters
 * of all layers are those of the model. Throws what `openModel` throws, and the signal's reason.
 */
export async function inspectModel(path: string, signal: AbortSignal): Promise<ModelView> {
  const model = openModel(path);
  const pause = pauseFor(signal);
  const shapes = await inferShapes(model, { signal });
  const macs = countMacs(model, shapes);
  const warnings: Note[] = [...model.notes, ...unknownOperators(model)];
  const layers: LayerView[] = [];
  let weights = 0;
  let zeros = 0;
  for (const layer of layersOf(model)) {
    const ownMacs = layer.node.outputs.length === 0 ? 0 : (macs.of(layer.node) ?? null);
    const parameters = sum(layer.tensors.map((tensor) => tensor.parameters));
    if (parameters === 0 && ownMacs === 0) continue;
    const tensors: MeasuredTensor[] = [];
    for (const tensor of layer.tensors) tensors.push(await measureTensor(tensor, pause));
    const ofWeights = tensors.filter(({ role }) => role === 'weight');
    weights += sum(ofWeights.map(({ elements }) => elements));
    zeros += sum(ofWeights.map((tensor) => tensor.zeros));
    warnings.push(...tensors.flatMap((tensor) => tensor.notes));
    layers.push({
      name: layer.label,
      operator: layer.node.operator,
      parameters,
      bytes: sum(tensors.map(({ view }) => view.bytes)),
      macs: ownMacs,
      sparsity: sparsityOf(ofWeights),
      outputShape: toShapeView(outputShape(layer, shapes.shape)),
      tensors: tensors.map(({ view }) => view),
    });
  }
  const parameters = sum(layers.map((layer) => layer.parameters));
  if (macs.total > 0 && shapes.assumed.length > 0) {
    warnings.push(note('MACS_ASSUME', { assumed: shapes.assumed.join(', ') }));
  }
  if (shapes.refusal) {
    warnings.push(note('RUNTIME_CANNOT_LOAD', { problem: shapes.refusal.values.problem }));
  }
  warnings.push(...macs.notes, ...notANetwork(model, parameters));
  return {
    path,
    format: model.format,
    ...(model.producer ? { producer: model.producer } : {}),
    opsets: [...model.opsets].map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`),
    inputs: formalInputs(model).map(toValueView),
    outputs: model.graph.outputs.map(toValueView),
    totals: {
      parameters,
      bytes: sum(modelFiles(model, path).map((file) => statSync(file).size)),
      macs: macs.total,
      sparsity: weights === 0 ? 0 : zeros / weights,
    },
    layers,
    warnings,
  };
}

function sparsityOf(weights: readonly MeasuredTensor[]): number | null {
  const elements = sum(weights.map((weight) => weight.elements));
  return elements === 0 ? null : sum(weights.map(({ zeros }) => zeros)) / elements;
}

function outputShape(
  { node, graph }: Layer,
  shapeOf: (graph: Layer['graph'], value: string) => Shape | undefined,
): Shape | undefined {
  const output = node.outputs.find((name) => name !== '');
  return output === undefined ? undefined : shapeOf(graph, output);
}

/** Inputs that have to be given: before version 4 of the IR the stored tensors are listed too. */
function formalInputs({ graph }: Model): readonly ValueInfo[] {
  const stored = new Set(graph.initializers.map(({ name }) => name));
  return graph.inputs.filter(({ name }) => !stored.has(name));
}

function toValueView({ name, type, shape }: ValueInfo): ModelView['inputs'][number] {
  return { name, type: type ?? 'unknown', shape: toShapeView(shape) };
}

function toShapeView(shape: Shape | undefined): ShapeView | null {
  return shape?.map((size) => size ?? null) ?? null;
}

function unknownOperators(model: Model): readonly Note[] {
  const counts = new Map<string, { readonly node: Node; readonly count: number }>();
  for (const node of allNodes(model)) {
    if (operatorOf(node)) continue;
    const key = `${node.domain}:${node.operator}`;
    counts.set(key, { node, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].map(({ node, count }) =>
    note('OPERATOR_UNKNOWN', { operator: node.operator, domain: node.domain || 'ai.onnx', count }),
  );
}

function notANetwork(model: Model, parameters: number): readonly Note[] {
  if (parameters > 0) return [];
  const nodes = [...allNodes(model)];
  if (!nodes.some((node) => operatorOf(node)?.classical === true)) return [];
  const operators = [...new Set(nodes.map(({ operator }) => operator))].join(', ');
  return [note('NOT_A_NETWORK', { operators })];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
