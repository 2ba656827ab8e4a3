// Transpose: permutes axes; without `perm` it reverses them.
import { attribute } from '../ir/graph';
import { inputAxis, outputAxis } from './channels';
import { knownShape } from './dimensions';
import { arriving } from './gradient';
import { passesOnGrid } from './quantizedUse';
import { passesFirst, product, type NodeContext, type Operator } from './operator';

export const transpose: Operator = {
  name: 'Transpose',
  passes: passesFirst,
  quantized: passesOnGrid,
  sourceAxis: (axis, context) => permutation(context)?.[axis],
  withDefaults: (node, rank) =>
    attribute(node, 'perm', 'ints')
      ? node
      : { ...node, attributes: [...node.attributes, { name: 'perm', kind: 'ints', value: reversed(rank) }] },
  channels: (context) => ({
    links: (permutation(context) ?? []).map((from, to) => ({ a: inputAxis(0, from), b: outputAxis(0, to) })),
  }),
  // The inverse permutation.
  gradient: (context) => {
    const rank = context.inputShape(0).length;
    const forward =
      attribute(context.node, 'perm', 'ints') ?? context.inputShape(0).map((_, i) => rank - 1 - i);
    const perm = forward.map((_, axis) => forward.indexOf(axis));
    return [context.build.node('Transpose', [arriving(context)], { perm })];
  },
  shape: (context) => {
    const input = context.inputShape(0);
    const permuted = permutation(context);
    const known = knownShape(input);
    const values = context.inputValues(0);
    return [
      {
        shape: input && permuted?.map((axis) => input[axis]),
        values: values && known && permuted && reordered(values, known, permuted),
      },
    ];
  },
};

/** Row-major values in the order that they have after the permutation. */
function reordered(
  values: readonly number[],
  shape: readonly number[],
  permuted: readonly number[],
): readonly number[] {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)) ?? 0);
  let offsets = [0];
  for (const axis of permuted) {
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: shape[axis] ?? 0 }, (_, i) => offset + i * (strides[axis] ?? 0)),
    );
  }
  return offsets.map((offset) => values[offset]!);
}

function permutation({ node, inputShape }: NodeContext): readonly number[] | undefined {
  const rank = inputShape(0)?.length;
  if (rank === undefined) return attribute(node, 'perm', 'ints');
  return attribute(node, 'perm', 'ints') ?? reversed(rank);
}

function reversed(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, i) => rank - 1 - i);
}
