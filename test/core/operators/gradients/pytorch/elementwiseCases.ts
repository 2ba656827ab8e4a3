// Functions of single elements, arithmetic and reductions, in ONNX and in PyTorch.
import { floats, int64s, node } from '../../../../support/build';
import { awayFrom, between } from '../../../../support/gradientArbitraries';
import type { PytorchCase } from './pytorchCase';

const float = (value: number) => ({ kind: 'float', value }) as const;
const positive = between(0.3, 2);
const inside = between(-0.8, 0.8);
type Attributes = NonNullable<Parameters<typeof node>[3]>;

/** An operator of one input: name, the function of x, values. */
function unary(
  operator: string,
  torch: string,
  more: Partial<PytorchCase> & { readonly attributes?: Attributes } = {},
): PytorchCase {
  const { attributes, ...rest } = more;
  const name = rest.given ? `${operator} at ${rest.given['x']!.join(', ')}` : operator;
  const x = rest.given ? [rest.given['x']!.length] : [3, 4];
  return { name, nodes: [node(operator, ['x'], ['y'], attributes)], inputs: { x }, torch, ...rest };
}

function kink(operator: string, torch: string, x: readonly number[], attributes: Attributes = {}) {
  return unary(operator, torch, { given: { x }, attributes });
}

export const functions: readonly PytorchCase[] = [
  ...['Neg', 'Exp', 'Erf', 'Sin', 'Cos', 'Sinh', 'Cosh', 'Atan'].map((name) =>
    unary(name, `torch.${name.toLowerCase()}(x)`),
  ),
  ...['Sqrt', 'Log', 'Reciprocal'].map((name) =>
    unary(name, `torch.${name.toLowerCase()}(x)`, { value: positive }),
  ),
  ...['Tan', 'Asin', 'Acos'].map((name) => unary(name, `torch.${name.toLowerCase()}(x)`, { value: inside })),
  kink('Abs', 'torch.abs(x)', [-1, 0, 2, 0]),
];

export const activations: readonly PytorchCase[] = [
  kink('Relu', 'F.relu(x)', [-1, 0, 2, 0.5]),
  kink('LeakyRelu', 'F.leaky_relu(x, 0.2)', [-1, 0, 2, 0.5], { alpha: float(0.2) }),
  kink('Elu', 'F.elu(x, 0.7)', [-1, 0, 2, -0.5], { alpha: float(0.7) }),
  kink('Selu', 'F.selu(x)', [-1, 0, 2, -0.5]),
  kink('Celu', 'F.celu(x, 1.6)', [-1, 0, 2, -0.5], { alpha: float(1.6) }),
  kink('HardSigmoid', 'F.hardsigmoid(x)', [-4, -3, -1, 0, 2.5, 3, 4], { alpha: float(1 / 6) }),
  kink('HardSwish', 'F.hardswish(x)', [-4, -3, -1, 0, 2.5, 3, 4]),
  kink('ThresholdedRelu', 'F.threshold(x, 0.5, 0)', [-1, 0.5, 2, 0.25], { alpha: float(0.5) }),
  kink('Softsign', 'F.softsign(x)', [-1, 0, 2, 0.5]),
  unary('Sigmoid', 'torch.sigmoid(x)'),
  unary('Tanh', 'torch.tanh(x)'),
  unary('Softplus', 'F.softplus(x)'),
  unary('Gelu', 'F.gelu(x)', { opset: 20 }),
  unary('Gelu', "F.gelu(x, approximate='tanh')", { opset: 20, attributes: { approximate: 'tanh' } }),
  unary('Mish', 'F.mish(x)', { opset: 18 }),
  unary('Softmax', 'F.softmax(x, -1)'),
  unary('Softmax', 'F.softmax(x, 0)', { attributes: { axis: 0 } }),
  unary('LogSoftmax', 'F.log_softmax(x, -1)'),
  {
    name: 'PRelu at 0',
    nodes: [node('PRelu', ['x', 's'], ['y'])],
    inputs: { x: [2, 3], s: [3] },
    given: { x: [-1, 0, 2, 0, -3, 0], s: [0.2, 0.3, -0.4] },
    torch: 'F.prelu(x, s)',
  },
  {
    name: 'Clip at its bounds',
    nodes: [node('Clip', ['x', 'low', 'high'], ['y'])],
    inputs: { x: [6] },
    given: { x: [-2, -1, 0, 1.5, 2, 3] },
    tensors: [floats('low', [], [-1]), floats('high', [], [2])],
    torch: 'F.hardtanh(x, -1, 2)',
  },
  {
    name: 'Clip with learned bounds',
    nodes: [node('Clip', ['x', 'low', 'high'], ['y'])],
    inputs: { x: [6], low: [], high: [] },
    given: { x: [-2, -0.9, 0, 1.5, 2.1, 3], low: [-1], high: [2] },
    torch: 'torch.clamp(x, low, high)',
  },
];

