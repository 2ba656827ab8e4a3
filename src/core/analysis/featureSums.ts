// Sums over the rows of a layer's input, written as ONNX: of each feature, of its square, and of products of each two.
import { attribute, type Node } from '../ir/graph';
import type { AttributeInit, GraphBuilder } from '../ir/graphBuilder';
import { windowColumns } from '../operators/windowColumns';
import type { ProductUse, WeightMatrix } from './weightProducts';

/** Codes of TensorProto.DataType. */
const float32 = 1;
const float64 = 11;

/** Σ x of every feature over all rows, one group after the other: float64 [groups · features]. */
export function featureTotals(build: GraphBuilder, use: ProductUse): string {
  return featuresReduced(build, use, 'ReduceSum');
}

/** Σ x² of every feature over all rows, one group after the other: float64 [groups · features]. */
export function featureSquares(build: GraphBuilder, use: ProductUse): string {
  return featuresReduced(build, use, 'ReduceSumSquare');
}

function featuresReduced(
  build: GraphBuilder,
  use: ProductUse,
  reduction: 'ReduceSum' | 'ReduceSumSquare',
): string {
  const { value, rank, over } = use;
  const exact = build.node('Cast', [value], { to: float64 });
  if (typeof over === 'number') return build.reduce(reduction, exact, axesBut(rank, [over]), drop);
  // A window of the sums over the samples is the sum over the samples of that window: padding adds zeros.
  const perPoint = build.reduce(reduction, exact, [0], { keep: true });
  const columns = build.node('Cast', [columnsOf(build, use, over, perPoint)], { to: float64 });
  return build.reduce('ReduceSum', columns, axesBut(rank, [1]), drop);
}

/** X ᵀX of the rows X of each group: float64 [groups, features, features]. */
export function featureGram(build: GraphBuilder, use: ProductUse, matrix: WeightMatrix): string {
  const rows = featureRows(build, use, matrix);
  const turned = build.node('Transpose', [rows], { perm: [0, 2, 1] });
  return build.node('MatMul', [turned, rows]);
}

/** All rows of features: float64 [groups, rows, features]. */
export function featureRows(
  build: GraphBuilder,
  use: ProductUse,
  { groups, features }: WeightMatrix,
): string {
  const { value, rank, over } = use;
  if (typeof over === 'number') {
    const axes = axesBut(rank, [over]);
    const last = over === rank - 1 ? value : build.node('Transpose', [value], { perm: [...axes, over] });
    return build.reshape(build.node('Cast', [last], { to: float64 }), [1, -1, features]);
  }
  const columns = columnsOf(build, use, over, value);
  const parted = build.reshape(columns, [0, groups, features, -1]);
  const rows = build.node('Transpose', [parted], { perm: [1, 0, 3, 2] });
  return build.node('Cast', [build.reshape(rows, [groups, -1, features])], { to: float64 });
}

const drop = { keep: false };

function columnsOf(
  build: GraphBuilder,
  { node }: ProductUse,
  over: Exclude<ProductUse['over'], number>,
  image: string,
): string {
  const single = build.node('Cast', [image], { to: float32 });
  return windowColumns(build, single, { ...over, attributes: slidingAttributes(node) });
}

/** The attributes that tell where windows are, as far as the node has them. */
function slidingAttributes(node: Node): Record<string, AttributeInit> {
  const attributes: Record<string, AttributeInit> = {};
  for (const name of ['strides', 'dilations', 'pads']) {
    const values = attribute(node, name, 'ints');
    if (values) attributes[name] = values;
  }
  const autoPad = attribute(node, 'auto_pad', 'string');
  if (autoPad !== undefined) attributes['auto_pad'] = autoPad;
  return attributes;
}

function axesBut(rank: number, kept: readonly number[]): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !kept.includes(axis));
}
