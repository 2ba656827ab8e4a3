// Which stored weights are factors of matrix products, and of what: the layers whose inputs say how much each weight
// matters. A convolution is a product with the windows of its image.
import type { Model, Node } from '../ir/graph';
import { attribute } from '../ir/graph';
import type { Tensor } from '../ir/tensor';
import { axisOf } from '../operators/dimensions';
import type { NodeContext, WeightInput } from '../operators/operator';
import { operatorOf } from '../operators/operators';
import { placedNodes, type Scope } from '../operators/scope';
import { pathFinder, storedAxis, type StoredPath } from '../operators/storedPaths';
import type { ShapeTable } from './shapes';

/**
 * A stored weight as the matrix W [outputs, features] of its layer: element (output, feature) is at
 * `output · outputStride + feature · featureStride` of the tensor.
 */
export interface WeightMatrix {
  readonly outputs: number;
  /** Inputs that one output is the weighted sum of; a convolution's are channel by channel, kernel position within. */
  readonly features: number;
  readonly outputStride: number;
  readonly featureStride: number;
  /** Of a grouped convolution: output o sums features of group ⌊o · groups / outputs⌋, each group having its own. */
  readonly groups: number;
}

/** One node that multiplies with a weight. */
export interface ProductUse {
  readonly node: Node;
  /** The value that the weight is multiplied with. */
  readonly value: string;
  readonly rank: number;
  /** The axis that is summed over, from 0, or how a convolution's window slides. */
  readonly over: number | { readonly channels: number; readonly kernel: readonly number[] };
  /** Elements of all rows of features for one sample. */
  readonly elements: number;
}

export interface WeightProduct {
  readonly matrix: WeightMatrix;
  /** A shared weight has several. */
  readonly uses: readonly ProductUse[];
}

/**
 * The products of each tensor, or the reason in words why its layer is none that can be measured. `shapes` are those
 * of the model with one sample, where it leaves the number open.
 */
export function weightProducts(
  model: Model,
  shapes: ShapeTable,
  tensors: ReadonlySet<Tensor>,
): ReadonlyMap<Tensor, WeightProduct | string> {
  const find = pathFinder();
  const products = new Map<Tensor, WeightProduct | string>();
  for (const { node, scope } of placedNodes(model)) {
    for (const fact of operatorOf(node)?.weights?.(node) ?? []) {
      if (fact.role !== 'weight') continue;
      const paths = find(scope, node.inputs[fact.input] ?? '');
      for (const path of paths) {
        if (!tensors.has(path.tensor)) continue;
        const found =
          paths.length > 1 || scope.graph !== model.graph
            ? 'its layer is in a subgraph or function, or puts it together with others'
            : productOf({ node, scope, context: shapes.context(node), fact, path });
        products.set(path.tensor, merged(products.get(path.tensor), found));
      }
    }
  }
  for (const tensor of tensors) if (!products.has(tensor)) products.set(tensor, noProduct);
  return products;
}

const noProduct = 'its layer is no matrix product and no convolution of floating-point numbers';
const unknownShape = 'the shape of its layer is not known before running';

interface Place {
  readonly node: Node;
  readonly scope: Scope;
  readonly context: NodeContext | undefined;
  readonly fact: WeightInput;
  readonly path: StoredPath;
}

function productOf({ node, context, fact, path }: Place): WeightProduct | string {
  const { sums } = fact;
  if (!sums) return noProduct;
  const value = node.inputs[sums.input] ?? '';
  const shape = context?.inputShape(sums.input);
  const weight = context?.inputShape(fact.input);
  const elements = known(shape);
  if (!context || !shape || !weight || elements === undefined) return unknownShape;
  if (sums.over !== 'windows') {
    const outputAxis = fact.outputAxis === undefined ? undefined : storedAxis(path, fact.outputAxis);
    const matrix = denseMatrix(path.tensor.shape, outputAxis);
    const over = axisOf(sums.over, shape.length);
    if (!matrix || over === undefined || weight.length !== 2) return noProduct;
    if (shape[over] !== matrix.features || known(weight) !== path.tensor.elements) return noProduct;
    return { matrix, uses: [{ node, value, rank: shape.length, over, elements }] };
  }
  // What stands between may only dequantize: another order of the elements would be another matrix.
  const direct = !path.last || (path.dequantized && path.first === path.last);
  const [outputs = 0, channels = 0, ...kernel] = path.tensor.shape;
  const points = known(context.outputShape(0)?.slice(2));
  if (!direct || kernel.length === 0) return noProduct;
  if (points === undefined) return unknownShape;
  const groups = attribute(node, 'group', 'int') ?? 1;
  const features = kernel.reduce((product, size) => product * size, channels);
  const samples = Number(shape[0]);
  return {
    matrix: { outputs, features, outputStride: features, featureStride: 1, groups },
    uses: [
      {
        node,
        value,
        rank: shape.length,
        over: { channels: channels * groups, kernel },
        elements: samples * groups * features * points,
      },
    ],
  };
}

function denseMatrix(shape: readonly number[], outputAxis: number | undefined): WeightMatrix | undefined {
  if (shape.length !== 2 || outputAxis === undefined) return undefined;
  const [first = 0, second = 0] = shape;
  return outputAxis === 0
    ? { outputs: first, features: second, outputStride: second, featureStride: 1, groups: 1 }
    : { outputs: second, features: first, outputStride: 1, featureStride: second, groups: 1 };
}

/** Of a weight that several nodes multiply with, all inputs count; if one cannot be measured, none is. */
function merged(
  before: WeightProduct | string | undefined,
  found: WeightProduct | string,
): WeightProduct | string {
  if (before === undefined || typeof before === 'string') return before ?? found;
  if (typeof found === 'string') return found;
  const same = JSON.stringify(before.matrix) === JSON.stringify(found.matrix);
  return same
    ? { matrix: before.matrix, uses: [...before.uses, ...found.uses] }
    : 'its layers use it in different ways';
}

function known(shape: readonly (number | string | undefined)[] | undefined): number | undefined {
  if (!shape?.every((size) => typeof size === 'number')) return undefined;
  return shape.reduce((product, size) => product * size, 1);
}
