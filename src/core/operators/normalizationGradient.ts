// The gradients of normalizations: x̂ = (x − μ) / √(σ² + ε) over some axes, then a scale and a shift.
import { attribute } from '../ir/graph';
import { float, type GraphBuilder } from '../ir/graphBuilder';
import { axisOf } from './dimensions';
import { expressions } from './expressions';
import { arriving, GradientRefused, sumToShape, type GradientContext, type GradientRule } from './gradient';

interface Normalized {
  readonly value: string;
  readonly axes: readonly number[];
  readonly epsilon: number;
}

interface Statistics {
  /** (x − μ) / √(σ² + ε). */
  readonly normal: string;
  /** 1 / √(σ² + ε), with size 1 along the axes. */
  readonly inverse: string;
}

// Y = γ·x̂ + β with the stored μ and σ²: dX = dY·γ/√(σ²+ε), dγ = Σ dY·x̂, dβ = Σ dY, dμ = −γ/√(σ²+ε)·dβ,
// dσ² = −½·γ/(σ²+ε)·dγ. With those of the batch, they depend on X as well (Ioffe & Szegedy 2015, §3).
export const batchNormalizationGradient: GradientRule = (context) => {
  const { node, build, opset, input, inputShape, wants } = context;
  if (opset < 9) throw new GradientRefused('BatchNormalization: before opset 9');
  if (attribute(node, 'training_mode', 'int') === 1) return batchStatisticsGradient(context);
  const gradient = arriving(context);
  const shape = inputShape(0);
  const channels = shape[1]!;
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const epsilon = attribute(node, 'epsilon', 'float') ?? 1e-5;
  const along = (index: number): string => build.reshape(input(index), perChannel(shape));
  const { normal, inverse } = stored(build, { value: input(0), mean: along(3), variance: along(4), epsilon });
  const scaleGradient = channelSum(build, build.node('Mul', [gradient, normal]), axes);
  const shiftGradient = channelSum(build, gradient, axes);
  const scaled = build.node('Mul', [inverse, along(1)]);
  const flat = (value: string): string => build.reshape(value, [channels]);
  const negative = (value: string, factor: number): string =>
    build.node('Mul', [value, build.scalar(-factor)]);
  return [
    wants(0) ? build.node('Mul', [gradient, scaled]) : undefined,
    wants(1) ? scaleGradient : undefined,
    wants(2) ? shiftGradient : undefined,
    wants(3) ? build.node('Mul', [negative(flat(scaled), 1), shiftGradient]) : undefined,
    wants(4)
      ? build.node('Mul', [build.node('Mul', [negative(flat(scaled), 0.5), flat(inverse)]), scaleGradient])
      : undefined,
  ];
};

/**
 * With d = X − μ, i = 1/√(σ²+ε) and M values for each channel: dγ = i·Σ dY·d, dβ = Σ dY, and dX = γ·i·dY + b·d + c
 * with b = −γ·i³·Σ(dY·d)/M and c = −γ·i·dβ/M. BatchNormalization itself computes b·d + c in one pass.
 */
function batchStatisticsGradient(context: GradientContext): (string | undefined)[] {
  const { node, build, input, inputShape, wants } = context;
  const e = expressions(build);
  const gradient = arriving(context);
  const shape = inputShape(0);
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const values = axes.reduce((product, axis) => product * shape[axis]!, 1);
  const { mean, variance } = batchStatistics(context, axes);
  const deviation = e.subtract(input(0), build.reshape(mean, perChannel(shape)));
  const epsilon = attribute(node, 'epsilon', 'float') ?? 1e-5;
  const inverse = e.apply('Reciprocal', e.apply('Sqrt', e.add(variance, epsilon)));
  const products = channelSum(build, e.multiply(gradient, deviation), axes);
  const shiftGradient = channelSum(build, gradient, axes);
  const throughStatistics = (): string => {
    const share = e.multiply(e.multiply(input(1), inverse), -1 / values);
    const slope = e.multiply(share, e.multiply(products, e.multiply(inverse, inverse)));
    const [zeros, ones] = [
      e.zeros([shape[1]!]),
      build.node('Expand', [build.scalar(1), build.ints([shape[1]!])]),
    ];
    const line = [deviation, slope, e.multiply(share, shiftGradient), zeros, ones];
    const direct = build.reshape(e.multiply(input(1), inverse), perChannel(shape));
    return e.add(e.multiply(gradient, direct), build.node('BatchNormalization', line, { epsilon: float(0) }));
  };
  return [
    wants(0) ? throughStatistics() : undefined,
    wants(1) ? e.multiply(products, inverse) : undefined,
    wants(2) ? shiftGradient : undefined,
  ];
}

