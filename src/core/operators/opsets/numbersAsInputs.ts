// Attributes with floats that became inputs of the data's own type: the bounds of Clip, the value of Pad, the ratio
// of Dropout.
import type { ElementType } from '../../ir/elementType';
import { attribute, type Node } from '../../ir/graph';
import { encodeNumbers } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import { int64Constant, outputOf, standardNode, trimmed, withoutAttributes } from './nodeParts';
import type { Rewrite, RewriteContext } from './opsetChange';

/** Clip 11: min and max; what is not given, or is the limit that stands for it, stays without a bound. */
export const boundsAsInputs: Rewrite = (node, context) => {
  const data = node.inputs[0] ?? '';
  const min = attribute(node, 'min', 'float');
  const max = attribute(node, 'max', 'float');
  const lower = min === undefined || min <= -largestFloat32 ? undefined : min;
  const upper = max === undefined || max >= largestFloat32 ? undefined : max;
  return appendScalars(withoutAttributes(node, ['min', 'max']), context, context.floatType(data), [
    ['min', lower],
    ['max', upper],
  ]);
};

/** Pad 11: pads, and the value of constant padding where it is not the default 0. */
export const padsAsInputs: Rewrite = (node, context) => {
  const pads = attribute(node, 'pads', 'ints');
  if (!pads) return 'refused';
  const type = context.floatType(node.inputs[0] ?? '');
  const constant = int64Constant(context, `${outputOf(node)}_pads`, pads);
  const padded = {
    ...withoutAttributes(node, ['pads', 'value']),
    inputs: [...node.inputs, outputOf(constant)],
  };
  const isConstant = (attribute(node, 'mode', 'string') ?? 'constant') === 'constant';
  const value = attribute(node, 'value', 'float') ?? 0;
  const nodes = appendScalars(padded, context, type, [
    ['value', isConstant && value !== 0 ? value : undefined],
  ]);
  return nodes === 'refused' ? nodes : [constant, ...nodes];
};

/** Dropout 12: the ratio, which matters in training alone. */
export const ratioAsInput: Rewrite = (node, context) =>
  appendScalars(withoutAttributes(node, ['ratio']), context, 'float32', [
    ['ratio', attribute(node, 'ratio', 'float')],
  ]);

/** Dropout 10: the mask became bool, so that a mask which is used cannot stay; one that is not is left out. */
export const withoutMask: Rewrite = (node, context) => {
  const [output = '', mask = ''] = node.outputs;
  return mask !== '' && context.isUsed(mask) ? 'refused' : [{ ...node, outputs: [output] }];
};

const largestFloat32 = 3.4028234e38;

/** Appends constants to the node's inputs, in order; undefined ones are not given. Refused where the type is unknown. */
function appendScalars(
  node: Node,
  context: RewriteContext,
  type: ElementType | undefined,
  scalars: readonly (readonly [name: string, value: number | undefined])[],
): readonly Node[] | 'refused' {
  const constants: Node[] = [];
  const inputs: string[] = [];
  for (const [name, value] of scalars) {
    if (value === undefined) {
      inputs.push('');
      continue;
    }
    if (type === undefined) return 'refused';
    const output = context.fresh(`${outputOf(node)}_${name}`);
    constants.push(scalarConstant(context.fresh(`${output}_Constant`), output, type, value));
    inputs.push(output);
  }
  return [...constants, { ...node, inputs: trimmed([...node.inputs, ...inputs]) }];
}

function scalarConstant(name: string, output: string, type: ElementType, value: number): Node {
  const tensor = Tensor.fromBytes(output, type, [], encodeNumbers(type, [value]));
  return standardNode(name, 'Constant', [], [output], [{ name: 'value', kind: 'tensor', value: tensor }]);
}
