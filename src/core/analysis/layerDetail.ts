// What the panel draws of a layer: its weights, what became of them in a compressed copy, and the difference.
import { CounterweightError } from '../../shared/base/errors';
import type { EngineContract } from '../../shared/contracts/engineContract';
import type { Params } from '../../shared/contracts/contract';
import type {
  HeatmapView,
  LayerDetailView,
  RegionView,
  TensorDetailView,
  TensorErrorView,
} from '../../shared/contracts/viewModels';
import { openModel } from '../formats/openModel';
import type { Numbers } from '../ir/numbers';
import { isNumeric, tensorNumbers } from '../ir/numbers';
import { pauseFor, type Pause } from '../ir/pacing';
import { layersOf, type Layer, type LayerTensor } from '../operators/layers';
import { errorSums } from './errorMeasures';
import { clampRegion, heatmapCells, regionElements, weightMatrix } from './heatmap';
import { histogramCounts, valueRange } from './histogram';
import { counterpart, sameShape } from './layerPairs';
import { measureTensor } from './measureTensor';
import { pairedChunks, sideBySide, weightValues } from './weightValues';

/** The layers of the model in a file. Whoever asks often may remember them. */
export type LayerReader = (path: string) => readonly Layer[];

/** Throws what opening throws. */
export function readLayers(path: string): readonly Layer[] {
  return layersOf(openModel(path));
}

/**
 * The given tensor of a layer, or its main one, and with `compressed` the same of that model. A compressed model
 * without a comparable tensor there gives no `after`; a layer that only the compressed model has stands by itself.
 * Throws LAYER_UNKNOWN and what opening throws.
 */
export async function layerDetail(
  params: Params<EngineContract, 'layer'>,
  signal: AbortSignal,
  read: LayerReader = readLayers,
): Promise<LayerDetailView> {
  const pause = pauseFor(signal);
  const { layer, before, after } = findTensors(params, read);
  const original = valuesOf(before);
  const detail = { layer: layer.label, before: await tensorDetail(original, pause) };
  if (!after) return detail;
  const compressed = valuesOf(after);
  return {
    ...detail,
    after: await tensorDetail(compressed, pause),
    error: await tensorError(original, compressed, pause),
  };
}

/**
 * A part of a layer's heatmap in finer cells: of the original, of the compressed model, or of the error, which is
 * after − before. Throws LAYER_UNKNOWN where there is no such tensor.
 */
export async function layerRegion(
  params: Params<EngineContract, 'region'>,
  signal: AbortSignal,
  read: LayerReader = readLayers,
): Promise<HeatmapView> {
  const pause = pauseFor(signal);
  const { before, after } = findTensors(params, read);
  if (params.side === 'before') return heatmapOf(before, params.region, pause);
  if (!after)
    throw new CounterweightError('LAYER_UNKNOWN', { path: params.compressed ?? '', layer: params.layer });
  return params.side === 'after'
    ? heatmapOf(after, params.region, pause)
    : errorHeatmap(before, after, params.region, pause);
}

interface FoundTensors {
  readonly layer: Layer;
  readonly before: LayerTensor;
  readonly after: LayerTensor | undefined;
}

