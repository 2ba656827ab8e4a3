// What a weight takes in an ONNX file with everything that belongs to it, known before it is quantized.
import { packedBytes } from '../../../ir/elementType';
import type { Weight } from '../../weights';
import type { Scheme } from '../grids/affineGrid';
import { scaleShape, type GridLayout } from '../grids/gridLayout';
import { storedType } from './storeUniform';

/** What decides the size of a stored weight. */
export type StoredAs =
  | { readonly kind: 'half'; readonly type: 'float16' | 'bfloat16' }
  | {
      readonly kind: 'uniform';
      readonly bits: number;
      readonly scheme: Scheme;
      readonly layout: GridLayout;
    };

/** Bytes of initializers and nodes, less what the float initializer takes beside its content. */
export function storedBytes({ value, tensor }: Pick<Weight, 'value' | 'tensor'>, stored: StoredAs): number {
  const { elements, shape, type } = tensor;
  const name = value.length;
  const replaced = initializerBytes(name, shape.length, 0);
  if (stored.kind === 'half') {
    const stored16 = initializerBytes(name + stored.type.length + 1, shape.length, 2 * elements);
    return stored16 + castBytes(name) - replaced;
  }
  const { bits, scheme, layout } = stored;
  const integers = storedType(bits);
  const rank = scaleShape(layout).length;
  const hasZeroPoints = layout.groupSize === undefined || scheme === 'asymmetric';
  return (
    initializerBytes(name + 10, (layout.storedShape ?? shape).length, packedBytes(integers, elements)) +
    initializerBytes(name + 6, rank, 4 * layout.count) +
    (hasZeroPoints ? initializerBytes(name + 11, rank, packedBytes(integers, layout.count)) : 0) +
    dequantizeBytes(name, layout, hasZeroPoints) +
    (layout.storedShape ? initializerBytes(name + 6, 1, 8 * shape.length) + reshapeBytes(name) : 0) +
    (type === 'float32' ? 0 : castBytes(name)) -
    replaced
  );
}

/** Field headers of a TensorProto, a byte or two for each dimension, and the name. */
function initializerBytes(name: number, rank: number, content: number): number {
  return 14 + 3 * rank + name + content;
}

/** Three inputs, an output and the node's own name, each of which begins with the weight's; attributes. */
function dequantizeBytes(name: number, { axis, groupSize }: GridLayout, hasZeroPoints: boolean): number {
  const names = (hasZeroPoints ? 5 : 4) * name + 70;
  return names + (axis === undefined ? 0 : 14) + (groupSize === undefined ? 0 : 22);
}

function reshapeBytes(name: number): number {
  return 4 * name + 60;
}

function castBytes(name: number): number {
  return 3 * name + 45;
}
