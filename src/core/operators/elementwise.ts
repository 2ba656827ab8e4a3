// Operators that work element by element, with NumPy's broadcasting where they have several inputs.
import { attribute, type Shape } from '../ir/graph';
import { activationGradients, geluByErf, swishGradient } from './activationGradients';
import { arithmeticGradients } from './arithmeticGradients';
import { eachBroadcast, eachElement, sameAxes, type ChannelFacts } from './channels';
import { axisOf, broadcast, knownShape } from './dimensions';
import type { GradientRule } from './gradient';
import type { InferredOutput, NodeContext, Operator, WeightInput } from './operator';
import {
  addsOnGrids,
  combinesOnGrids,
  computesOnGrid,
  limitsOnGrid,
  type QuantizedRule,
} from './quantizedUse';

const microsoft = 'com.microsoft';

/** One input gives the shape. Softmax and its like are here: what they do inside a row changes no shape. */
const unary =
  'Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitwiseNot Celu Ceil Clip Cos Cosh CumProd CumSum Elu Erf Exp ' +
  'EyeLike Floor Gelu HardSigmoid HardSwish Hardmax IsInf IsNaN LeakyRelu Log LogSoftmax Mish ParametricSoftplus ' +
  'RandomNormalLike RandomUniformLike Reciprocal Relu ReverseSequence RotaryEmbedding Round ScaledTanh Selu Shrink ' +
  'Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu';

/** Those of them that look at each element alone. */
const alone: ReadonlySet<string> = new Set(
  (
    'Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Celu Ceil Clip Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid ' +
    'HardSwish IsInf IsNaN LeakyRelu Log Mish ParametricSoftplus Reciprocal Relu Round ScaledTanh Selu Shrink ' +
    'Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu'
  ).split(' '),
);

/** Those that compare the elements along one axis. */
const alongAxis: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Hardmax']);

const unaryOfMicrosoft =
  'QLinearSigmoid QLinearLeakyRelu QLinearSoftmax BiasSoftmax Inverse Rfft Irfft RotaryEmbedding Trilu';

const comparisons =
  'And BitwiseAnd BitwiseOr BitwiseXor BitShift Equal Greater GreaterOrEqual Less LessOrEqual Or Xor';

/** What binary arithmetic does to integers known before running. */
const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => Math.trunc(a / b),
  Min: Math.min,
  Max: Math.max,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  Less: (a, b) => Number(a < b),
};

/** What turns scores into probabilities, or their logarithms. */
const scoreActivations: Readonly<Record<string, NonNullable<Operator['activates']>>> = {
  Softmax: 'softmax',
  LogSoftmax: 'logSoftmax',
  Sigmoid: 'sigmoid',
};

/** Those that compute with numbers on grids. */
const quantizedRules: Readonly<Record<string, QuantizedRule>> = {
  Add: addsOnGrids,
  Mul: combinesOnGrids,
  Relu: limitsOnGrid,
  Clip: limitsOnGrid,
  Sigmoid: computesOnGrid,
  LeakyRelu: computesOnGrid,
  Softmax: computesOnGrid,
};

export const elementwiseOperators: readonly Operator[] = [
  ...unary.split(' ').map((name): Operator => ({
    name,
    shape: sameShape,
    ...gradientOf(name),
    ...activationOf(name),
    ...channelsOf(name),
    ...onGrid(name),
  })),
  // The remaining operators of the contrib domain that keep their first input's shape.
  ...unaryOfMicrosoft.split(' ').map((name): Operator => ({ name, domain: microsoft, shape: sameShape })),
  {
    name: 'Gelu',
    domain: microsoft,
    shape: sameShape,
    gradient: (context) => [geluByErf(context)],
    channels: eachElement,
    looksAtEach: true,
  },
  {
    name: 'QuickGelu',
    domain: microsoft,
    shape: sameShape,
    gradient: swishGradient(1.702),
    channels: eachElement,
    looksAtEach: true,
  },
  {
    name: 'Neg',
    channels: eachElement,
    ...gradientOf('Neg'),
    shape: (context) => [{ ...sameShape(context)[0]!, values: context.inputValues(0)?.map((v) => -v) }],
  },
  {
    name: 'Not',
    channels: eachElement,
    ...gradientOf('Not'),
    shape: (context) => [
      { ...sameShape(context)[0]!, values: context.inputValues(0)?.map((v) => Number(v === 0)) },
    ],
  },
  ...comparisons.split(' ').map((name) => broadcasting(name, [])),
  // A stored summand is a bias, a stored factor a scale: batch normalization and biases are exported so.
  broadcasting('Add', shifts(0, 1)),
  broadcasting('Sub', shifts(0, 1)),
  broadcasting('Mul', scales(0, 1)),
  broadcasting('Div', scales(0, 1)),
  broadcasting('Sum', shifts(0, 1)),
  broadcasting('PRelu', scales(1)),
  ...['Pow', 'Mod', 'Min', 'Max', 'Mean'].map((name) => broadcasting(name, [])),
  { name: 'Where', shape: whereShape, channels: eachBroadcast, ...gradientOf('Where') },
  { name: 'FastGelu', domain: microsoft, weights: () => shifts(1), shape: sameShape },
  { name: 'BiasGelu', domain: microsoft, weights: () => shifts(0, 1), shape: sameShape },
  { name: 'BiasAdd', domain: microsoft, weights: () => shifts(1), shape: sameShape },
  { name: 'BiasSplitGelu', domain: microsoft, weights: () => shifts(1) },
  { name: 'BiasDropout', domain: microsoft, weights: () => shifts(1), shape: sameShape },
  {
    name: 'QLinearAdd',
    domain: microsoft,
    shape: ({ inputShape }) => [{ shape: broadcast([inputShape(0), inputShape(3)]) }],
  },
  {
    name: 'QLinearMul',
    domain: microsoft,
    shape: ({ inputShape }) => [{ shape: broadcast([inputShape(0), inputShape(3)]) }],
  },
];

