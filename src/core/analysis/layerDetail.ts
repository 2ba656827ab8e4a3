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
import { measureTensor } from './inspectModel';
import { counterpart, sameShape } from './layerPairs';
import { pairedChunks, weightValues } from './weightValues';

/** The layers of the model in a file. Whoever asks often may remember them. */
export type LayerReader = (path: string) => readonly Layer[];

/** Throws what opening throws. */
export function readLayers(path: string): readonly Layer[] {
  return layersOf(openModel(path));
}

/**
 * The given tensor of a layer, or its main one, and with `compressed` the same of that model. A compressed model
 * without a comparable tensor there gives no `after`. Throws LAYER_UNKNOWN and what opening throws.
 */
export async function layerDetail(
  params: Params<EngineContract, 'layer'>,
  signal: AbortSignal,
  read: LayerReader = readLayers,
): Promise<LayerDetailView> {
  const pause = pauseFor(signal);
  const { layer, before, after } = findTensors(params, read);
  const detail = { layer: layer.label, before: await tensorDetail(before, pause) };
  if (!after) return detail;
  return {
    ...detail,
    after: await tensorDetail(after, pause),
    error: await tensorError(before, after, pause),
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
  const layer = findLayer(read(params.path), params.layer);
  const before = layer && chosenTensor(layer, params.tensor);
  if (!layer || !before)
    throw new CounterweightError('LAYER_UNKNOWN', { path: params.path, layer: params.layer });
  const other =
    params.compressed === undefined ? undefined : findLayer(read(params.compressed), params.layer);
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

async function tensorDetail(stored: LayerTensor, pause: Pause): Promise<TensorDetailView> {
  const values = weightValues(stored);
  const matrix = weightMatrix(values.shape, values.outputAxis);
  const cells = heatmapCells(matrix, clampRegion(matrix));
  const range = valueRange();
  let start = 0;
  for (const part of values.chunks()) {
    await pause();
    cells.add(part, start);
    range.add(part);
    start += part.length;
  }
  const histogram = histogramCounts(range.range());
  for (const part of values.chunks()) {
    await pause();
    histogram.add(part);
  }
  const { view } = await measureTensor(stored, pause);
  return { tensor: view, heatmap: cells.view(), histogram: histogram.view() };
}

async function tensorError(before: LayerTensor, after: LayerTensor, pause: Pause): Promise<TensorErrorView> {
  const [x, y] = [weightValues(before), weightValues(after)];
  const matrix = weightMatrix(x.shape, x.outputAxis);
  const cells = heatmapCells(matrix, clampRegion(matrix));
  const range = valueRange();
  const sums = errorSums();
  for (const { a, b, start } of pairedChunks(x, y)) {
    await pause();
    sums.add(a, b);
    const errors = difference(b, a);
    cells.add(errors, start);
    range.add(errors);
  }
  const histogram = histogramCounts(range.range());
  for (const { a, b } of pairedChunks(x, y)) {
    await pause();
    histogram.add(difference(b, a));
  }
  const { mse, sqnrDb, maxError } = sums.measures();
  const quantization = gridOf(after);
  return {
    heatmap: cells.view(),
    histogram: histogram.view(),
    mse,
    sqnrDb,
    maxError,
    ...(quantization ? { quantization } : {}),
  };
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
