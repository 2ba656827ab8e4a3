// Transpose: permutes axes; without `perm` it reverses them.
import { attribute } from '../ir/graph';
import { knownShape } from './dimensions';
import { passesFirst, type NodeContext, type Operator } from './operator';

export const transpose: Operator = {
  name: 'Transpose',
  passes: passesFirst,
  sourceAxis: (axis, context) => permutation(context)?.[axis],
  shape: (context) => {
    const input = context.inputShape(0);
    const permuted = permutation(context);
    return [
      {
        shape: input && permuted?.map((axis) => input[axis]),
        // Values are row-major; those of a vector stay in order.
        values: knownShape(input)?.length === 1 ? context.inputValues(0) : undefined,
      },
    ];
  },
};

function permutation({ node, inputShape }: NodeContext): readonly number[] | undefined {
  const rank = inputShape(0)?.length;
  if (rank === undefined) return attribute(node, 'perm', 'ints');
  return attribute(node, 'perm', 'ints') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
}
