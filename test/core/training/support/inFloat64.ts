// Models in float64, for checks that need more digits than float32 has.
import type { Attribute, Model, Node, ValueInfo } from '../../../../src/core/ir/graph';
import { encodeNumbers, tensorNumbers } from '../../../../src/core/ir/numbers';
import { Tensor } from '../../../../src/core/ir/tensor';

/** The model computing in float64 what it computes in float32. */
export function inFloat64(model: Model): Model {
  const { graph } = model;
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.map(valueInFloat64),
      outputs: graph.outputs.map(valueInFloat64),
      initializers: graph.initializers.map(tensorInFloat64),
      nodes: graph.nodes.map((node) => ({
        ...node,
        attributes: node.attributes.map((attribute) => attributeInFloat64(node, attribute)),
      })),
    },
  };
}

function valueInFloat64(value: ValueInfo): ValueInfo {
  return value.type === 'float32' ? { ...value, type: 'float64' } : value;
}

function attributeInFloat64(node: Node, attribute: Attribute): Attribute {
  if (attribute.kind === 'tensor')
    return { name: attribute.name, kind: 'tensor', value: tensorInFloat64(attribute.value) };
  const castsToFloat32 = node.operator === 'Cast' && attribute.kind === 'int' && attribute.value === 1;
  return castsToFloat32 ? { name: attribute.name, kind: 'int', value: 11 } : attribute;
}

function tensorInFloat64(tensor: Tensor): Tensor {
  if (tensor.type !== 'float32') return tensor;
  return Tensor.fromBytes(
    tensor.name,
    'float64',
    tensor.shape,
    encodeNumbers('float64', tensorNumbers(tensor)),
  );
}
