// Gradients of reductions. g and y are the gradient that arrives and the output with the reduced axes kept as 1, so
// that they broadcast to the input x.
import { attribute } from '../ir/graph';
import { axesOf } from './dimensions';
import { expressions, type Expressions } from './expressions';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';

interface Reduction {
  readonly e: Expressions;
  readonly g: string;
  readonly x: string;
  readonly y: string;
  /** Number of elements that each output is made of. */
  readonly count: number;
  /** Sum or product along the reduced axes, kept as 1. */
  readonly along: (operator: 'ReduceSum' | 'ReduceProd', value: string) => string;
  /** Repeats a value along the reduced axes. */
  readonly spread: (value: string) => string;
}

export const reductionGradients: Readonly<Record<string, GradientRule>> = {
  ReduceSum: reduction(({ g, spread }) => spread(g)),
  ReduceMean: reduction(({ e, g, count, spread }) => spread(e.divide(g, count))),
  ReduceMax: reduction(extremeGradient),
  ReduceMin: reduction(extremeGradient),
  ReduceProd: reduction(productGradient),
  // g·sign(x)
  ReduceL1: reduction(({ e, g, x }) => e.multiply(g, e.apply('Sign', x))),
  // g·x / y, and 0 where the norm is 0.
  ReduceL2: reduction(({ e, g, x, y }) =>
    e.multiply(x, e.divide(g, e.where(e.compare('Equal', y, 0), 1, y))),
  ),
  // g·2x
  ReduceSumSquare: reduction(({ e, g, x }) => e.multiply(x, e.multiply(g, 2))),
  // g / Σx, and y is the logarithm of that sum.
  ReduceLogSum: reduction(({ e, g, y, spread }) => spread(e.divide(g, e.apply('Exp', y)))),
  // g·exp(x − y)
  ReduceLogSumExp: reduction(({ e, g, x, y }) => e.multiply(g, e.apply('Exp', e.subtract(x, y)))),
};

function reduction(rule: (reduction: Reduction) => string): GradientRule {
  return (context) => {
    const { build, input } = context;
    const shape = context.inputShape(0);
    const axes = reducedAxes(context, shape.length);
    if (axes.length === 0) return [unreduced(context)];
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const keeps = attribute(context.node, 'keepdims', 'int') !== 0;
    const withAxes = (value: string): string => (keeps ? value : build.reshape(value, kept));
    return [
      rule({
        e: expressions(build),
        g: withAxes(arriving(context)),
        x: input(0),
        y: withAxes(context.output(0)),
        count: axes.reduce((count, axis) => count * shape[axis]!, 1),
        along: (operator, value) => build.reduce(operator, value, axes, { keep: true }),
        spread: (value) => build.node('Expand', [value, build.ints(shape)]),
      }),
    ];
  };
}

/** An empty list of axes may say that nothing is reduced; what remains of most reductions is the identity. */
function unreduced(context: GradientContext): string {
  const same = ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceLogSumExp'];
  if (context.inputShape(0).length > 0 && !same.includes(context.node.operator))
    throw new GradientRefused(`${context.node.operator}: no axes`);
  return arriving(context);
}

/** Counted from the start. The axes are an attribute or, by version, an input; without them all are meant. */
function reducedAxes(context: GradientContext, rank: number): readonly number[] {
  const { node, inputValues } = context;
  const given = attribute(node, 'axes', 'ints') !== undefined || (node.inputs[1] ?? '') !== '';
  const stated = given ? (attribute(node, 'axes', 'ints') ?? inputValues(1)) : [];
  const axes = stated && axesOf(stated, rank);
  if (!axes) throw new GradientRefused(`${node.operator}: axes that are not known before running`);
  if (axes.length > 0 || attribute(node, 'noop_with_empty_axes', 'int') === 1) return axes;
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** The elements that have the extreme value share the gradient equally, as PyTorch's amax and amin do. */
function extremeGradient({ e, g, x, y, along }: Reduction): string {
  const mask = e.indicator(e.compare('Equal', x, y));
  return e.multiply(mask, e.divide(g, along('ReduceSum', mask)));
}

/** The product of all other elements: y / x, or with one 0 the product of the rest at its place and 0 elsewhere. */
function productGradient({ e, g, x, along }: Reduction): string {
  const isZero = e.compare('Equal', x, 0);
  const zero = e.indicator(isZero);
  const nonzero = e.where(isZero, 1, x);
  const zeros = along('ReduceSum', zero);
  const rest = e.multiply(g, along('ReduceProd', nonzero));
  const none = e.indicator(e.compare('Equal', zeros, 0));
  const one = e.indicator(e.compare('Equal', zeros, 1));
  const atZeros = e.multiply(zero, one);
  const elsewhere = e.divide(e.multiply(e.subtract(1, zero), none), nonzero);
  return e.multiply(rest, e.add(atZeros, elsewhere));
}
