// What the panel draws of one grid of a quantized tensor: the weights on it before and after, and their errors.
import { CounterweightError } from '../../shared/base/errors';
import type { EngineContract } from '../../shared/contracts/engineContract';
import type { Params } from '../../shared/contracts/contract';
import type { GridDetailView, HistogramView } from '../../shared/contracts/layerViews';
import type { Numbers } from '../ir/numbers';
import { pauseFor, type Pause } from '../ir/pacing';
import { errorFigures, errorParts } from './errorFigures';
import { histogramCounts, valueRange } from './histogram';
import { findTensors, readLayers, valuesOf, type LayerReader, type TensorValues } from './layerTensors';
import { gridRanges, storedGrids } from './storedGrids';

/**
 * The elements of a layer's tensor that share one of the grids of its quantized form, which is the compressed model's
 * where one is given. Of places beyond the last grid it is the last. Throws LAYER_UNKNOWN where there are no grids.
 */
export async function layerGrid(
  params: Params<EngineContract, 'grid'>,
  signal: AbortSignal,
  read: LayerReader = readLayers,
): Promise<GridDetailView> {
  const pause = pauseFor(signal);
  const { before, after } = findTensors(params, read);
  const grids = storedGrids(after ?? before);
  if (!grids) throw new CounterweightError('LAYER_UNKNOWN', { path: params.path, layer: params.layer });
  const index = Math.min(params.index, grids.count - 1);
  const own = (values: TensorValues): Promise<Numbers> =>
    elementsOn(values.parts, (element) => grids.gridOf(element) === index, pause);
  const x = await own(valuesOf(before));
  const y = after && (await own(valuesOf(after)));
  const [range] = await gridRanges({ ...grids, count: 1, gridOf: () => 0 }, [y ?? x], pause);
  const grid = grids.view(index, range!);
  if (!y) return { grid, before: histogramOf(x) };
  const parts = () => errorParts([x], [y]);
  return {
    grid,
    before: histogramOf(x),
    after: histogramOf(y),
    error: await errorFigures(parts, pause),
  };
}

/** The elements whose place in their tensor is wanted, in their order. */
async function elementsOn(
  parts: Iterable<Numbers>,
  isWanted: (element: number) => boolean,
  pause: Pause,
): Promise<Numbers> {
  const found: number[] = [];
  let start = 0;
  for (const part of parts) {
    await pause();
    for (let i = 0; i < part.length; i++) if (isWanted(start + i)) found.push(part[i]!);
    start += part.length;
  }
  return Float64Array.from(found);
}

function histogramOf(values: Numbers): HistogramView {
  const range = valueRange();
  range.add(values);
  const counts = histogramCounts(range.range());
  counts.add(values);
  return counts.view();
}
