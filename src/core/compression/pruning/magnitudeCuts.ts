// Decides which weights magnitude pruning removes: exactly the asked fraction, ties broken by position.
import type { Pause } from '../../ir/pacing';
import type { MagnitudeSource } from './magnitudeSource';
import type { Cut } from './prunedTensor';
import { eachChunk, selectThreshold } from './selectThreshold';

/**
 * Cuts that zero the `sparsity` of all weights of the sources together (0 ≤ sparsity < 1, rounded to whole weights)
 * with the smallest magnitudes, but never all; of equal ones those that come first. Weights that are zero already
 * count. No cuts where nothing is left to do.
 */
export async function magnitudeCuts(
  sources: readonly MagnitudeSource[],
  sparsity: number,
  pause: Pause,
  progress: (fraction: number) => void = () => undefined,
): Promise<Map<MagnitudeSource, Cut>> {
  const cuts = new Map<MagnitudeSource, Cut>();
  const elements = sources.reduce((sum, source) => sum + source.tensor.elements, 0);
  const count = Math.min(Math.round(sparsity * elements), elements - 1);
  if (count <= 0) return cuts;

  const { key, tied, equal } = await selectThreshold(sources, count, pause, progress);
  if (key === 0) return cuts;
  const all = { key, tiedBelow: tied === equal ? Infinity : 0 };
  for (const source of sources) cuts.set(source, all);
  if (tied === equal) return cuts;

  let open = tied;
  await eachChunk(
    sources,
    pause,
    () => undefined,
    (keys, source, start) => {
      for (let i = 0; i < keys.length; i++) {
        if (keys[i] !== key) continue;
        cuts.set(source, { key, tiedBelow: start + i + 1 });
        if (--open === 0) return false;
      }
      return true;
    },
  );
  return cuts;
}
