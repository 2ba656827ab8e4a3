// A quantized model with one thing about its quantization changed, which tells by measuring what that thing did.
import type { AffineGrid } from '../../compression/quantization/grids/affineGrid';
import { freshNames } from '../../ir/freshNames';
import type { Model, Node } from '../../ir/graph';
import { encodeNumbers, float32Tensor } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import type { StoredIntegers, ValueQuantizer } from './quantizers';

/** The values are no longer rounded. */
export function withoutRounding(model: Model, quantizers: readonly ValueQuantizer[]): Model {
  const values = new Map(
    quantizers.flatMap(({ value, dequantize }) => dequantize.map((node) => [node, value])),
  );
  const nodes = model.graph.nodes.map((node): Node => {
    const value = values.get(node);
    if (value === undefined) return node;
    return { ...node, domain: '', operator: 'Identity', inputs: [value], attributes: [] };
  });
  return { ...model, graph: { ...model.graph, nodes } };
}

/** The values are rounded to these grids; their types stay. */
export function withGrids(model: Model, grids: ReadonlyMap<ValueQuantizer, AffineGrid>): Model {
  const fresh = freshNames(model);
  const inputs = new Map<Node, readonly [string, string]>();
  const added: Tensor[] = [];
  for (const [{ quantize, dequantize, grid: before }, { scale, zeroPoint }] of grids) {
    const scales = float32Tensor(fresh('scale'), [], Float32Array.of(scale));
    const type = before.lowest < 0 ? 'int8' : 'uint8';
    const zero = Tensor.fromBytes(fresh('zero_point'), type, [], encodeNumbers(type, [zeroPoint]));
    added.push(scales, zero);
    for (const node of [quantize, ...dequantize]) inputs.set(node, [scales.name, zero.name]);
  }
  const nodes = model.graph.nodes.map((node) => {
    const own = inputs.get(node);
    return own ? { ...node, inputs: [node.inputs[0]!, ...own] } : node;
  });
  return {
    ...model,
    graph: { ...model.graph, nodes, initializers: [...model.graph.initializers, ...added] },
  };
}

/** The weights have these numbers, which nothing rounds; each of the elements and in the order of the stored tensor. */
export function withWeights(model: Model, weights: ReadonlyMap<StoredIntegers, Tensor>): Model {
  const constants = new Map<Node, Tensor>();
  for (const [{ tensor, dequantize }, values] of weights) {
    const [output = ''] = dequantize.node.outputs;
    constants.set(
      dequantize.node,
      new Tensor({
        name: output,
        type: values.type,
        shape: tensor.shape,
        read: (...part) => values.bytes(...part),
      }),
    );
  }
  const nodes = model.graph.nodes.filter((node) => !constants.has(node));
  return {
    ...model,
    graph: { ...model.graph, nodes, initializers: [...model.graph.initializers, ...constants.values()] },
  };
}
