// Remembers the layers of the models that were looked at last, so that clicking from layer to layer does not read a
// model anew each time. Tensors stay in their files; what is held is the graph.
import { statSync } from 'node:fs';
import type { LayerReader } from '../core/analysis/layerTensors';
import type { Layer } from '../core/operators/layers';

/** A model and its compressed copy, and the pair that was looked at before. */
const kept = 4;

interface Entry {
  readonly stamp: string;
  readonly layers: readonly Layer[];
}

/** Reads a file again when its time or size has changed. */
export function layerCache(read: LayerReader): LayerReader {
  // In the order of their last use, the latest at the end.
  const entries = new Map<string, Entry>();
  return (path) => {
    const stamp = stampOf(path);
    const known = entries.get(path);
    entries.delete(path);
    const entry = known && known.stamp === stamp ? known : { stamp, layers: read(path) };
    entries.set(path, entry);
    const [oldest] = entries.keys();
    if (entries.size > kept && oldest !== undefined) entries.delete(oldest);
    return entry.layers;
  };
}

/** A file that is not there has none; reading it says so. */
function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.mtimeNs} ${stats.size}` : '';
}
