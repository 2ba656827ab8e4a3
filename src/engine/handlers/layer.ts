// What the panel draws of one layer, whole and in finer cells.
import { layerDetail, layerRegion, readLayers } from '../../core/analysis/layerDetail';
import { layerCache } from '../layerCache';
import type { EngineHandlers } from './engineHandlers';

export function layerHandlers(): Pick<EngineHandlers, 'layer' | 'region'> {
  const read = layerCache(readLayers);
  return {
    layer: (params, signal) => layerDetail(params, signal, read),
    region: (params, signal) => layerRegion(params, signal, read),
  };
}
