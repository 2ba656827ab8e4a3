// A weight tensor seen as a matrix (output channels × everything else) and summed up in cells, for the whole matrix
// or for a rectangle of it, down to single weights. It takes the values in parts, in the order in which they are stored.
import { elementsOf } from '../ir/elements';
import type { HeatmapView, RegionView } from '../../shared/contracts/layerViews';

/** The most cells along one side. */
export const maxCells = 512;

/** A tensor's elements as a matrix. Element ((o · rows) + r) · inner + k is in row r and column o · inner + k. */
export interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly outer: number;
  readonly inner: number;
}

/**
 * The matrix of a tensor: rows are its output channels (the first axis where there are none), columns all other axes
 * in row-major order. A tensor of one axis is a single row, a scalar a single weight.
 */
export function weightMatrix(shape: readonly number[], outputAxis?: number): WeightMatrix {
  if (shape.length < 2) return { rows: 1, columns: shape[0] ?? 1, outer: 1, inner: shape[0] ?? 1 };
  const axis = outputAxis ?? 0;
  const outer = elementsOf(shape.slice(0, axis));
  const inner = elementsOf(shape.slice(axis + 1));
  return { rows: shape[axis]!, columns: outer * inner, outer, inner };
}

/** The part of `region` that lies within the matrix; the whole matrix where no region is given. */
export function clampRegion(matrix: WeightMatrix, region?: RegionView): RegionView {
  if (!region) return { row: 0, column: 0, rows: matrix.rows, columns: matrix.columns };
  const [row, rows] = clampSpan(region.row, region.rows, matrix.rows);
  const [column, columns] = clampSpan(region.column, region.columns, matrix.columns);
  return { row, column, rows, columns };
}

/** The stored elements that a region needs: from `start` (inclusive) to `end` (exclusive), others among them. */
export function regionElements(matrix: WeightMatrix, region: RegionView): { start: number; end: number } {
  const { rows, inner, outer } = matrix;
  if (region.rows === 0 || region.columns === 0) return { start: 0, end: 0 };
  if (outer === 1) return { start: region.row * inner, end: (region.row + region.rows) * inner };
  const slice = rows * inner;
  return {
    start: Math.floor(region.column / inner) * slice,
    end: Math.ceil((region.column + region.columns) / inner) * slice,
  };
}

export interface HeatmapCells {
  /** Takes in values, the first of which is element `start` of the tensor. What lies outside the region is passed over. */
  add(values: Float32Array | Float64Array, start: number): void;
  /** The heatmap of all values taken in. */
  view(): HeatmapView;
}

/**
 * Collects the cells of a region. Values that are not finite are left out of `mean` and `magnitude`, which are NaN in
 * a cell that holds nothing else.
 */