function findTensors(params: Params<EngineContract, 'layer'>, read: LayerReader): FoundTensors {
  const own = findLayer(read(params.path), params.layer);
  const other =
    params.compressed === undefined ? undefined : findLayer(read(params.compressed), params.layer);
  const layer = own ?? other;
  const before = layer && chosenTensor(layer, params.tensor);
  if (!layer || !before)
    throw new CounterweightError('LAYER_UNKNOWN', { path: params.path, layer: params.layer });
  if (!own) return { layer, before, after: undefined };
  const after = other && counterpart(layer, before, other);
  const isComparable =
    after && isNumeric(after.tensor.type) && sameShape(before.tensor.shape, after.tensor.shape);
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
interface TensorValues {
  readonly stored: LayerTensor;
  readonly parts: Iterable<Numbers>;
}

/** Tensors of up to this many elements are held between passes; larger ones are read again for each. */
const heldElements = 1 << 25;

function valuesOf(stored: LayerTensor): TensorValues {
  const values = weightValues(stored);
  const isHeld = values.elements <= heldElements;
  return { stored, parts: isHeld ? [...values.chunks()] : { [Symbol.iterator]: () => values.chunks() } };
}

async function tensorDetail({ stored, parts }: TensorValues, pause: Pause): Promise<TensorDetailView> {
  // The first pass finds the range that the bins of the second need.
  const { view } = await measureTensor(stored, pause, parts);
  const matrix = weightMatrix(stored.tensor.shape, stored.outputAxis);
  const cells = heatmapCells(matrix, clampRegion(matrix));
  const histogram = histogramCounts({ min: view.min ?? 0, max: view.max ?? 0 });
  let start = 0;
  for (const part of parts) {
    await pause();
    cells.add(part, start);
    histogram.add(part);
    start += part.length;
  }
  return { tensor: view, heatmap: cells.view(), histogram: histogram.view() };
}

async function tensorError(
  before: TensorValues,
  after: TensorValues,
  pause: Pause,
): Promise<TensorErrorView> {
  const range = valueRange();
  const sums = errorSums();
  for (const { x, y, errors } of errorParts(before, after)) {
    await pause();
    sums.add(x, y);
    range.add(errors);
  }
  const matrix = weightMatrix(before.stored.tensor.shape, before.stored.outputAxis);
  const cells = heatmapCells(matrix, clampRegion(matrix));
  const histogram = histogramCounts(range.range());
  for (const { errors, start } of errorParts(before, after)) {
    await pause();
    cells.add(errors, start);
    histogram.add(errors);
  }
  const { mse, sqnrDb, maxError } = sums.measures();
  const quantization = gridOf(after.stored);
  return {
    heatmap: cells.view(),
    histogram: histogram.view(),
    mse,
    sqnrDb,
    maxError,
    ...(quantization ? { quantization } : {}),
  };
}

interface ErrorPart {
  readonly x: Numbers;
  readonly y: Numbers;
  /** y − x; the next part is written over it. */
  readonly errors: Float64Array;
  readonly start: number;
}

function* errorParts(before: TensorValues, after: TensorValues): Generator<ErrorPart> {
  let scratch = new Float64Array();
  for (const { a: x, b: y, start } of sideBySide(before.parts, after.parts)) {
    if (scratch.length < x.length) scratch = new Float64Array(x.length);
    const errors = scratch.subarray(0, x.length);
    for (let i = 0; i < errors.length; i++) errors[i] = y[i]! - x[i]!;
    yield { x, y, errors, start };
  }
}

async function heatmapOf(stored: LayerTensor, wanted: RegionView, pause: Pause): Promise<HeatmapView> {
  const values = weightValues(stored);
  const matrix = weightMatrix(values.shape, values.outputAxis);
  const region = clampRegion(matrix, wanted);
  const cells = heatmapCells(matrix, region);
  const { start, end } = regionElements(matrix, region);
  let at = start;
  for (const part of values.chunks(start, end)) {
    await pause();
    cells.add(part, at);
    at += part.length;
  }
  return cells.view();
}

async function errorHeatmap(
  before: LayerTensor,
  after: LayerTensor,
  wanted: RegionView,
  pause: Pause,
): Promise<HeatmapView> {
  const [x, y] = [weightValues(before), weightValues(after)];
  const matrix = weightMatrix(x.shape, x.outputAxis);
  const region = clampRegion(matrix, wanted);
  const cells = heatmapCells(matrix, region);
  const { start, end } = regionElements(matrix, region);
  for (const { a, b, start: at } of pairedChunks(x, y, start, end)) {
    await pause();
    cells.add(difference(b, a), at);
  }
  return cells.view();
}

/** a − b, written over `a`, which is a part that nobody else holds. */
function difference(a: Numbers, b: Numbers): Numbers {
  for (let i = 0; i < a.length; i++) a[i]! -= b[i]!;
  return a;
}

function gridOf({ tensor, dequantize }: LayerTensor): TensorErrorView['quantization'] {
  if (!dequantize) return undefined;
  const { scale, zeroPoint } = dequantize;
  return {
    type: tensor.type,
    scale: tensorNumbers(scale)[0] ?? 1,
    zeroPoint: zeroPoint ? (tensorNumbers(zeroPoint)[0] ?? 0) : 0,
    channels: scale.elements,
  };
}
