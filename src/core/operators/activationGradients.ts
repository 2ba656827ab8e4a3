// Gradients of activation functions. g is the gradient that arrives, x the input and y the output. At a kink the value
// is the one that PyTorch takes.
import { attribute } from '../ir/graph';
import { float } from '../ir/graphBuilder';
import { axisOf } from './dimensions';
import { expressions, type Expressions } from './expressions';
import {
  arriving,
  broadcasting,
  GradientRefused,
  sumToShape,
  type GradientContext,
  type GradientRule,
} from './gradient';

interface Point {
  readonly e: Expressions;
  readonly g: string;
  readonly x: string;
  readonly y: string;
  /** A float attribute, or what ONNX takes where it is not given. */
  readonly parameter: (name: string, standard: number) => number;
}

export const activationGradients: Readonly<Record<string, GradientRule>> = {
  // g where x > 0; y says so too, and needs not be kept for this alone.
  Relu: activation(({ e, g, y }) => e.multiply(g, e.indicator(e.compare('Greater', y, 0)))),
  // g, or α·g where x ≤ 0.
  LeakyRelu: activation(({ e, g, x, parameter }) =>
    e.where(e.compare('Greater', x, 0), g, e.multiply(g, parameter('alpha', 0.01))),
  ),
  // Of max(x, 0) + s·min(x, 0): g or s·g; by the slope x·g where x ≤ 0.
  PRelu: broadcasting((context) => {
    const { build, input, wants } = context;
    const e = expressions(build);
    const g = arriving(context);
    const positive = e.compare('Greater', input(0), 0);
    return [
      wants(0) ? e.where(positive, g, e.multiply(g, input(1))) : undefined,
      wants(1) ? e.where(positive, 0, e.multiply(g, input(0))) : undefined,
    ];
  }),
  // y = α·(eˣ − 1) below 0, whose derivative is y + α.
  Elu: activation(({ e, g, x, y, parameter }) =>
    e.where(e.compare('Greater', x, 0), g, e.multiply(g, e.add(y, parameter('alpha', 1)))),
  ),
  // γ·x above 0; y = γ·α·(eˣ − 1) below.
  Selu: activation(({ e, g, x, y, parameter }) => {
    const gamma = parameter('gamma', 1.05070102214813232421875);
    const alpha = parameter('alpha', 1.67326319217681884765625);
    const below = e.multiply(g, e.add(y, gamma * alpha));
    return e.where(e.compare('Greater', x, 0), e.multiply(g, gamma), below);
  }),
  // y = α·(exp(x/α) − 1) below 0, whose derivative is y/α + 1.
  Celu: activation(({ e, g, x, y, parameter }) => {
    const below = e.multiply(g, e.add(e.divide(y, parameter('alpha', 1)), 1));
    return e.where(e.compare('Greater', x, 0), g, below);
  }),
  Clip: clipGradient,
  // g·y·(1 − y)
  Sigmoid: activation(({ e, g, y }) => e.multiply(g, e.subtract(y, e.multiply(y, y)))),
  // g·(1 − y²)
  Tanh: activation(({ e, g, y }) => e.multiply(g, e.subtract(1, e.multiply(y, y)))),
  // α·g on the slope.
  HardSigmoid: activation(({ e, g, y, parameter }) => {
    const rising = e.multiply(e.indicator(e.compare('Greater', y, 0)), e.indicator(e.compare('Less', y, 1)));
    return e.multiply(e.multiply(g, parameter('alpha', 0.2)), rising);
  }),
  // y = x·h(x) with h a hard sigmoid of slope 1/6: g·(h(x) + x/6 where |x| < 3).
  HardSwish: (context) => {
    const { build } = context;
    const e = expressions(build);
    const x = context.input(0);
    const gate = build.node('HardSigmoid', [x], { alpha: float(1 / 6), beta: float(0.5) });
    const rising = e.indicator(e.compare('Less', e.apply('Abs', x), 3));
    const slope = e.multiply(e.multiply(x, 1 / 6), rising);
    return [e.multiply(arriving(context), e.add(gate, slope))];
  },
  // g·σ(x)
  Softplus: activation(({ e, g, x }) => e.multiply(g, e.apply('Sigmoid', x))),
  // g / (1 + |x|)²
  Softsign: activation(({ e, g, x }) => {
    const size = e.add(e.apply('Abs', x), 1);
    return e.divide(g, e.multiply(size, size));
  }),
  Gelu: (context) =>
    attribute(context.node, 'approximate', 'string') === 'tanh'
      ? [geluByTanh(context)]
      : [geluByErf(context)],
  // y = x·t with t = tanh(softplus(x)): g·(t + x·(1 − t²)·σ(x)).
  Mish: activation(({ e, g, x }) => {
    const t = e.apply('Tanh', e.apply('Softplus', x));
    const rise = e.multiply(e.subtract(1, e.multiply(t, t)), e.apply('Sigmoid', x));
    return e.multiply(g, e.add(t, e.multiply(x, rise)));
  }),
  Swish: swishGradient(1),
  // g where x > α.
  ThresholdedRelu: activation(({ e, g, x, parameter }) =>
    e.multiply(g, e.indicator(e.compare('Greater', x, parameter('alpha', 1)))),
  ),
  // Of a row: y·(g − Σ g·y).
  Softmax: (context) => {
    const { build, output } = context;
    const e = expressions(build);
    const g = arriving(context);
    const along = build.reduce('ReduceSum', e.multiply(g, output(0)), rowAxes(context), { keep: true });
    return [e.multiply(output(0), e.subtract(g, along))];
  },
  // Of a row: g − exp(y)·Σ g.
  LogSoftmax: (context) => {
    const { build, output } = context;
    const e = expressions(build);
    const g = arriving(context);
    const along = build.reduce('ReduceSum', g, rowAxes(context), { keep: true });
    return [e.subtract(g, e.multiply(e.apply('Exp', output(0)), along))];
  },
};