export function heatmapCells(matrix: WeightMatrix, region: RegionView): HeatmapCells {
  const cellRows = Math.min(maxCells, region.rows);
  const cellColumns = Math.min(maxCells, region.columns);
  const cells = cellRows * cellColumns;
  const sums: CellSums = {
    sum: new Float64Array(cells),
    magnitude: new Float64Array(cells),
    zeros: new Float64Array(cells),
    notFinite: new Float64Array(cells),
    largest: 0,
  };
  const rowStarts = cellStarts(region.rows, cellRows);
  const columnStarts = cellStarts(region.columns, cellColumns);
  const rowCell = cellOf(region.rows, cellRows);
  const columnCell = cellOf(region.columns, cellColumns);

  /** Values that lie side by side in one row. */
  function addAlongRow(
    values: Float32Array | Float64Array,
    from: number,
    row: number,
    column: number,
    count: number,
  ): void {
    if (row < region.row || row >= region.row + region.rows) return;
    const first = Math.max(column, region.column);
    const end = Math.min(column + count, region.column + region.columns);
    if (first >= end) return;
    addRun(sums, values, from + first - column, {
      first: first - region.column,
      end: end - region.column,
      starts: columnStarts,
      cell: columnCell(first - region.column),
      base: rowCell(row - region.row) * cellColumns,
      stride: 1,
    });
  }

  /** Values that lie one below the other in one column. */
  function addAlongColumn(
    values: Float32Array | Float64Array,
    from: number,
    row: number,
    column: number,
    count: number,
  ): void {
    if (column < region.column || column >= region.column + region.columns) return;
    const first = Math.max(row, region.row);
    const end = Math.min(row + count, region.row + region.rows);
    if (first >= end) return;
    addRun(sums, values, from + first - row, {
      first: first - region.row,
      end: end - region.row,
      starts: rowStarts,
      cell: rowCell(first - region.row),
      base: columnCell(column - region.column),
      stride: cellColumns,
    });
  }

  return {
    add(values, start) {
      const { rows, inner, outer } = matrix;
      const downwards = inner === 1 && outer > 1;
      const run = downwards ? rows : inner;
      for (let i = 0; i < values.length;) {
        const element = start + i;
        const line = Math.floor(element / run);
        const within = element - line * run;
        const count = Math.min(run - within, values.length - i);
        if (downwards) addAlongColumn(values, i, within, line, count);
        else addAlongRow(values, i, line % rows, Math.floor(line / rows) * inner + within, count);
        i += count;
      }
    },
    view() {
      const mean = new Float32Array(cells);
      const magnitude = new Float32Array(cells);
      const zeros = new Float32Array(cells);
      for (let row = 0, cell = 0; row < cellRows; row++) {
        for (let column = 0; column < cellColumns; column++, cell++) {
          const weights =
            (rowStarts[row + 1]! - rowStarts[row]!) * (columnStarts[column + 1]! - columnStarts[column]!);
          const finite = weights - sums.notFinite[cell]!;
          mean[cell] = sums.sum[cell]! / finite;
          magnitude[cell] = sums.magnitude[cell]! / finite;
          zeros[cell] = sums.zeros[cell]! / weights;
        }
      }
      return {
        matrixRows: matrix.rows,
        matrixColumns: matrix.columns,
        region,
        cellRows,
        cellColumns,
        mean,
        magnitude,
        zeros,
        maxMagnitude: sums.largest,
      };
    },
  };
}

interface CellSums {
  readonly sum: Float64Array;
  readonly magnitude: Float64Array;
  readonly zeros: Float64Array;
  readonly notFinite: Float64Array;
  largest: number;
}

/** Neighbouring values along one side of the region, and the cells that they fall into. */
interface Run {
  /** Positions along the side, from the region's edge. */
  readonly first: number;
  readonly end: number;
  /** First positions of the cells along the side. */
  readonly starts: Float64Array;
  /** The cell of the first position along the side. */
  readonly cell: number;
  /** Index of the cell at position 0, and the step from one cell along the side to the next. */
  readonly base: number;
  readonly stride: number;
}

/** Sums are kept in locals within a cell: this is the loop that a large layer's time goes into. */
function addRun(sums: CellSums, values: Float32Array | Float64Array, from: number, run: Run): void {
  let { cell } = run;
  let largest = sums.largest;
  for (let position = run.first; position < run.end; cell++) {
    const end = Math.min(run.starts[cell + 1]!, run.end);
    let sum = 0;
    let magnitude = 0;
    let zeros = 0;
    let notFinite = 0;
    for (let i = from + position - run.first; position < end; position++, i++) {
      const value = values[i]!;
      const distance = Math.abs(value);
      if (distance < Infinity) {
        sum += value;
        magnitude += distance;
        if (distance > largest) largest = distance;
        if (distance === 0) zeros++;
      } else notFinite++;
    }
    const index = run.base + cell * run.stride;
    sums.sum[index]! += sum;
    sums.magnitude[index]! += magnitude;
    sums.zeros[index]! += zeros;
    sums.notFinite[index]! += notFinite;
  }
  sums.largest = largest;
}

/** Where each of `cells` cells begins on a side of `length` weights, and where the last one ends. */
function cellStarts(length: number, cells: number): Float64Array {
  return Float64Array.from({ length: cells + 1 }, (_, cell) =>
    cells === 0 ? 0 : Math.floor((cell * length) / cells),
  );
}

/** The cell in which a position lies: the last one that begins at or before it. */
function cellOf(length: number, cells: number): (position: number) => number {
  return (position) => Math.ceil(((position + 1) * cells) / length) - 1;
}

function clampSpan(start: number, count: number, limit: number): [start: number, count: number] {
  const first = Math.min(Math.max(0, Math.floor(start)), Math.max(0, limit - 1));
  return [first, Math.min(Math.max(1, Math.floor(count)), limit - first)];
}
