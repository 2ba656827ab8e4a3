// Weights of an untrained network: random numbers whose spread keeps the signal's, from layer to layer.
import { normals, seedOf } from '../../shared/base/random';

/** What the values that a layer gets went through: of rectified ones half of the signal's power is left. */
export type LayerInput = 'plain' | 'rectified';

/**
 * Normal weights of variance g / fanIn, with g = 2 for rectified inputs and g = 1 for others, so that the outputs vary
 * as much as the values before the rectification did. Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into
 * Rectifiers", 2015, equations 8 to 10.
 * @param fanIn inputs of one output: channels within a group × kernel.
 */
export function heNormal(count: number, fanIn: number, input: LayerInput, seed: RandomSource): Float32Array {
  return normal(count, (input === 'rectified' ? 2 : 1) / fanIn, seed);
}

/**
 * Normal weights of variance 2 / (fanIn + fanOut), for layers without a rectifier behind them. Source: X. Glorot,
 * Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 12.
 */
export function glorotNormal(count: number, fanIn: number, fanOut: number, seed: RandomSource): Float32Array {
  return normal(count, 2 / (fanIn + fanOut), seed);
}

/** The seed of a network and the place of a tensor in it. */
export interface RandomSource {
  readonly seed: number;
  readonly index: number;
}

function normal(count: number, variance: number, { seed, index }: RandomSource): Float32Array {
  const deviation = Math.sqrt(variance);
  return normals(count, seedOf(seed, index)).map((value) => value * deviation);
}
