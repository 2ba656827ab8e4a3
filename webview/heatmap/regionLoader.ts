// Asks for finer cells of what is shown, once the reader's hand rests, and keeps the last few answers. What arrives
// after the view has moved on is kept but not forced on anybody.
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import type { HeatmapView, RegionView } from '../../src/shared/contracts/layerViews';
import { bestWeightsPerCell, contains, weightsPerCell, widen, type MatrixSize } from './viewport';

/** Undefined where the question was withdrawn. */
export type LoadRegion = (
  side: HeatmapSide,
  region: RegionView,
  signal: AbortSignal,
) => Promise<HeatmapView | undefined>;

export interface RegionLoaderOptions {
  readonly load: LoadRegion;
  readonly delayMs: number;
  readonly onLoaded: (side: HeatmapSide, heatmap: HeatmapView) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface RegionLoader {
  /** The finest cells at hand that cover the region, or undefined where the whole matrix's are as fine. */
  readonly find: (side: HeatmapSide, region: RegionView) => HeatmapView | undefined;
  /** Says what is shown now; asks for finer cells where there are any. */
  readonly want: (side: HeatmapSide, region: RegionView, whole: HeatmapView) => void;
  /** Forgets what was loaded and withdraws what was asked. */
  readonly reset: () => void;
}

/** Asked for around what is shown, so that a small pan finds it there. */
const margin = 0.25;
const kept = 12;
/** How much finer an answer must be to be worth asking for. */
const worth = 1.2;

export function createRegionLoader({ load, delayMs, onLoaded, onFailed }: RegionLoaderOptions): RegionLoader {
  let loaded: { readonly side: HeatmapSide; readonly heatmap: HeatmapView }[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;

  return {
    find,
    want: (side, region, whole) => {
      clearTimeout(timer);
      const size = { rows: whole.matrixRows, columns: whole.matrixColumns };
      const asked = widenWithinReach(region, size);
      const finest = bestWeightsPerCell(asked);
      const held = weightsPerCell(find(side, region) ?? whole);
      if (held < finest * worth) return withdraw();
      timer = setTimeout(() => void ask(side, asked), delayMs);
    },
    reset: () => {
      clearTimeout(timer);
      withdraw();
      loaded = [];
    },
  };

  function find(side: HeatmapSide, region: RegionView): HeatmapView | undefined {
    return loaded
      .filter((entry) => entry.side === side && contains(entry.heatmap.region, region))
      .map((entry) => entry.heatmap)
      .reduce<HeatmapView | undefined>(
        (best, other) => (!best || weightsPerCell(other) < weightsPerCell(best) ? other : best),
        undefined,
      );
  }

  async function ask(side: HeatmapSide, region: RegionView): Promise<void> {
    withdraw();
    const controller = new AbortController();
    asking = controller;
    try {
      const heatmap = await load(side, region, controller.signal);
      if (!heatmap || controller.signal.aborted) return;
      loaded = [...loaded.slice(1 - kept), { side, heatmap }];
      onLoaded(side, heatmap);
    } catch (error) {
      if (!controller.signal.aborted) onFailed(error);
    } finally {
      if (asking === controller) asking = undefined;
    }
  }

  function withdraw(): void {
    asking?.abort();
    asking = undefined;
  }
}

/** With a margin, unless the margin itself would cost single weights. */
function widenWithinReach(region: RegionView, size: MatrixSize): RegionView {
  const wide = widen(region, size, margin);
  return bestWeightsPerCell(wide) > 1 && bestWeightsPerCell(region) === 1 ? region : wide;
}