/** Mean and variance of the batch for each channel: the node's own further outputs, if nothing older is mixed in. */
function batchStatistics(
  { node, build, input, output }: GradientContext,
  axes: readonly number[],
): { readonly mean: string; readonly variance: string } {
  if (attribute(node, 'momentum', 'float') === 0 && output(1) !== '' && output(2) !== '')
    return { mean: output(1), variance: output(2) };
  const mean = build.reduce('ReduceMean', input(0), axes, { keep: true });
  const deviation = build.node('Sub', [input(0), mean]);
  const square = build.node('Mul', [deviation, deviation]);
  const flat = (value: string): string => build.reshape(value, [-1]);
  return { mean: flat(mean), variance: build.reduce('ReduceMean', square, axes, { keep: false }) };
}

function perChannel(shape: readonly number[]): readonly number[] {
  return shape.map((size, axis) => (axis === 1 ? size : 1));
}

// Over the spatial axes of each sample and channel.
export const instanceNormalizationGradient: GradientRule = (context) => {
  const shape = context.inputShape(0);
  const axes = shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  return affine(context, {
    axes,
    epsilon: attribute(context.node, 'epsilon', 'float') ?? 1e-5,
    factor: [1, shape[1]!, ...axes.map(() => 1)],
    shape,
  });
};

// Over the last axes, all from `axis` on (Ba, Kiros & Hinton 2016).
export const layerNormalizationGradient: GradientRule = (context) => {
  const shape = context.inputShape(0);
  const from = axisOf(attribute(context.node, 'axis', 'int') ?? -1, shape.length) ?? 0;
  return affine(context, {
    axes: shape.flatMap((_, axis) => (axis < from ? [] : [axis])),
    epsilon: attribute(context.node, 'epsilon', 'float') ?? 1e-5,
    factor: context.inputShape(1),
    shape,
  });
};

// Over each group of channels with their spatial axes (Wu & He 2018). Until opset 21, a group has one scale.
export const groupNormalizationGradient: GradientRule = (context) => {
  const [batch, channels, ...spatial] = context.inputShape(0);
  const groups = attribute(context.node, 'num_groups', 'int') ?? 1;
  const perGroup = channels! / groups;
  const shape = [batch!, groups, perGroup, ...spatial];
  const factors = context.inputShape(1)[0] === channels! ? perGroup : 1;
  return affine(context, {
    axes: shape.flatMap((_, axis) => (axis < 2 ? [] : [axis])),
    epsilon: attribute(context.node, 'epsilon', 'float') ?? 1e-5,
    factor: [1, groups, factors, ...spatial.map(() => 1)],
    shape,
  });
};

