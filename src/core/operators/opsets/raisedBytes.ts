// What raising the opset adds to a file: constants in place of attributes and new nodes; and the initializers that are
// inputs no longer are taken off.
import type { Attribute, Model, Node } from '../../ir/graph';
import { graphsWithin } from '../../ir/traversal';

/** Bytes of the nodes and the inputs of a raised model, less those of the model that it was. */
export function raisedBytes(before: Model, after: Model): number {
  return nodesBytes(after) - nodesBytes(before);
}

/** Fields of messages take a byte for their number and one for the length of what is short. */
function nodesBytes(model: Model): number {
  let bytes = 0;
  for (const { nodes, inputs } of graphsWithin(model.graph)) {
    for (const node of nodes) bytes += nodeBytes(node);
    for (const { name, shape = [] } of inputs) bytes += 14 + name.length + 4 * shape.length;
  }
  return bytes;
}

function nodeBytes({ name, operator, domain, inputs, outputs, attributes }: Node): number {
  let bytes = 4 + textBytes(operator);
  for (const text of [name, domain]) if (text !== '') bytes += textBytes(text);
  for (const value of [...inputs, ...outputs]) bytes += textBytes(value);
  for (const attribute of attributes) bytes += 5 + textBytes(attribute.name) + valueBytes(attribute);
  return bytes;
}

function textBytes(text: string): number {
  return 2 + text.length;
}

/** Graphs are walked on their own; what is rarer than numbers, text and tensors does not come or go in raising. */
function valueBytes(attribute: Attribute): number {
  switch (attribute.kind) {
    case 'int':
      return 2;
    case 'float':
      return 5;
    case 'string':
      return textBytes(attribute.value);
    case 'ints':
      return 2 * attribute.value.length;
    case 'floats':
      return 5 * attribute.value.length;
    case 'tensor': {
      const { name, shape, byteLength } = attribute.value;
      return 8 + textBytes(name) + 2 * shape.length + byteLength;
    }
    default:
      return 0;
  }
}
