// What the panel draws of a layer: its weights, what became of them in a compressed copy, and the difference.
import { CounterweightError } from '../../shared/base/errors';
import type { EngineContract } from '../../shared/contracts/engineContract';
import type { Params } from '../../shared/contracts/contract';
import type {
  GridView,
  HeatmapView,
  LayerDetailView,
  RegionView,
  TensorDetailView,
  TensorErrorView,
} from '../../shared/contracts/layerViews';
import type { Numbers } from '../ir/numbers';
import { pauseFor, type Pause } from '../ir/pacing';
import type { LayerTensor } from '../operators/layers';
import { errorFigures, errorParts } from './errorFigures';
import { clampRegion, heatmapCells, regionElements, weightMatrix } from './heatmap';
import { histogramCounts } from './histogram';
import { findTensors, readLayers, valuesOf, type LayerReader, type TensorValues } from './layerTensors';
import { measureTensor } from './measureTensor';
import { gridRanges, storedGrids, widestOf } from './storedGrids';
import { pairedChunks, weightValues } from './weightValues';

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
  const grid = await widestGrid(stored, parts, pause);
  return { tensor: view, heatmap: cells.view(), histogram: histogram.view(), ...(grid && { grid }) };
}

async function widestGrid(
  stored: LayerTensor,
  parts: Iterable<Numbers>,
  pause: Pause,
): Promise<GridView | undefined> {
  const grids = storedGrids(stored);
  if (!grids) return undefined;
  const ranges = await gridRanges(grids, parts, pause);
  const index = widestOf(ranges);
  return grids.view(index, ranges[index] ?? { min: 0, max: 0 });
}

async function tensorError(
  before: TensorValues,
  after: TensorValues,
  pause: Pause,
): Promise<TensorErrorView> {
  const matrix = weightMatrix(before.stored.tensor.shape, before.stored.outputAxis);
  const cells = heatmapCells(matrix, clampRegion(matrix));
  const parts = () => errorParts(before.parts, after.parts);
  const figures = await errorFigures(parts, pause, (errors, start) => cells.add(errors, start));
  return { ...figures, heatmap: cells.view() };
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
