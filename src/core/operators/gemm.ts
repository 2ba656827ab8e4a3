// General matrix multiplication: α·A·B + β·C of matrices.
import { attribute, type Shape } from '../ir/graph';
import { float } from '../ir/graphBuilder';
import { broadcastAxes, inputAxis, outputAxis } from './channels';
import { times } from './dimensions';
import { arriving, sumToShape } from './gradient';
import { product, type NodeContext, type Operator, type WeightInput } from './operator';

export const gemm: Operator = {
  ...general({ name: 'Gemm', b: 1, c: 2, quantized: {} }),
  // The int32 of a bias are those of the product, so that nothing may multiply it.
  quantized: (node) =>
    (attribute(node, 'beta', 'float') ?? 1) === 1
      ? { kind: 'multiplies', reads: [0, 1], bias: 2, givesReals: true }
      : undefined,
  channels: (context) => {
    const transA = attribute(context.node, 'transA', 'int') ?? 0;
    const transB = attribute(context.node, 'transB', 'int') ?? 0;
    return {
      links: [
        { a: inputAxis(0, transA), b: outputAxis(0, 0) },
        { a: inputAxis(0, 1 - transA), b: inputAxis(1, transB) },
        { a: inputAxis(1, 1 - transB), b: outputAxis(0, 1) },
        ...broadcastAxes(context, 2),
      ],
    };
  },
  // Y = α·A·B + β·C: dA = α·dY·Bᵀ, dB = α·Aᵀ·dY, dC = β·dY.
  gradient: (context) => {
    const { node, build, input, wants } = context;
    const gradient = arriving(context);
    const alpha = float(attribute(node, 'alpha', 'float') ?? 1);
    const beta = attribute(node, 'beta', 'float') ?? 1;
    const transA = attribute(node, 'transA', 'int') ?? 0;
    const transB = attribute(node, 'transB', 'int') ?? 0;
    const product = (a: string, b: string, turnA: number, turnB: number): string =>
      build.node('Gemm', [a, b], { alpha, transA: turnA, transB: turnB });
    const left = transA
      ? () => product(input(1), gradient, transB, 1)
      : () => product(gradient, input(1), 0, 1 - transB);
    const right = transB
      ? () => product(gradient, input(0), 1, transA)
      : () => product(input(0), gradient, 1 - transA, 0);
    const summand = beta === 1 ? gradient : build.node('Mul', [gradient, build.scalar(beta)]);
    return [
      wants(0) ? left() : undefined,
      wants(1) ? right() : undefined,
      ...(wants(2) ? [sumToShape(build, summand, context.outputShape(0), context.inputShape(2))] : []),
    ];
  },
};
export const qGemm: Operator = {
  ...general({ name: 'QGemm', b: 3, c: 6, quantized: { quantized: true, grid: { scale: 4, zeroPoint: 5 } } }),
  domain: 'com.microsoft',
};

interface GemmInit {
  readonly name: string;
  /** Indices of the second factor and of the summand. */
  readonly b: number;
  readonly c: number;
  /** Facts of a quantized second factor. */
  readonly quantized: Pick<WeightInput, 'quantized' | 'grid'>;
}

function general({ name, b, c, quantized }: GemmInit): Operator {
  const isReal = quantized.quantized !== true;
  return {
    name,
    weights: (node) => [
      {
        input: b,
        role: 'weight',
        outputAxis: attribute(node, 'transB', 'int') === 1 ? 0 : 1,
        multiplies: 0,
        ...(isReal && { sums: { input: 0, over: attribute(node, 'transA', 'int') === 1 ? 0 : 1 } }),
        ...quantized,
      },
      {
        input: 0,
        role: 'weight',
        outputAxis: attribute(node, 'transA', 'int') === 1 ? 1 : 0,
        multiplies: b,
        ...(isReal && { sums: { input: b, over: attribute(node, 'transB', 'int') === 1 ? 1 : 0 } }),
      },
      { input: c, role: 'bias', quantized: quantized.quantized === true },
    ],
    shape: (context) => {
      const left = matrix(context, 0, 'transA');
      const right = matrix(context, b, 'transB');
      return [{ shape: left && right && [left[0], right[1]] }];
    },
    macs: (context) => times(product(context.outputShape(0)), matrix(context, 0, 'transA')?.[1]),
  };
}

function matrix(context: NodeContext, input: number, transposed: string): Shape | undefined {
  const shape = context.inputShape(input);
  if (shape?.length !== 2) return undefined;
  return attribute(context.node, transposed, 'int') === 1 ? [shape[1], shape[0]] : shape;
}