function binary(operator: string, torch: string, more: Partial<PytorchCase> = {}): PytorchCase {
  return {
    name: operator,
    nodes: [node(operator, ['a', 'b'], ['y'])],
    inputs: { a: [2, 3, 4], b: [3, 1] },
    torch,
    ...more,
  };
}

const tied = { inputs: { a: [5], b: [5] }, given: { a: [1, 2, 2, 0, -1], b: [1, 3, 1, 0, -1] } };
export const arithmetic: readonly PytorchCase[] = [
  binary('Add', 'a + b'),
  binary('Sub', 'a - b'),
  binary('Mul', 'a * b'),
  binary('Div', 'a / b', { value: positive }),
  binary('Pow', 'a ** b', { value: positive }),
  binary('Pow', 'a ** b', {
    name: 'Pow of and to 0',
    inputs: { a: [5], b: [5] },
    given: { a: [0, 0, 2, 3, 0], b: [2, 0, 3, 0, 1] },
  }),
  ...[0, 1, 2, 3, 4, -1, 0.5].map((exponent) =>
    unary('Pow', `a ** ${exponent}`, {
      name: `Pow to ${exponent}`,
      nodes: [node('Pow', ['a', 'exponent'], ['y'])],
      inputs: { a: [3, 4] },
      tensors: [floats('exponent', [], [exponent])],
      value: exponent === 0.5 ? positive : awayFrom([0]),
    }),
  ),
  binary('Max', 'torch.maximum(a, b)', { name: 'Max where values tie', ...tied }),
  binary('Min', 'torch.minimum(a, b)', { name: 'Min where values tie', ...tied }),
  binary('Mean', '(a + b) / 2'),
  binary('Sum', 'a + b'),
  {
    name: 'Where',
    nodes: [node('Greater', ['a', 'b'], ['c']), node('Where', ['c', 'a', 'b'], ['y'])],
    inputs: { a: [2, 3], b: [3] },
    torch: 'torch.where(a > b, a, b)',
  },
];

function reduce(operator: string, torch: string, more: Partial<PytorchCase> = {}): PytorchCase {
  const axes = operator === 'ReduceSum' ? [] : [1, 2];
  return {
    name: operator,
    nodes: [
      axes.length === 0
        ? node(operator, ['x', 'axes'], ['y'], { keepdims: 0 })
        : node(operator, ['x'], ['y'], { axes, keepdims: 0 }),
    ],
    inputs: { x: [2, 3, 4] },
    tensors: axes.length === 0 ? [int64s('axes', [2], [1, 2])] : [],
    torch,
    ...more,
  };
}

const whole = (next: () => number): number => Math.floor(3 * next()) - 1;
export const reductions: readonly PytorchCase[] = [
  reduce('ReduceSum', 'x.sum((1, 2))'),
  reduce('ReduceMean', 'x.mean((1, 2))'),
  reduce('ReduceMax', 'x.amax((1, 2))', { value: whole, name: 'ReduceMax where values tie' }),
  reduce('ReduceMin', 'x.amin((1, 2))', { value: whole, name: 'ReduceMin where values tie' }),
  reduce('ReduceProd', 'x.flatten(1).prod(1)'),
  reduce('ReduceProd', 'x.flatten(1).prod(1)', {
    name: 'ReduceProd with zeros',
    inputs: { x: [3, 1, 3] },
    given: { x: [1, 2, 3, 0, 2, 3, 0, 0, 3] },
  }),
  reduce('ReduceL1', 'x.abs().sum((1, 2))', { value: whole, name: 'ReduceL1 at 0' }),
  reduce('ReduceL2', 'x.flatten(1).norm(dim=1)'),
  reduce('ReduceL2', 'x.flatten(1).norm(dim=1)', {
    name: 'ReduceL2 of zeros',
    inputs: { x: [2, 1, 2] },
    given: { x: [0, 0, 3, 4] },
  }),
  reduce('ReduceSumSquare', '(x ** 2).sum((1, 2))'),
  reduce('ReduceLogSum', 'x.sum((1, 2)).log()', { value: positive }),
  reduce('ReduceLogSumExp', 'x.logsumexp((1, 2))'),
];
