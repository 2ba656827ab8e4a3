// Where a model rounds: the pairs of nodes that round a value to its grid, and the weights that are stored as integers.
import type { Model, Node } from '../../ir/graph';
import { tensorNumbers } from '../../ir/numbers';
import type { Tensor } from '../../ir/tensor';
import { storedTensors } from '../../ir/traversal';
import { layersOf, type LayerTensor } from '../../operators/layers';
import { operatorOf } from '../../operators/operators';
import { elementTypes } from '../../ir/elementType';
import type { AffineGrid } from '../../compression/quantization/grids/affineGrid';

/** A value of the outermost graph that is rounded to one grid, and read after it. */
export interface ValueQuantizer {
  /** The value before it is rounded. */
  readonly value: string;
  readonly grid: AffineGrid;
  readonly quantize: Node;
  /** Each makes real numbers of the integers again. */
  readonly dequantize: readonly Node[];
}

/** The quantizers with a single scale, in the order of the graph; those of other layouts are left out. */
export function valueQuantizers({ graph }: Model): readonly ValueQuantizer[] {
  const stored = storedTensors(graph);
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    const [read = ''] = node.inputs;
    readers.set(read, [...(readers.get(read) ?? []), node]);
  }
  return graph.nodes.flatMap((quantize) => {
    const [value = '', scale = '', zeroPoint = ''] = quantize.inputs;
    if (operatorOf(quantize)?.quantizes !== true || stored.has(value)) return [];
    const [integers = ''] = quantize.outputs;
    // A grid with fewer levels than its type is cut off among the integers.
    const limit = readers
      .get(integers)
      ?.find((node) => operatorOf(node)?.quantized?.(node)?.kind === 'limits');
    const dequantize = (readers.get(limit?.outputs[0] ?? integers) ?? []).filter(
      (node) => operatorOf(node)?.dequantizes === true,
    );
    const bounds = limit?.inputs.slice(1).map((name) => stored.get(name));
    const grid = gridOf(stored.get(scale), stored.get(zeroPoint), bounds);
    return grid && dequantize.length > 0 ? [{ value, grid, quantize, dequantize }] : [];
  });
}

/** The grid of a scale and a zero point, whose type says which integers there are, between bounds where it has some. */
function gridOf(
  scale: Tensor | undefined,
  zeroPoint: Tensor | undefined,
  [least, most]: readonly (Tensor | undefined)[] = [],
): AffineGrid | undefined {
  if (scale?.elements !== 1 || (zeroPoint && zeroPoint.elements !== 1)) return undefined;
  const { bits, kind } = elementTypes[zeroPoint?.type ?? 'uint8'];
  return {
    scale: tensorNumbers(scale)[0]!,
    zeroPoint: numberOf(zeroPoint) ?? 0,
    lowest: numberOf(least) ?? (kind === 'uint' ? 0 : -(2 ** (bits - 1))),
    highest: numberOf(most) ?? (kind === 'uint' ? 2 ** bits - 1 : 2 ** (bits - 1) - 1),
  };
}

function numberOf(tensor: Tensor | undefined): number | undefined {
  return tensor && tensorNumbers(tensor)[0];
}

/** A weight that is stored as integers. */
export interface StoredIntegers extends LayerTensor {
  readonly layer: string;
  readonly dequantize: NonNullable<LayerTensor['dequantize']>;
}

export function integerWeights(model: Model): readonly StoredIntegers[] {
  return layersOf(model).flatMap(({ label, tensors }) =>
    tensors.flatMap((tensor) =>
      tensor.role === 'weight' && tensor.dequantize
        ? [{ ...tensor, layer: label, dequantize: tensor.dequantize }]
        : [],
    ),
  );
}
