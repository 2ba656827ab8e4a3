// Which scale an element of a quantized tensor has: the only one, that of its channel, or that of its block.
import { elementsOf } from '../ir/elements';
import { attribute } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import type { Dequantize } from '../operators/tensorUses';

/** The place of an element's scale among the scales in row-major order. */
export function gridPlaces(
  { shape }: Tensor,
  { scale, axis, node }: Dequantize,
): (element: number) => number {
  if (axis === undefined || scale.elements === 1) return () => 0;
  const length = shape[axis] ?? 1;
  const inner = elementsOf(shape.slice(axis + 1));
  const block = attribute(node, 'block_size', 'int') ?? 0;
  if (block === 0) return (element) => Math.floor(element / inner) % length;
  const blocks = Math.ceil(length / block);
  return (element) => {
    const line = Math.floor(element / inner);
    const group = Math.floor((line % length) / block);
    return (Math.floor(line / length) * blocks + group) * inner + (element % inner);
  };
}

/** How many scales the axis and the blocks of a quantized tensor ask for. */
export function gridCount({ shape }: Tensor, { axis, node }: Pick<Dequantize, 'axis' | 'node'>): number {
  if (axis === undefined) return 1;
  const length = shape[axis] ?? 0;
  const block = attribute(node, 'block_size', 'int') ?? 0;
  return block === 0 ? length : (elementsOf(shape) / Math.max(1, length)) * Math.ceil(length / block);
}