function gradientOf(name: string): { readonly gradient?: GradientRule } {
  const gradient = arithmeticGradients[name] ?? activationGradients[name];
  return gradient ? { gradient } : {};
}

function onGrid(name: string): Pick<Operator, 'quantized'> {
  const quantized = quantizedRules[name];
  return quantized ? { quantized } : {};
}

function channelsOf(name: string): Pick<Operator, 'channels' | 'looksAtEach'> {
  if (alone.has(name)) return { channels: eachElement, looksAtEach: true };
  return alongAxis.has(name) ? { channels: besideAxis } : {};
}

/** Until version 12 all axes from the stated one on were one. */
function besideAxis({ node, opset, inputShape }: NodeContext): ChannelFacts | undefined {
  const input = inputShape(0);
  const axis = input && axisOf(attribute(node, 'axis', 'int') ?? (opset < 13 ? 1 : -1), input.length);
  if (axis === undefined) return undefined;
  return { links: sameAxes(input, (at) => (opset < 13 ? at >= axis : at === axis)) };
}

function activationOf(name: string): Pick<Operator, 'activates'> {
  const activates = scoreActivations[name];
  return activates ? { activates } : {};
}

function sameShape({ inputShape }: NodeContext): readonly InferredOutput[] {
  return [{ shape: inputShape(0) }];
}

function shifts(...inputs: readonly number[]): readonly WeightInput[] {
  return inputs.map((input) => ({ input, role: 'bias' }));
}

function scales(...inputs: readonly number[]): readonly WeightInput[] {
  return inputs.map((input) => ({ input, role: 'normalization' }));
}

function broadcasting(name: string, weights: readonly WeightInput[]): Operator {
  return {
    name,
    ...gradientOf(name),
    ...onGrid(name),
    channels: eachBroadcast,
    weights: () => weights,
    shape: (context) => {
      const { node, inputShape } = context;
      // Until version 6 the second input was stretched to the first, if an attribute asked for it.
      if (attribute(node, 'broadcast', 'int') === 1) return [{ shape: inputShape(0) }];
      const shape = broadcast(node.inputs.map((_, i) => inputShape(i)));
      return [{ shape, values: combined(context, name, shape) }];
    },
  };
}

/** Values of the result for scalars and vectors, where both sides are known. */
function combined(
  context: NodeContext,
  name: string,
  shape: Shape | undefined,
): readonly number[] | undefined {
  const compute = arithmetic[name];
  const a = context.inputValues(0);
  const b = context.inputValues(1);
  const length = knownShape(shape)?.reduce((product, size) => product * size, 1);
  if (!compute || !a || !b || length === undefined || context.node.inputs.length !== 2) return undefined;
  if ((a.length !== length && a.length !== 1) || (b.length !== length && b.length !== 1)) return undefined;
  const result = Array.from({ length }, (_, i) => compute(at(a, i), at(b, i)));
  return result.every(Number.isSafeInteger) ? result : undefined;
}

function at(values: readonly number[], index: number): number {
  return (values.length === 1 ? values[0] : values[index])!;
}

function whereShape(context: NodeContext): readonly InferredOutput[] {
  const shape = broadcast([0, 1, 2].map((i) => context.inputShape(i)));
  const [condition, yes, no] = [0, 1, 2].map((i) => context.inputValues(i));
  const length = knownShape(shape)?.reduce((product, size) => product * size, 1);
  const fits = (values: readonly number[] | undefined): boolean =>
    values?.length === length || values?.length === 1;
  if (!condition || !yes || !no || length === undefined || ![condition, yes, no].every(fits))
    return [{ shape }];
  const values = Array.from({ length }, (_, i) => (at(condition, i) !== 0 ? at(yes, i) : at(no, i)));
  return [{ shape, values }];
}