/** x·σ(α·x), which ONNX Runtime also knows as QuickGelu: g·(s + α·x·s·(1 − s)) with s = σ(α·x). */
export function swishGradient(alpha: number): GradientRule {
  return activation(({ e, g, x, parameter }) => {
    const scaled = e.multiply(x, parameter('alpha', alpha));
    const s = e.apply('Sigmoid', scaled);
    return e.multiply(g, e.add(s, e.multiply(scaled, e.subtract(s, e.multiply(s, s)))));
  });
}

function activation(rule: (point: Point) => string): GradientRule {
  return (context) => [
    rule({
      e: expressions(context.build),
      g: arriving(context),
      x: context.input(0),
      y: context.output(0),
      parameter: (name, standard) => attribute(context.node, name, 'float') ?? standard,
    }),
  ];
}

/**
 * g between the bounds. On them it is 0, like that of PyTorch's hardtanh, ReLU6 and, since its version 2.15, clamp; a
 * bound that is learned moves with what lies on it or outside (Choi et al. 2018, PACT). The bounds are attributes until
 * version 10, inputs since, and either may be absent.
 */
function clipGradient(context: GradientContext): readonly (string | undefined)[] {
  const { build, input, wants } = context;
  const e = expressions(build);
  const g = arriving(context);
  const bound = (index: number, name: string): string | undefined => {
    if (input(index) !== '') return input(index);
    const stated = attribute(context.node, name, 'float');
    return stated === undefined ? undefined : build.scalar(stated);
  };
  const [low, high] = [bound(1, 'min'), bound(2, 'max')];
  const above = low === undefined ? undefined : e.compare('Greater', input(0), low);
  const below = high === undefined ? undefined : e.compare('Less', input(0), high);
  const between = above && below ? build.node('And', [above, below]) : (above ?? below);
  const boundGradient = (index: number, inside: string | undefined): string | undefined =>
    wants(index) && inside !== undefined
      ? sumToShape(build, e.where(inside, 0, g), context.outputShape(0), context.inputShape(index))
      : undefined;
  const inputGradient = (): string => (between === undefined ? g : e.multiply(g, e.indicator(between)));
  return [wants(0) ? inputGradient() : undefined, boundGradient(1, above), boundGradient(2, below)];
}

/** y = x·Φ(x): g·(Φ(x) + x·φ(x)), with the normal distribution Φ and its density φ. */
export function geluByErf(context: GradientContext): string {
  const e = expressions(context.build);
  const x = context.input(0);
  const distribution = e.multiply(e.add(e.apply('Erf', e.multiply(x, Math.SQRT1_2)), 1), 0.5);
  const density = e.multiply(e.apply('Exp', e.multiply(e.multiply(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return e.multiply(arriving(context), e.add(distribution, e.multiply(x, density)));
}

/** y = x·(1 + t)/2 with t = tanh(c·(x + a·x³)): g·((1 + t)/2 + x·(1 − t²)·c·(1 + 3a·x²)/2). */
function geluByTanh(context: GradientContext): string {
  const e = expressions(context.build);
  const x = context.input(0);
  const c = Math.sqrt(2 / Math.PI);
  const a = 0.044715;
  const square = e.multiply(x, x);
  const t = e.apply('Tanh', e.multiply(e.multiply(x, c), e.add(e.multiply(square, a), 1)));
  const inner = e.multiply(e.add(e.multiply(square, 3 * a), 1), c / 2);
  const rise = e.multiply(e.multiply(e.subtract(1, e.multiply(t, t)), inner), x);
  return e.multiply(arriving(context), e.add(e.multiply(e.add(t, 1), 0.5), rise));
}

/** The axes of a row: one since version 13, before it the given one and all after it. */
function rowAxes(context: GradientContext): readonly number[] {
  const rank = context.inputShape(0).length;
  const stated = attribute(context.node, 'axis', 'int') ?? (context.opset >= 13 ? -1 : 1);
  const axis = axisOf(stated, rank);
  if (axis === undefined)
    throw new GradientRefused(`${context.node.operator}: axis ${stated} of ${rank} dimensions`);
  return context.opset >= 13 ? [axis] : Array.from({ length: rank - axis }, (_, i) => axis + i);
}
