// Which layer and tensor of one model stand for which of another: a compressed copy keeps labels, but stores some
// tensors under new names.
import type { Layer, LayerTensor } from '../operators/layers';
import { isNumeric } from '../ir/numbers';

export interface TensorPair {
  readonly before: LayerTensor;
  readonly after: LayerTensor;
}

/** The layers by label; of layers that share a label there is none. */
export function layersByLabel(layers: readonly Layer[]): ReadonlyMap<string, Layer> {
  return new Map(layers.map((layer) => [layer.label, layer]));
}

/** Tensors whose numbers count as parameters. */
export function learnedTensors(layer: Layer): readonly LayerTensor[] {
  return layer.tensors.filter(({ parameters, tensor }) => parameters > 0 && isNumeric(tensor.type));
}

/**
 * The tensor of `after` that stands for one of `before`: of its name, else at its place among those of its role. The
 * constants of a layer have no fixed place: scales come in among them.
 */
export function counterpart(before: Layer, tensor: LayerTensor, after: Layer): LayerTensor | undefined {
  const sameName = after.tensors.find(({ value }) => value === tensor.value);
  if (sameName || tensor.role === 'constant') return sameName;
  const ofRole = (layer: Layer) => layer.tensors.filter(({ role }) => role === tensor.role);
  const candidate = ofRole(after)[ofRole(before).indexOf(tensor)];
  // One that goes by the name of another tensor of the original stands for that one.
  const isTaken = before.tensors.some(({ value }) => value === candidate?.value);
  return isTaken ? undefined : candidate;
}

/** Whether values of two tensors can be compared one by one. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Bytes of everything that the layer stores, scales and zero points too. */
export function layerBytes(layer: Layer): number {
  return layer.tensors.reduce((bytes, { tensor }) => bytes + tensor.byteLength, 0);
}
