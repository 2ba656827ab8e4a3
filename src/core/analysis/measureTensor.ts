// A tensor of a layer as it is shown: its type and shape, and what its numbers come to.
import { note, type Note } from '../../shared/base/messages';
import type { TensorView } from '../../shared/contracts/viewModels';
import { isNumeric, type Numbers } from '../ir/numbers';
import type { Pause } from '../ir/pacing';
import type { LayerTensor } from '../operators/layers';
import { statisticsOf } from './statistics';
import { weightValues } from './weightValues';

/** A tensor as it is shown, with the counts behind its sparsity. */
export interface MeasuredTensor {
  readonly view: TensorView;
  readonly role: LayerTensor['role'];
  /** Elements that were looked at; 0 where the elements are no numbers of their own. */
  readonly elements: number;
  readonly zeros: number;
  readonly notes: readonly Note[];
}

/** Sums a tensor of a layer up, from its values where they are at hand. */
export async function measureTensor(
  stored: LayerTensor,
  pause: Pause,
  values: Iterable<Numbers> = weightValues(stored).chunks(),
): Promise<MeasuredTensor> {
  const { value, tensor, role, parameters } = stored;
  const facts = { name: value, type: tensor.type, shape: tensor.shape, parameters, bytes: tensor.byteLength };
  // Of packed weights, several share an element.
  const packed = parameters > 0 && parameters !== tensor.elements;
  if (packed || !isNumeric(tensor.type) || tensor.elements === 0) {
    const unknown = { sparsity: null, min: null, max: null, mean: null, standardDeviation: null };
    return { view: { ...facts, ...unknown }, role, elements: 0, zeros: 0, notes: [] };
  }
  const { zeros, notFinite, elements, ...figures } = await statisticsOf(values, pause);
  const sparsity = parameters === 0 ? null : zeros / elements;
  // Constants are often infinite on purpose, like the mask of an attention.
  const notes =
    notFinite === 0 || role === 'constant'
      ? []
      : [note('VALUES_NOT_FINITE', { tensor: value, count: notFinite })];
  return { view: { ...facts, sparsity, ...figures }, role, elements, zeros, notes };
}
