// What a compact form would make of a weight, as far as its shape tells.
import { elementTypes } from '../../ir/elementType';
import type { WeightShare } from '../step';
import type { CompactForm } from './compactForm';
import { reasonToStay } from './compactLayers';
import { linearShape } from './linearLayers';
import { stageParameters } from './stage';

/** The share after the layer was written in the form, or the given one where it stays or only its numbers would tell. */
export function compactShare(
  share: WeightShare,
  form: CompactForm,
  layers: readonly string[] | undefined,
): WeightShare {
  const { weight } = share;
  if (layers && !layers.includes(weight.layer)) return share;
  const shape = linearShape(weight);
  if (typeof shape === 'string' || reasonToStay(form, shape) !== undefined) return share;
  if (!layers && form.doubt?.(shape) !== undefined) return share;
  const stages = form.shapes(shape);
  if (typeof stages !== 'object') return share;
  const elements = stageParameters(stages);
  return {
    ...share,
    elements,
    nonZeros: elements,
    bytes: (elements * elementTypes[weight.tensor.type].bits) / 8,
  };
}
