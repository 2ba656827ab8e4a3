// The gradient of MatMul: of Y = A·B it is dA = dY·Bᵀ and dB = Aᵀ·dY, summed over the batches that a factor was
// repeated for.
import { arriving, sumToShape, type GradientContext, type GradientRule } from './gradient';

export const matMulGradient: GradientRule = (context) => {
  const { build, wants } = context;
  // A vector on the left is a row and one on the right a column.
  const left = context.inputShape(0);
  const right = context.inputShape(1);
  const a = left.length === 1 ? [1, left[0]!] : left;
  const b = right.length === 1 ? [right[0]!, 1] : right;
  const output = context.outputShape(0);
  const batch = output.slice(0, Math.max(a.length, b.length) - 2);
  const sides = {
    rows: a.at(-2)!,
    inner: a.at(-1)!,
    columns: b.at(-1)!,
    batch,
  };
  const as = (value: string, from: readonly number[], to: readonly number[]): string =>
    from.length === to.length ? value : build.reshape(value, to);
  const gradient = as(arriving(context), output, [...batch, sides.rows, sides.columns]);
  const first = as(context.input(0), left, a);
  const second = as(context.input(1), right, b);
  // Many rows times one matrix are one product of two matrices, which is faster than a product per batch and a sum.
  if (b.length === 2 && a.length > 2) {
    const count = a.slice(0, -1).reduce((product, size) => product * size, 1);
    const rows = build.reshape(gradient, [count, sides.columns]);
    const found = (): string => build.node('Gemm', [rows, second], { transB: 1 });
    const weights = (): string =>
      build.node('Gemm', [build.reshape(first, [count, sides.inner]), rows], { transA: 1 });
    return [
      wants(0) ? build.reshape(found(), left) : undefined,
      wants(1) ? as(weights(), b, right) : undefined,
    ];
  }
  const back = (
    value: string,
    shape: readonly number[],
    to: readonly number[],
    own: readonly number[],
  ): string => as(sumToShape(build, value, shape, to), to, own);
  return [
    wants(0)
      ? back(
          build.node('MatMul', [gradient, turned(context, second, b.length)]),
          [...batch, sides.rows, sides.inner],
          a,
          left,
        )
      : undefined,
    wants(1)
      ? back(
          build.node('MatMul', [turned(context, first, a.length), gradient]),
          [...batch, sides.inner, sides.columns],
          b,
          right,
        )
      : undefined,
  ];
};

/** A value with its last two axes exchanged. */
function turned({ build }: GradientContext, value: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => i);
  return build.node('Transpose', [value], { perm: [...perm.slice(0, -2), rank - 1, rank - 2] });
}
