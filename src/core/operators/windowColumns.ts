// The windows of an image as vectors ("im2col"), written as ONNX: what turns a convolution into a matrix product.
import type { AttributeInit, GraphBuilder } from '../ir/graphBuilder';

/** How the window slides. */
export interface Sliding {
  readonly channels: number;
  readonly kernel: readonly number[];
  /** `strides`, `dilations`, `pads` and `auto_pad`, as the convolution has them. */
  readonly attributes: Readonly<Record<string, AttributeInit>>;
}

/**
 * Of a float32 image [N, C, …] the columns [N, C · K, …], K kernel positions for each channel. They come from a
 * convolution with one filter for each position that picks just that one.
 */
export function windowColumns(build: GraphBuilder, image: string, sliding: Sliding): string {
  const { channels, kernel, attributes } = sliding;
  const positions = kernel.reduce((product, size) => product * size, 1);
  const pick = Array.from({ length: positions * positions }, (_, i) => (i % (positions + 1) === 0 ? 1 : 0));
  const one = build.floats([positions, 1, ...kernel], pick);
  const picks =
    channels === 1 ? one : build.node('Tile', [one, build.ints([channels, 1, ...kernel.map(() => 1)])]);
  return build.node('Conv', [image, picks], { ...attributes, kernel_shape: kernel, group: channels });
}
