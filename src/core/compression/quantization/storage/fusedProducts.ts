// Which matrix products ONNX Runtime fuses with the dequantization of their weight, as it was measured with 1.30: into
// MatMulNBits, which by default rounds the other factor to 8 bits as well.
import type { Model } from '../../../ir/graph';
import { allNodes } from '../../../ir/traversal';
import type { WeightInput } from '../../../operators/operator';
import { operatorOf } from '../../../operators/operators';
import { weightsOf, type Weight } from '../../weights';
import type { UniformGrid, WeightGrids } from '../grids/weightGrid';

/** How many of the float model's weights will be fused when they are stored on these grids. */
export function fusedProducts(model: Model, weights: WeightGrids): number {
  const nodes = [...allNodes(model)];
  return weightsOf(model).filter((weight) => {
    const grid = weights.get(weight.tensor);
    if (grid?.kind !== 'uniform' || !isFusable(weight, grid)) return false;
    const values = new Set([weight.value]);
    if (grid.layout.groupSize === undefined) {
      for (const node of nodes) {
        const passes = operatorOf(node)?.passes?.(node, 0).includes(0) === true;
        if (passes && values.has(node.inputs[0] ?? '')) values.add(node.outputs[0] ?? '');
      }
    }
    const facts = operatorOf(weight.node)?.weights?.(weight.node) ?? [];
    return facts.some((fact) => isRightFactor(fact) && values.has(weight.node.inputs[fact.input] ?? ''));
  }).length;
}

/** Matrices of float32; groups along the summed axis, of a power of two from 16 on. */
function isFusable({ tensor }: Weight, { layout: { axis, groupSize } }: UniformGrid): boolean {
  if (tensor.type !== 'float32' || tensor.shape.length !== 2) return false;
  if (groupSize === undefined) return true;
  return axis === 0 && groupSize >= 16 && Number.isInteger(Math.log2(groupSize));
}

/** Of a fully connected layer: the second factor, as it is and not transposed. */
function isRightFactor({ input, multiplies, outputAxis }: WeightInput): boolean {
  return multiplies !== undefined && multiplies < input && (outputAxis === 1 || outputAxis === -1);
}
