// The gradient of Einsum: by one factor it is an Einsum of the gradient and the other factors, whose letters that only
// this factor has are sums and so spread the gradient along them.
import { attribute } from '../ir/graph';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';

export const einsumGradient: GradientRule = (context) => {
  const { terms, output } = explicitTerms(context);
  const sizes = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    if (new Set(term).size < term.length) throw new GradientRefused('Einsum: a diagonal');
    for (const [axis, letter] of term.split('').entries())
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, context.inputShape(i)[axis]!));
  }
  return terms.map((term, index) =>
    context.wants(index) ? byFactor(context, { terms, output, sizes }, term, index) : undefined,
  );
};

interface Equation {
  /** Letters of each input, one per axis. */
  readonly terms: readonly string[];
  readonly output: string;
  readonly sizes: ReadonlyMap<string, number>;
}

function byFactor(
  context: GradientContext,
  { terms, output, sizes }: Equation,
  term: string,
  index: number,
): string {
  const { build } = context;
  const shape = context.inputShape(index);
  const others = terms.flatMap((other, i) => (i === index ? [] : [{ term: other, value: context.input(i) }]));
  const known = new Set([output, ...others.map((other) => other.term)].join(''));
  // A factor of size 1 was stretched along that letter: its gradient is the sum over it.
  const own = (letter: string, axis: number): boolean =>
    known.has(letter) && shape[axis] === sizes.get(letter);
  const target = term.split('').filter(own).join('');
  const equation = `${[output, ...others.map((other) => other.term)].join(',')}->${target}`;
  const sum = build.node('Einsum', [arriving(context), ...others.map(({ value }) => value)], { equation });
  if (target === term) return sum;
  const kept = term.split('').map((letter, axis) => (own(letter, axis) ? shape[axis]! : 1));
  return build.node('Expand', [build.reshape(sum, kept), build.ints(shape)]);
}

/** The equation with a letter for each axis, also those that an ellipsis stands for, and with its output. */
function explicitTerms(context: GradientContext): {
  readonly terms: readonly string[];
  readonly output: string;
} {
  const equation = (attribute(context.node, 'equation', 'string') ?? '')
    .replaceAll(/\s/g, '')
    .replaceAll('...', '.');
  const [left = '', right] = equation.split('->');
  const stated = left.split(',');
  const hidden = stated.map((term, i) =>
    term.includes('.') ? context.inputShape(i).length - (term.length - 1) : 0,
  );
  const free = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
    .split('')
    .filter((letter) => !equation.includes(letter));
  const most = Math.max(0, ...hidden);
  const letters = free.slice(0, most).join('');
  const expand = (term: string, count: number): string => term.replace('.', letters.slice(most - count));
  const single = [...new Set(left)].filter(
    (letter) => /[a-zA-Z]/.test(letter) && left.split(letter).length === 2,
  );
  const output = right ?? (left.includes('.') ? '.' : '') + single.toSorted().join('');
  return { terms: stated.map((term, i) => expand(term, hidden[i]!)), output: expand(output, most) };
}
