// General matrix multiplication: α·A·B + β·C of matrices.
import { attribute, type Shape } from '../ir/graph';
import { times } from './dimensions';
import { product, type NodeContext, type Operator, type WeightInput } from './operator';

export const gemm: Operator = general({ name: 'Gemm', b: 1, c: 2, quantized: {} });
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
  return {
    name,
    weights: (node) => [
      { input: b, role: 'weight', outputAxis: attribute(node, 'transB', 'int') === 1 ? 0 : 1, ...quantized },
      { input: 0, role: 'weight', outputAxis: attribute(node, 'transA', 'int') === 1 ? 1 : 0 },
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
