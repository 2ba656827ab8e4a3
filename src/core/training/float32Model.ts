// Networks of other floating-point types are trained in float32: half precision has too few digits for small steps,
// and ONNX Runtime computes it in float32 anyway.
import type { ElementType } from '../ir/elementType';
import type { Attribute, Graph, Model, Node, ValueInfo } from '../ir/graph';
import { encodeNumbers, tensorNumbers } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { mapGraphs } from '../ir/traversal';

/** The types that are exchanged, with their codes in TensorProto.DataType. */
const exchanged: ReadonlyMap<ElementType, number> = new Map([
  ['float16', 10],
  ['float64', 11],
  ['bfloat16', 16],
]);
const codes: ReadonlySet<number> = new Set(exchanged.values());
const float32Code = 1;

/** The attributes that name an element type. */
const typeAttributes: ReadonlySet<string> = new Set(['to', 'dtype']);

/** The model with float32 in place of float16, float64 and bfloat16, in its own graph and in those within it. */
export function float32Model(model: Model): Model {
  return { ...model, graph: mapGraphs(model.graph, inFloat32) };
}

function inFloat32(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map(valueInFloat32),
    outputs: graph.outputs.map(valueInFloat32),
    values: graph.values.map(valueInFloat32),
    initializers: graph.initializers.map(tensorInFloat32),
    nodes: graph.nodes.map(nodeInFloat32),
  };
}

function valueInFloat32(value: ValueInfo): ValueInfo {
  if (!value.type || !exchanged.has(value.type)) return value;
  return { name: value.name, type: 'float32', ...(value.shape && { shape: value.shape }) };
}

function tensorInFloat32(tensor: Tensor): Tensor {
  if (!exchanged.has(tensor.type)) return tensor;
  const numbers = encodeNumbers('float32', tensorNumbers(tensor));
  return Tensor.fromBytes(tensor.name, 'float32', tensor.shape, numbers);
}

function nodeInFloat32(node: Node): Node {
  const attributes = node.attributes.map(attributeInFloat32);
  return attributes.every((each, i) => each === node.attributes[i]) ? node : { ...node, attributes };
}

function attributeInFloat32(attribute: Attribute): Attribute {
  const { name } = attribute;
  if (attribute.kind === 'tensor') {
    const value = tensorInFloat32(attribute.value);
    return value === attribute.value ? attribute : { name, kind: 'tensor', value };
  }
  const isType = attribute.kind === 'int' && typeAttributes.has(name) && codes.has(attribute.value);
  return isType ? { name, kind: 'int', value: float32Code } : attribute;
}