// Y = X·S^−β, S = k + α/n·Σ X² over the n channels around (Krizhevsky, Sutskever & Hinton 2012, §3.3):
// dX = dY·S^−β − 2αβ/n·X·Σ dY·X·S^−(β+1), the sum over the channels whose windows hold this one.
export const lrnGradient: GradientRule = (context) => {
  const { node, build, input, inputShape } = context;
  const gradient = arriving(context);
  const shape = inputShape(0);
  const channels = shape[1]!;
  const size = attribute(node, 'size', 'int') ?? 1;
  const share = (attribute(node, 'alpha', 'float') ?? 1e-4) / size;
  const beta = attribute(node, 'beta', 'float') ?? 0.75;
  const before = Math.floor((size - 1) / 2);
  // Row c has ones at the channels of its window.
  const band = Array.from({ length: channels * channels }, (_, i) => {
    const distance = (i % channels) - Math.floor(i / channels);
    return distance >= -before && distance < size - before ? 1 : 0;
  });
  const windows = build.floats([channels, channels], band);
  const rows = [shape[0]!, channels, shape.slice(2).reduce((a, b) => a * b, 1)];
  const x = build.reshape(input(0), rows);
  const squares = build.node('MatMul', [windows, build.node('Mul', [x, x])]);
  const bias = build.scalar(attribute(node, 'bias', 'float') ?? 1);
  const sums = build.node('Add', [build.node('Mul', [squares, build.scalar(share)]), bias]);
  const direct = build.node('Mul', [
    build.reshape(gradient, rows),
    build.node('Pow', [sums, build.scalar(-beta)]),
  ]);
  const weighted = build.node('Div', [build.node('Mul', [direct, x]), sums]);
  const holders = build.node('Transpose', [windows], { perm: [1, 0] });
  const spread = build.node('Mul', [build.node('MatMul', [holders, weighted]), x]);
  const through = build.node('Mul', [spread, build.scalar(2 * share * beta)]);
  return [build.reshape(build.node('Sub', [direct, through]), shape)];
};

interface Affine {
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Shape in which scale and shift are repeated over the value. */
  readonly factor: readonly number[];
  /** Shape in which the value is normalized. */
  readonly shape: readonly number[];
}

function affine(context: GradientContext, { axes, epsilon, factor, shape }: Affine): (string | undefined)[] {
  const { build, input, inputShape, wants } = context;
  const gradient = build.reshape(arriving(context), shape);
  const found = statistics(build, { value: build.reshape(input(0), shape), axes, epsilon });
  const toFactor = (value: string, index: number): string =>
    build.reshape(sumToShape(build, value, shape, factor), inputShape(index));
  const scaled = build.node('Mul', [gradient, build.reshape(input(1), factor)]);
  return [
    wants(0) ? build.reshape(throughStatistics(build, found, scaled, axes), inputShape(0)) : undefined,
    wants(1) ? toFactor(build.node('Mul', [gradient, found.normal]), 1) : undefined,
    ...(wants(2) ? [toFactor(gradient, 2)] : []),
  ];
}

/** dX = (g − mean(g) − x̂·mean(g·x̂)) / √(σ² + ε), with g the gradient by x̂. */
function throughStatistics(
  build: GraphBuilder,
  { normal, inverse }: Statistics,
  gradient: string,
  axes: readonly number[],
): string {
  const mean = build.reduce('ReduceMean', gradient, axes, { keep: true });
  const slope = build.reduce('ReduceMean', build.node('Mul', [gradient, normal]), axes, { keep: true });
  const centred = build.node('Sub', [gradient, mean]);
  return build.node('Mul', [build.node('Sub', [centred, build.node('Mul', [normal, slope])]), inverse]);
}

/** From the deviations, not from E[x²] − μ², which cancels. */
function statistics(build: GraphBuilder, { value, axes, epsilon }: Normalized): Statistics {
  const mean = build.reduce('ReduceMean', value, axes, { keep: true });
  const deviation = build.node('Sub', [value, mean]);
  const square = build.node('Mul', [deviation, deviation]);
  const variance = build.reduce('ReduceMean', square, axes, { keep: true });
  return scaledBy(build, deviation, variance, epsilon);
}

function stored(
  build: GraphBuilder,
  from: {
    readonly value: string;
    readonly mean: string;
    readonly variance: string;
    readonly epsilon: number;
  },
): Statistics {
  return scaledBy(build, build.node('Sub', [from.value, from.mean]), from.variance, from.epsilon);
}

function scaledBy(build: GraphBuilder, deviation: string, variance: string, epsilon: number): Statistics {
  const root = build.node('Sqrt', [build.node('Add', [variance, build.scalar(epsilon)])]);
  const inverse = build.node('Reciprocal', [root]);
  return { normal: build.node('Mul', [deviation, inverse]), inverse };
}

function channelSum(build: GraphBuilder, value: string, axes: readonly number[]): string {
  return build.reduce('ReduceSum', value, axes, { keep: false });
}
