// Softmax, LogSoftmax and Hardmax. Until version 12 they saw their input as a matrix, everything from the axis on
// being its columns; since version 13 they work along the axis alone. Both are the same along the last axis.
import { attribute } from '../../ir/graph';
import { outputOf, standardNode, withoutAttributes } from './nodeParts';
import type { Rewrite } from './opsetChange';

/** Version 13. Where the axis is not known to be the last one, the matrix is made by Flatten and undone by Reshape. */
export const alongLastAxis: Rewrite = (node, context) => {
  const data = node.inputs[0] ?? '';
  const output = outputOf(node);
  const axis = attribute(node, 'axis', 'int') ?? 1;
  const rank = context.rank(data) ?? context.rank(output);
  const last = { ...withoutAttributes(node, ['axis']) };
  const changed = {
    ...last,
    attributes: [...last.attributes, { name: 'axis', kind: 'int' as const, value: -1 }],
  };
  if (axis === -1 || (rank !== undefined && axis === rank - 1)) return [changed];

  const shape = context.fresh(`${output}_shape`);
  const matrix = context.fresh(`${output}_matrix`);
  const result = context.fresh(`${output}_matrix_result`);
  return [
    standardNode(context.fresh(`${shape}_Shape`), 'Shape', [data], [shape]),
    standardNode(
      context.fresh(`${matrix}_Flatten`),
      'Flatten',
      [data],
      [matrix],
      [{ name: 'axis', kind: 'int', value: axis }],
    ),
    { ...changed, inputs: [matrix], outputs: [result] },
    standardNode(context.fresh(`${output}_Reshape`), 'Reshape', [result, shape], [output]),
  ];
};
