// What the panel draws of one layer, whole and in finer cells.
import { layerDetail, layerRegion } from '../../core/analysis/layerDetail';
import { layerGrid } from '../../core/analysis/layerGrid';
import { readLayers } from '../../core/analysis/layerTensors';
import { layerCache } from '../layerCache';
import type { EngineHandlers } from './engineHandlers';

export function layerHandlers(): Pick<EngineHandlers, 'layer' | 'region' | 'grid'> {
  const read = layerCache(readLayers);
  return {
    layer: (params, signal) => layerDetail(params, signal, read),
    region: (params, signal) => layerRegion(params, signal, read),
    grid: (params, signal) => layerGrid(params, signal, read),
  };
}
