// The grids that the numbers of a quantized tensor lie on, as its file has them: which elements share one, and which
// values it has.
import type { GridView } from '../../shared/contracts/layerViews';
import { elementTypes, isInteger } from '../ir/elementType';
import { attribute } from '../ir/graph';
import { tensorNumbers, type Numbers } from '../ir/numbers';
import type { Pause } from '../ir/pacing';
import type { LayerTensor } from '../operators/layers';
import { gridPlaces } from './gridPlaces';

export interface StoredGrids {
  readonly per: GridView['per'];
  readonly count: number;
  /** The place of an element's grid, from 0. */
  readonly gridOf: (element: number) => number;
  /** One of the grids, whose elements have values of the given range, both inclusive. */
  readonly view: (index: number, range: GridRange) => GridView;
}

/** The smallest and the largest real value on a grid. */
export interface GridRange {
  readonly min: number;
  readonly max: number;
}

/** The grids of a tensor of a layer; undefined where it is not quantized, or to more bits than values can be drawn. */
export function storedGrids({
  tensor,
  dequantize,
}: Pick<LayerTensor, 'tensor' | 'dequantize'>): StoredGrids | undefined {
  const { type } = tensor;
  if (!dequantize || !isInteger(type) || elementTypes[type].bits > 8) return undefined;
  const scales = tensorNumbers(dequantize.scale);
  const zeroPoints = dequantize.zeroPoint ? tensorNumbers(dequantize.zeroPoint) : undefined;
  const { axis, node } = dequantize;
  const count = axis === undefined ? 1 : scales.length;
  const block = attribute(node, 'block_size', 'int') ?? 0;
  const view: StoredGrids['view'] = (index, { min, max }) => {
    const scale = scales[index] ?? 1;
    return {
      type,
      per,
      count,
      index,
      scale,
      zeroPoint: zeroPoints?.[index] ?? 0,
      levels: levelsBetween(min, max, scale),
    };
  };
  const per = count === 1 ? 'tensor' : block > 0 ? 'group' : 'channel';
  return { per, count, gridOf: gridPlaces(tensor, dequantize), view };
}

/** The range of the values on each grid, from the real values of the tensor; of a grid without any, 0 to 0. */
export async function gridRanges(
  { count, gridOf }: StoredGrids,
  parts: Iterable<Numbers>,
  pause: Pause,
): Promise<readonly GridRange[]> {
  const min = new Float64Array(count).fill(Infinity);
  const max = new Float64Array(count).fill(-Infinity);
  let start = 0;
  for (const part of parts) {
    await pause();
    for (let i = 0; i < part.length; i++) {
      const grid = gridOf(start + i);
      const value = part[i]!;
      if (value < min[grid]!) min[grid] = value;
      if (value > max[grid]!) max[grid] = value;
    }
    start += part.length;
  }
  return Array.from(min, (low, grid) =>
    low <= max[grid]! ? { min: low, max: max[grid]! } : { min: 0, max: 0 },
  );
}

/** The place of the widest range; of several as wide, the first. */
export function widestOf(ranges: readonly GridRange[]): number {
  let widest = 0;
  const width = (index: number): number => (ranges[index]?.max ?? 0) - (ranges[index]?.min ?? 0);
  for (const index of ranges.keys()) if (width(index) > width(widest)) widest = index;
  return widest;
}

/** The multiples of the scale from the smallest to the largest value: at most 256, as the stored types have no more. */
function levelsBetween(min: number, max: number, scale: number): readonly number[] {
  const [first, last] = [Math.round(min / scale), Math.round(max / scale)];
  if (!Number.isFinite(last - first)) return [];
  return Array.from({ length: Math.min(256, last - first + 1) }, (_, index) => (first + index) * scale);
}
