// Puts the grids of activations into a model: each value is rounded by a QuantizeLinear and made real again by a
// DequantizeLinear, which runtimes draw into the operators around them.
import type { Graph, Model, Node } from '../../../ir/graph';
import { freshNames, type FreshName } from '../../../ir/freshNames';
import { encodeNumbers, float32Tensor } from '../../../ir/numbers';
import { Tensor } from '../../../ir/tensor';
import { nodeLabels } from '../../../ir/traversal';
import type { AffineGrid } from '../grids/affineGrid';
import type { DequantizeDomain } from './storeWeight';

/** A copy of the model in which values of the outermost graph are rounded to their grids wherever nodes read them. */
export function storeActivations(
  model: Model,
  activations: ReadonlyMap<string, AffineGrid>,
  domain: DequantizeDomain,
): Model {
  if (activations.size === 0) return model;
  const { graph } = model;
  const fresh = freshNames(model);
  const parameters = gridParameters(fresh);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const labels = nodeLabels(graph);
  const read = new Map([...activations.keys()].map((value) => [value, fresh(`${value}_dequantized`)]));
  const rounded = (value: string): readonly Node[] => {
    const grid = activations.get(value);
    if (!grid) return [];
    return roundingNodes({ value, from: value, to: read.get(value)!, grid, parameters, fresh, domain });
  };

  const nodes: Node[] = graph.inputs.flatMap(({ name }) => rounded(name));
  for (const node of graph.nodes) {
    const reading = node.inputs.some((value) => read.has(value))
      ? { ...node, inputs: node.inputs.map((value) => read.get(value) ?? value) }
      : node;
    // An output keeps its name, so that what makes it gives another. A node without a name has that of its output.
    const given = node.outputs.filter((value) => outputs.has(value) && activations.has(value));
    if (given.length === 0) {
      nodes.push(reading, ...node.outputs.flatMap(rounded));
      continue;
    }
    const inner = new Map(given.map((value) => [value, fresh(`${value}_real`)]));
    nodes.push({
      ...reading,
      name: labels.get(node)!,
      outputs: node.outputs.map((value) => inner.get(value) ?? value),
    });
    for (const value of node.outputs) {
      const from = inner.get(value);
      const grid = activations.get(value);
      if (from === undefined || !grid) nodes.push(...rounded(value));
      else nodes.push(...roundingNodes({ value, from, to: value, grid, parameters, fresh, domain }));
    }
  }
  const renamed = withOutputsRead(nodes, outputs, read);
  return { ...model, graph: withTensors({ ...graph, nodes: renamed }, parameters.tensors(), model) };
}

/** Outputs are rounded under their own name, which nodes read as well. */
function withOutputsRead(
  nodes: readonly Node[],
  outputs: ReadonlySet<string>,
  read: ReadonlyMap<string, string>,
): readonly Node[] {
  const back = new Map(
    [...read].filter(([value]) => outputs.has(value)).map(([value, name]) => [name, value]),
  );
  if (back.size === 0) return nodes;
  return nodes.map((node) =>
    node.inputs.some((name) => back.has(name))
      ? { ...node, inputs: node.inputs.map((name) => back.get(name) ?? name) }
      : node,
  );
}

interface Rounding {
  readonly value: string;
  readonly from: string;
  readonly to: string;
  readonly grid: AffineGrid;
  readonly parameters: GridParameters;
  readonly fresh: FreshName;
  readonly domain: DequantizeDomain;
}

/**
 * Rounds onto a grid and back. A grid with fewer levels than its type is cut off between the two, among the integers:
 * a Clip before would keep the runtime from drawing the rounding into the operator that makes the value.
 */
function roundingNodes({ value, from, to, grid, parameters, fresh, domain }: Rounding): readonly Node[] {
  const { scale, zeroPoint, bounds } = parameters.of(value, grid);
  const nodes: Node[] = [];
  const add = (operator: string, inputs: readonly string[], output: string, own: string): string => {
    const name = fresh(`${value}_${operator}`);
    nodes.push({ name, domain: own, operator, inputs, outputs: [output], attributes: [] });
    return output;
  };
  let at = add('QuantizeLinear', [from, scale, zeroPoint], fresh(`${value}_quantized`), domain);
  if (bounds) at = add('Clip', [at, ...bounds], fresh(`${value}_clipped`), '');
  add('DequantizeLinear', [at, scale, zeroPoint], to, domain);
  return nodes;
}

interface StoredParameters {
  readonly scale: string;
  readonly zeroPoint: string;
  /** The lowest and the highest level, where the type has more. */
  readonly bounds?: readonly [string, string];
}

interface GridParameters {
  readonly of: (value: string, grid: AffineGrid) => StoredParameters;
  readonly tensors: () => readonly Tensor[];
}

/**
 * What signed levels are shifted by. All are stored as uint8: on x86, ONNX Runtime draws int8 into its kernels only
 * after it has shifted them itself, which it cannot where several nodes read them or bounds stand between.
 */
const signedOffset = 128;

function uint8(name: string, level: number): Tensor {
  return Tensor.fromBytes(name, 'uint8', [], encodeNumbers('uint8', [level]));
}

/** Each grid is stored once, and so is each bound. */
function gridParameters(fresh: FreshName): GridParameters {
  const tensors: Tensor[] = [];
  const byGrid = new Map<AffineGrid, StoredParameters>();
  const boundNames = new Map<number, string>();
  const stored = (tensor: Tensor): string => {
    tensors.push(tensor);
    return tensor.name;
  };
  const bound = (level: number): string => {
    const known = boundNames.get(level);
    if (known !== undefined) return known;
    const name = stored(uint8(fresh('level'), level));
    boundNames.set(level, name);
    return name;
  };
  return {
    tensors: () => tensors,
    of: (value, grid) => {
      const known = byGrid.get(grid);
      if (known) return known;
      const { lowest, highest } = grid;
      const offset = lowest < 0 ? signedOffset : 0;
      const parameters: StoredParameters = {
        scale: stored(float32Tensor(fresh(`${value}_scale`), [], Float32Array.of(grid.scale))),
        zeroPoint: stored(uint8(fresh(`${value}_zero_point`), grid.zeroPoint + offset)),
        // Symmetric grids of 8 bits leave out −128, which rounding gives to nothing in their range.
        ...(highest + offset < 255 && { bounds: [bound(lowest + offset), bound(highest + offset)] as const }),
      };
      byGrid.set(grid, parameters);
      return parameters;
    },
  };
}

/** Before version 4 of the IR every initializer is listed among the inputs of the graph as well. */
function withTensors(graph: Graph, tensors: readonly Tensor[], { irVersion }: Model): Graph {
  const listed = irVersion < 4 ? tensors.map(({ name, type, shape }) => ({ name, type, shape })) : [];
  return {
    ...graph,
    inputs: [...graph.inputs, ...listed],
    initializers: [...graph.initializers, ...tensors],
  };
}
