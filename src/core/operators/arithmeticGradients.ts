// Gradients of arithmetic: functions of one number, and operators that broadcast several inputs. g is the gradient
// that arrives, x the input and y the output. Where a function has a kink the value is the one that PyTorch takes.
import { attribute } from '../ir/graph';
import { tensorNumbers } from '../ir/numbers';
import { expressions, type Expressions } from './expressions';
import {
  arriving,
  broadcasting,
  GradientRefused,
  noGradient,
  type GradientContext,
  type GradientRule,
} from './gradient';

interface Point {
  readonly e: Expressions;
  readonly g: string;
  readonly x: string;
  readonly y: string;
}

/** Gradients by the only input. */
const ofOneNumber: Readonly<Record<string, (point: Point) => string>> = {
  // g·sign(x): 0 at 0.
  Abs: ({ e, g, x }) => e.multiply(g, e.apply('Sign', x)),
  Neg: ({ e, g }) => e.apply('Neg', g),
  // g / 2y
  Sqrt: ({ e, g, y }) => e.divide(e.multiply(g, 0.5), y),
  // g·y
  Exp: ({ e, g, y }) => e.multiply(g, y),
  // g / x
  Log: ({ e, g, x }) => e.divide(g, x),
  // −g·y²
  Reciprocal: ({ e, g, y }) => e.apply('Neg', e.multiply(g, e.multiply(y, y))),
  // g·2/√π·exp(−x²)
  Erf: ({ e, g, x }) =>
    e.multiply(g, e.multiply(e.apply('Exp', e.apply('Neg', e.multiply(x, x))), 2 / Math.sqrt(Math.PI))),
  Sin: ({ e, g, x }) => e.multiply(g, e.apply('Cos', x)),
  Cos: ({ e, g, x }) => e.apply('Neg', e.multiply(g, e.apply('Sin', x))),
  // g·(1 + y²)
  Tan: ({ e, g, y }) => e.multiply(g, e.add(e.multiply(y, y), 1)),
  // g·√(1 + y²), which is the hyperbolic cosine where y is the sine.
  Sinh: ({ e, g, y }) => e.multiply(g, e.apply('Sqrt', e.add(e.multiply(y, y), 1))),
  Cosh: ({ e, g, x }) =>
    e.multiply(g, e.multiply(e.subtract(e.apply('Exp', x), e.apply('Exp', e.apply('Neg', x))), 0.5)),
  // g / √(1 − x²)
  Asin: ({ e, g, x }) => e.divide(g, e.apply('Sqrt', e.subtract(1, e.multiply(x, x)))),
  Acos: ({ e, g, x }) => e.apply('Neg', e.divide(g, e.apply('Sqrt', e.subtract(1, e.multiply(x, x))))),
  // g / (1 + x²)
  Atan: ({ e, g, x }) => e.divide(g, e.add(e.multiply(x, x), 1)),
};

/** Steps and tests: their derivative is 0 wherever they have one. */
const flat =
  'Ceil Floor Round Sign IsInf IsNaN Not And Or Xor Equal Greater GreaterOrEqual Less LessOrEqual BitwiseAnd ' +
  'BitwiseNot BitwiseOr BitwiseXor BitShift EyeLike Bernoulli RandomNormalLike RandomUniformLike Hardmax';

export const arithmeticGradients: Readonly<Record<string, GradientRule>> = {
  ...Object.fromEntries(Object.entries(ofOneNumber).map(([name, rule]) => [name, single(rule)])),
  ...Object.fromEntries(flat.split(' ').map((name) => [name, noGradient])),
  Sum: several((context) => () => arriving(context)),
  Add: several((context) => () => arriving(context)),
  // Of a − b: g and −g.
  Sub: several((context) => (index) => {
    const g = arriving(context);
    return index === 0 ? g : context.build.node('Neg', [g]);
  }),
  // Of a·b: g·b and g·a.
  Mul: several(
    (context) => (index) => expressions(context.build).multiply(arriving(context), context.input(1 - index)),
  ),
  // Of a / b: g / b and −g·y / b.
  Div: several((context) => (index) => {
    const e = expressions(context.build);
    const share = e.divide(arriving(context), context.input(1));
    return index === 0 ? share : e.apply('Neg', e.multiply(share, context.output(0)));
  }),
  Pow: several((context) => (index) => powGradient(context, index)),
  // Each of n inputs gets g / n.
  Mean: several(
    (context) => () => expressions(context.build).divide(arriving(context), context.node.inputs.length),
  ),
  Max: several(extremeGradient),
  Min: several(extremeGradient),
  // Of c ? a : b: the gradient goes where the value came from.
  Where: several((context) => (index) => {
    const e = expressions(context.build);
    const g = arriving(context);
    if (index === 0) return undefined;
    return index === 1 ? e.where(context.input(0), g, 0) : e.where(context.input(0), 0, g);
  }),
};

function single(rule: (point: Point) => string): GradientRule {
  return (context) => [
    rule({
      e: expressions(context.build),
      g: arriving(context),
      x: context.input(0),
      y: context.output(0),
    }),
  ];
}

/** A rule by input, of an operator that broadcasts; only the gradients that are wanted are written. */
function several(rule: (context: GradientContext) => (index: number) => string | undefined): GradientRule {
  return broadcasting((context) => {
    // Until version 6 the second input was stretched along an axis of choice.
    if (attribute(context.node, 'broadcast', 'int') === 1)
      throw new GradientRefused(`${context.node.operator}: broadcasting of the first versions`);
    const gradient = rule(context);
    return context.node.inputs.map((_, index) => (context.wants(index) ? gradient(index) : undefined));
  });
}

/**
 * Of aᵇ: g·b·aᵇ⁻¹ (0 where b is 0) and g·y·ln a (0 where a is 0 and b is not negative: there y is 0 or constant).
 */
function powGradient(context: GradientContext, index: number): string {
  const { build } = context;
  const e = expressions(build);
  const a = context.input(0);
  const g = arriving(context);
  if (index === 1) {
    const logarithm = e.apply('Log', e.where(e.compare('Equal', a, 0), 1, a));
    return e.multiply(g, e.multiply(context.output(0), logarithm));
  }
  const known = context.wants(1) ? undefined : context.inputTensor(1);
  if (known?.elements === 1) return e.multiply(g, powSlope(e, a, tensorNumbers(known)[0]!));
  // Exponents may be integers of a type of their own.
  const b = build.node('CastLike', [context.input(1), a]);
  const slope = e.multiply(b, build.node('Pow', [a, e.subtract(b, 1)]));
  return e.multiply(g, e.where(e.compare('Equal', b, 0), 0, slope));
}

/** b·aᵇ⁻¹ of a known exponent, by products where a few are enough: they cost a fraction of a power. */
function powSlope(e: Expressions, a: string, b: number): string | number {
  if (b === 0 || b === 1) return b;
  if (b === 2) return e.multiply(a, 2);
  if (b === 3 || b === 4) {
    const square = e.multiply(a, a);
    return e.multiply(b === 3 ? square : e.multiply(square, a), b);
  }
  return e.multiply(e.power(a, b - 1), b);
}

/** The inputs that have the extreme value share the gradient equally, as PyTorch's maximum and minimum do. */
function extremeGradient(context: GradientContext): (index: number) => string {
  const { build, node } = context;
  const e = expressions(build);
  const masks = node.inputs.map((input) => e.indicator(e.compare('Equal', input, context.output(0))));
  const share =
    masks.length === 1 ? arriving(context) : e.divide(arriving(context), build.node('Sum', masks));
  return (index) => e.multiply(share, masks[index] ?? '');
}
