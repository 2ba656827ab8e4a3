// Rounding to a uniform grid in a graph that is trained: real numbers that are on the grid, with gradients that pass the
// rounding and reach the step size (Esser, McKinstry, Bablani, Appuswamy, Modha: Learned step size quantization; ICLR
// 2020). With v = x / s and levels from −Qn to Qp around the zero point,
//
//   y = round(clip(v, −Qn, Qp)) · s,
//   ∂y/∂x = 1 where −Qn < v < Qp, else 0 (the straight-through estimator of Bengio et al., 2013),
//   ∂y/∂s = round(v) − v where −Qn < v < Qp; −Qn where v ≤ −Qn; Qp where v ≥ Qp,
//
// and the gradient by s is taken times 1 / √(N · Qp), N the elements that share the step size (§2.2). The nodes are plain
// arithmetic: runtimes draw QuantizeLinear and DequantizeLinear into what is around them, and the values between
// them that gradients need are no longer there. The zero point stays, and with it zero on the grid.
import type { GraphBuilder } from '../../../ir/graphBuilder';
import { expressions, type Expressions } from '../../../operators/expressions';
import { sumToShape } from '../../../operators/gradient';

/** Levels below and above that of zero: one number for all grids, or one for each, in the shape of the step sizes. */
export interface Reach {
  readonly lowest: number | readonly number[];
  readonly highest: number | readonly number[];
  readonly gridShape: readonly number[];
}

export interface Quantizer {
  /** The value and the step sizes, which can be repeated to its shape. */
  readonly input: string;
  readonly scale: string;
  readonly reach: Reach;
  /** What the result is called, where it has a name. */
  readonly output?: string;
}

export interface Quantized {
  readonly value: string;
  readonly inputGradient: (gradient: string) => string;
  /** By the step sizes, times `factor`. `shape` is that of the value. */
  readonly scaleGradient: (gradient: string, shape: readonly number[], factor: number) => string;
}

/** Writes the nodes of the quantizer; gradients are written when they are asked for. */
export function fakeQuantizer(build: GraphBuilder, { input, scale, reach, output }: Quantizer): Quantized {
  const e = expressions(build);
  const v = e.divide(input, scale);
  const [lowest, highest] = [bound(build, reach, 'lowest'), bound(build, reach, 'highest')];
  const isSame = typeof reach.lowest === 'number' && typeof reach.highest === 'number';
  const limited = isSame
    ? build.node('Clip', [v, lowest, highest])
    : build.node('Min', [build.node('Max', [v, lowest]), highest]);
  const level = e.apply('Round', limited);
  const value = output ?? e.multiply(level, scale);
  if (output !== undefined) build.nodeNamed('Mul', [level, scale], [output]);
  const inside = (): string => indicatorInside(build, e, v, [lowest, highest]);
  return {
    value,
    inputGradient: (gradient) => e.multiply(gradient, inside()),
    scaleGradient: (gradient, shape, factor) => {
      const slope = e.subtract(level, e.multiply(v, inside()));
      const sum = sumToShape(build, e.multiply(gradient, slope), shape, reach.gridShape);
      return e.multiply(sum, factor);
    },
  };
}

/** The factor of the gradient by a step size that `elements` share (Esser et al., §2.2). */
export function gradientFactor(elements: number, highestLevel: number): number {
  return 1 / Math.sqrt(Math.max(1, elements * highestLevel));
}

function bound(build: GraphBuilder, { gridShape, ...reach }: Reach, side: 'lowest' | 'highest'): string {
  const levels = reach[side];
  return typeof levels === 'number' ? build.scalar(levels) : build.floats(gridShape, levels);
}

function indicatorInside(
  build: GraphBuilder,
  e: Expressions,
  v: string,
  [lowest, highest]: readonly [string, string],
): string {
  return e.indicator(build.node('And', [e.compare('Greater', v, lowest), e.compare('Less', v, highest)]));
}
