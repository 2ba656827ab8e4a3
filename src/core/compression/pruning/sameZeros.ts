// Puts the zeros of one model into another: what rewinding keeps of a pruned network.
import type { Model } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import { replaceWeights } from '../weights';
import { maskedTensor, zerosOf } from './maskedTensor';
import { prunableWeights } from './prunableWeights';

/** `model` with every weight zero that is zero in `pruned`, which has the same graph. */
export function withZerosOf(model: Model, pruned: Model): Model {
  const others = prunableWeights(pruned).weights;
  const replacements = prunableWeights(model).weights.flatMap(({ tensor, source }, i) => {
    const other = others[i];
    if (!other || other.tensor === tensor) return [];
    const zeros = zerosOf(other.source);
    return zeros.includes(1) ? [[tensor, maskedTensor(source, zeros)] as const] : [];
  });
  return replaceWeights(model, new Map<Tensor, Tensor>(replacements));
}

/** Fraction of the model's prunable weights that are zero; 0 where there are none. */
export function sparsityOf(model: Model): number {
  let zeros = 0;
  let elements = 0;
  for (const { source, tensor } of prunableWeights(model).weights) {
    for (const zero of zerosOf(source)) zeros += zero;
    elements += tensor.elements;
  }
  return elements === 0 ? 0 : zeros / elements;
}
