// The grid of each element of a weight, where elements are visited in another order than that of the tensor.
import { dequantizeValue, quantizeValue, type AffineGrid } from '../grids/affineGrid';
import { eachRun } from '../grids/gridLayout';
import { gridAt, type UniformGrid } from '../grids/weightGrid';

/** The grid of the element at a place of the tensor. */
export type GridOfElement = (place: number) => AffineGrid;

export function elementGrids(grid: UniformGrid, elements: number): GridOfElement {
  const grids = Array.from({ length: grid.layout.count }, (_, index) => gridAt(grid, index));
  if (grids.length === 1) return () => grids[0]!;
  const indices = new Uint32Array(elements);
  eachRun(grid.layout, 0, elements, (index, from, to) => indices.fill(index, from, to));
  return (place) => grids[indices[place]!]!;
}

/** The value on a grid that is nearest to a value. */
export function nearestOn(grid: AffineGrid, value: number): number {
  return dequantizeValue(quantizeValue(value, grid), grid);
}
