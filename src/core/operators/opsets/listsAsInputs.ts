// Attributes with whole numbers and lists of them that became inputs: axes, split, starts and ends, k.
import { attribute, type Node } from '../../ir/graph';
import { int64Constant, int64Scalar, outputOf, trimmed, withoutAttributes } from './nodeParts';
import type { Rewrite } from './opsetChange';

/** Squeeze, Unsqueeze and ReduceSum 13, the other reductions 18. No axes, or none in the list, stay what they were: all of them. */
export const axesAsInput: Rewrite = listsAsInputs(['axes']);

/** Split 13. Without sizes it splits into equal parts, as before. */
export const splitAsInput: Rewrite = listsAsInputs(['split']);

/** Slice 10. */
export const sliceBoundsAsInputs: Rewrite = listsAsInputs(['starts', 'ends', 'axes']);

/** TopK 10. */
export const countAsInput: Rewrite = (node, context) => {
  const k = attribute(node, 'k', 'int');
  if (k === undefined) return 'refused';
  const constant = int64Constant(context, `${outputOf(node)}_k`, [k]);
  return [constant, { ...withoutAttributes(node, ['k']), inputs: [...node.inputs, outputOf(constant)] }];
};

/** DFT 20: the axis, which counted from the first where it was not given and would now count from the last. */
export const axisAsInput: Rewrite = (node, context) => {
  const constant = int64Scalar(context, `${outputOf(node)}_axis`, attribute(node, 'axis', 'int') ?? 1);
  const [signal = '', length = ''] = node.inputs;
  return [constant, { ...withoutAttributes(node, ['axis']), inputs: [signal, length, outputOf(constant)] }];
};

/** Appends the lists, in the order of their names, to the inputs of the node. */
function listsAsInputs(names: readonly string[]): Rewrite {
  return (node, context) => {
    const constants: Node[] = [];
    const inputs = names.map((name) => {
      const values = attribute(node, name, 'ints');
      if (!values || values.length === 0) return '';
      const constant = int64Constant(context, `${outputOf(node)}_${name}`, values);
      constants.push(constant);
      return outputOf(constant);
    });
    const changed = { ...withoutAttributes(node, names), inputs: trimmed([...node.inputs, ...inputs]) };
    return [...constants, changed];
  };
}
