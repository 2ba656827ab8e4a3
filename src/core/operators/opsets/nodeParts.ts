// The parts that rewrites of nodes are put together from.
import type { Attribute, Node } from '../../ir/graph';
import { encodeNumbers } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import type { RewriteContext } from './opsetChange';

/** A standard node without a name of its own in the file that it came from. */
export function standardNode(
  name: string,
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Attribute[] = [],
): Node {
  return { name, domain: '', operator, inputs, outputs, attributes };
}

/** A node that makes a one-dimensional int64 tensor: axes, shapes, pads. */
export function int64Constant(context: RewriteContext, wanted: string, values: readonly number[]): Node {
  return int64Node(context, wanted, [values.length], values);
}

/** A node that makes a lone int64: an axis. */
export function int64Scalar(context: RewriteContext, wanted: string, number: number): Node {
  return int64Node(context, wanted, [], [number]);
}

function int64Node(
  context: RewriteContext,
  wanted: string,
  shape: readonly number[],
  values: readonly number[],
): Node {
  const value = context.fresh(wanted);
  const tensor = Tensor.fromBytes(value, 'int64', shape, encodeNumbers('int64', values));
  return standardNode(
    context.fresh(`${value}_Constant`),
    'Constant',
    [],
    [value],
    [{ name: 'value', kind: 'tensor', value: tensor }],
  );
}

/** The value that a node makes first. */
export function outputOf(node: Node): string {
  return node.outputs[0] ?? '';
}

/** The node without some attributes. */
export function withoutAttributes(node: Node, names: readonly string[]): Node {
  return { ...node, attributes: node.attributes.filter(({ name }) => !names.includes(name)) };
}

/** Inputs without the ones at the end that are not given. */
export function trimmed(inputs: readonly string[]): readonly string[] {
  let length = inputs.length;
  while (length > 0 && inputs[length - 1] === '') length--;
  return inputs.slice(0, length);
}
