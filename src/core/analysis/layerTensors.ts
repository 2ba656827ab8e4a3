// The tensors that the pictures of a layer are made from: which ones a request means, and their values.
import { CounterweightError } from '../../shared/base/errors';
import type { EngineContract } from '../../shared/contracts/engineContract';
import type { Params } from '../../shared/contracts/contract';
import { openModel } from '../formats/openModel';
import { isNumeric, type Numbers } from '../ir/numbers';
import { layersOf, type Layer, type LayerTensor } from '../operators/layers';
import { counterpart, sameElements } from './layerPairs';
import { weightValues } from './weightValues';

/** The layers of the model in a file. Whoever asks often may remember them. */
export type LayerReader = (path: string) => readonly Layer[];

/** Throws what opening throws. */
export function readLayers(path: string): readonly Layer[] {
  return layersOf(openModel(path));
}

/** A tensor of a layer, and the same of the compressed model where one is given and it can be compared. */
export interface FoundTensors {
  readonly layer: Layer;
  readonly before: LayerTensor;
  readonly after: LayerTensor | undefined;
}

/** The tensor that is asked for. Throws LAYER_UNKNOWN where neither model has it. */
export function findTensors(params: Params<EngineContract, 'layer'>, read: LayerReader): FoundTensors {
  const own = findLayer(read(params.path), params.layer);
  const other =
    params.compressed === undefined ? undefined : findLayer(read(params.compressed), params.layer);
  const layer = own ?? other;
  const before = layer && chosenTensor(layer, params.tensor);
  if (!layer || !before)
    throw new CounterweightError('LAYER_UNKNOWN', { path: params.path, layer: params.layer });
  if (!own) return { layer, before, after: undefined };
  const after = other && counterpart(layer, before, other);
  const isComparable = after && isNumeric(after.tensor.type) && sameElements(before, after);
  return { layer, before, after: isComparable ? after : undefined };
}

function findLayer(layers: readonly Layer[], label: string): Layer | undefined {
  return layers.find((layer) => layer.label === label);
}

/** The tensor asked for, or the weight with the most elements, or the largest of the others. */
function chosenTensor(layer: Layer, name: string | undefined): LayerTensor | undefined {
  const numeric = layer.tensors.filter(({ tensor }) => isNumeric(tensor.type));
  if (name !== undefined) return numeric.find(({ value }) => value === name);
  const weights = numeric.filter(({ role }) => role === 'weight');
  const [first, ...others] = weights.length > 0 ? weights : numeric;
  return others.reduce((a, b) => (b && a && b.tensor.elements > a.tensor.elements ? b : a), first);
}

/** The values of a tensor, for several passes over them. */
export interface TensorValues {
  readonly stored: LayerTensor;
  readonly parts: Iterable<Numbers>;
}

/** Tensors of up to this many elements are held between passes; larger ones are read again for each. */
const heldElements = 1 << 25;

/** What a tensor's layer computes with, as parts that can be gone through again and again. */
export function valuesOf(stored: LayerTensor): TensorValues {
  const values = weightValues(stored);
  const isHeld = values.elements <= heldElements;
  return { stored, parts: isHeld ? [...values.chunks()] : { [Symbol.iterator]: () => values.chunks() } };
}
