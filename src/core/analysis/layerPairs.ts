// Which layers and tensors of one model stand for which of another: a compressed copy keeps labels, but stores some
// tensors under new names, and may have several layers in the place of one.
import type { Layer, LayerTensor } from '../operators/layers';
import { elementsOf } from '../ir/elements';
import { isNumeric } from '../ir/numbers';

export interface TensorPair {
  readonly before: LayerTensor;
  readonly after: LayerTensor;
}

/** A layer and what stands for it in the other model. */
export interface LayerMatch {
  /** Undefined for what stands for no layer: it was added. */
  readonly before?: Layer;
  /** The layer itself, those that replaced it, or none where it was removed. */
  readonly after: readonly Layer[];
}

/**
 * Matches layers by label. Layers that replace another one carry its label with a name of their own behind a slash,
 * like conv1/depthwise and conv1/pointwise for conv1; whoever writes them names them so. The layers of `before` in their
 * order, then those that were added.
 */
export function matchLayers(before: readonly Layer[], after: readonly Layer[]): readonly LayerMatch[] {
  const parts = new Map<string, Layer[]>(before.map(({ label }) => [label, []]));
  const added = after.filter((layer) => {
    const replaced = longestPrefix(layer.label, parts);
    if (replaced !== undefined) parts.get(replaced)!.push(layer);
    return replaced === undefined;
  });
  return [
    ...before.map((layer) => ({ before: layer, after: parts.get(layer.label)! })),
    ...added.map((layer) => ({ after: [layer] })),
  ];
}

/** The label itself, or what is before one of its slashes, the last first. */
function longestPrefix(label: string, known: ReadonlyMap<string, unknown>): string | undefined {
  for (let end = label.length; end > 0; end = label.lastIndexOf('/', end - 1)) {
    const prefix = label.slice(0, end);
    if (known.has(prefix)) return prefix;
  }
  return undefined;
}

/** Tensors whose numbers count as parameters. */
export function learnedTensors(layer: Layer): readonly LayerTensor[] {
  return layer.tensors.filter(({ parameters, tensor }) => parameters > 0 && isNumeric(tensor.type));
}

/** What the figures of a layer's weights are measured on: its weights, or all its parameters where it has none. */
export function measuredTensors(layer: Layer): readonly LayerTensor[] {
  const learned = learnedTensors(layer);
  const weights = learned.filter(({ role }) => role === 'weight');
  return weights.length > 0 ? weights : learned;
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

/**
 * Whether the tensors of two layers hold values of the same places in the same order: they have one shape, or one of
 * them is quantized in groups, for which the axes of its inputs are put together.
 */
export function sameElements(a: LayerTensor, b: LayerTensor): boolean {
  if (sameShape(a.tensor.shape, b.tensor.shape)) return true;
  if (!a.dequantize && !b.dequantize) return false;
  return a.tensor.elements === b.tensor.elements && outputsOf(a) === outputsOf(b);
}

/** Whether the outputs come first or last, and how many there are; anything else is its own only. */
function outputsOf({ tensor: { shape }, outputAxis = NaN, value }: LayerTensor): string {
  const outputs = shape[outputAxis] ?? 0;
  if (elementsOf(shape.slice(0, outputAxis)) === 1) return `${outputs} first`;
  return outputAxis === shape.length - 1 ? `${outputs} last` : value;
}

/** Whether values of two tensors can be compared one by one. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Bytes of everything that the layer stores, scales and zero points too. */
export function layerBytes(layer: Layer): number {
  return layer.tensors.reduce((bytes, { tensor }) => bytes + tensor.byteLength, 0);
}

/** Everything in the layer that counts as a parameter. */
export function layerParameters(layer: Layer): number {
  return layer.tensors.reduce((sum, { parameters }) => sum + parameters, 0);
}
