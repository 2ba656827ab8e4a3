// What a layer is replaced by: a chain of smaller layers, each a matrix of the same form.
import { normals, seedOf } from '../../../shared/base/random';

/** A layer of a chain: a convolution, or a matrix product where the replaced layer is one. */
export interface StageShape {
  /** What the names of its node and weights end with. */
  readonly name: string;
  readonly outputs: number;
  /** Input channels of all groups together. */
  readonly channels: number;
  readonly groups: number;
  /** Whether it has the kernel of the layer and slides as that does: strides, pads and all. Else it looks at points. */
  readonly slides: boolean;
  /** Elements of its kernel. */
  readonly positions: number;
  /**
   * A channel shuffle stands before the next stage: output channel i of these many groups of size s goes to place
   * (i mod s) · groups + ⌊i / s⌋.
   */
  readonly shuffles?: number;
}

export interface Stage extends StageShape {
  /** [outputs, channels / groups, positions], row-major. */
  readonly weights: Float64Array;
}

/** A layer's weights are [outputs, channels, positions]. */
export interface BlockSize {
  readonly outputs: number;
  readonly channels: number;
  /** Elements of the kernel of one channel; 1 of a matrix product. */
  readonly positions: number;
}

/** The numbers of a layer, row-major. */
export interface WeightBlock extends BlockSize {
  readonly values: Float64Array;
}

/** Elements of the weights of all stages. */
export function stageParameters(stages: readonly StageShape[]): number {
  return stages.reduce(
    (sum, { outputs, channels, groups, positions }) => sum + (outputs * channels * positions) / groups,
    0,
  );
}

/**
 * Stages with normal weights of variance 1 / fan-in, 2 / fan-in in the last: so that values vary as much as before the
 * rectifier in front of the layer, since no rectifier stands between the stages (K. He et al., "Delving Deep into
 * Rectifiers", 2015, equations 8 to 10).
 */
export function randomStages(shapes: readonly StageShape[], seed: number): readonly Stage[] {
  return shapes.map((shape, i) => {
    const { outputs, channels, groups, positions } = shape;
    const fanIn = (channels * positions) / groups;
    const deviation = Math.sqrt((i === shapes.length - 1 ? 2 : 1) / fanIn);
    const weights = Float64Array.from(
      normals(outputs * fanIn, seedOf(seed, i)),
      (value) => value * deviation,
    );
    return { ...shape, weights };
  });
}
