// Einsum: index notation. One product over all of its letters for every element, as a straight loop would do it.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { broadcast, times } from './dimensions';
import { einsumGradient } from './einsumGradient';
import { product, type NodeContext, type Operator } from './operator';

export const einsum: Operator = {
  name: 'Einsum',
  weights: () => [
    { input: 1, role: 'weight' },
    { input: 0, role: 'weight' },
  ],
  gradient: einsumGradient,
  shape: (context) => {
    const sizes = letterSizes(context);
    return [{ shape: sizes && outputShape(sizes) }];
  },
  // A product of several factors counts one multiply-accumulate per combination of indices; a mere sum counts none.
  macs: (context) => {
    const sizes = letterSizes(context);
    if (context.node.inputs.length < 2) return 0;
    return sizes && times(...sizes.letters.values(), product(sizes.batch));
  },
};

interface Sizes {
  readonly letters: ReadonlyMap<string, Dimension>;
  /** Broadcast shape of what the ellipses stand for. */
  readonly batch: Shape;
  readonly output: string;
}

const ellipsis = '.';

function letterSizes(context: NodeContext): Sizes | undefined {
  const equation = (attribute(context.node, 'equation', 'string') ?? '')
    .replaceAll(/\s/g, '')
    .replaceAll('...', ellipsis);
  const [left = '', right] = equation.split('->');
  const letters = new Map<string, Dimension>();
  const counts = new Map<string, number>();
  const batches: Shape[] = [];
  for (const [i, term] of left.split(',').entries()) {
    const shape = context.inputShape(i);
    if (!shape) return undefined;
    const hidden = shape.length - term.replace(ellipsis, '').length;
    if (hidden < 0 || (hidden > 0 && !term.includes(ellipsis))) return undefined;
    let at = 0;
    for (const letter of term) {
      if (letter === ellipsis) {
        batches.push(shape.slice(at, at + hidden));
        at += hidden;
        continue;
      }
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
      const size = shape[at++];
      // A size of 1 is stretched to that of the other factors.
      const before = letters.get(letter);
      if (!letters.has(letter) || before === 1 || before === undefined) letters.set(letter, size);
    }
  }
  const batch = broadcast(batches);
  return batch && { letters, batch, output: right ?? implicitOutput(counts, left) };
}

/** Without an arrow the result has every letter that occurs once, in alphabetical order, after the ellipsis. */
function implicitOutput(counts: ReadonlyMap<string, number>, left: string): string {
  const single = [...counts].filter(([, count]) => count === 1).map(([letter]) => letter);
  return (left.includes(ellipsis) ? ellipsis : '') + single.toSorted().join('');
}

function outputShape({ letters, batch, output }: Sizes): Shape {
  return output.split('').flatMap((letter) => (letter === ellipsis ? [...batch] : [letters.get(letter)]));
}
