// The uniform grids of a tensor from the ranges of its values.
import { affineGrid, signedLevels, type Range, type Scheme } from './affineGrid';
import type { GridLayout } from './gridLayout';
import type { UniformGrid } from './weightGrid';

/** A grid of so many bits, from 2 to 8, for each range of the layout. */
export function uniformGrid(
  layout: GridLayout,
  ranges: readonly Range[],
  scheme: Scheme,
  bits: number,
): UniformGrid {
  const levels = signedLevels(bits, scheme);
  const grids = ranges.map((range) => affineGrid(range, scheme, levels));
  return {
    kind: 'uniform',
    bits,
    ...levels,
    layout,
    scales: Float32Array.from(grids, ({ scale }) => scale),
    zeroPoints: Int8Array.from(grids, ({ zeroPoint }) => zeroPoint),
  };
}
