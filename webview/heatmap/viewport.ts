// Where a heatmap's cells and a matrix's weights lie on the screen: pure arithmetic, no drawing. A view is the part of
// the matrix that fills the canvas, in weights, with fractions.
import type { HeatmapView, RegionView } from '../../src/shared/contracts/layerViews';

export interface View {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** Size of a matrix in weights. */
export interface MatrixSize {
  readonly rows: number;
  readonly columns: number;
}

/** A point of the canvas as fractions of its width and height, 0 to 1. */
export interface CanvasPoint {
  readonly x: number;
  readonly y: number;
}

/** The fewest weights along a side that fill the canvas. */
const closest = 8;

export function wholeView(size: MatrixSize): View {
  return { row: 0, column: 0, rows: size.rows, columns: size.columns };
}

export function isWhole(view: View, size: MatrixSize): boolean {
  return view.rows >= size.rows && view.columns >= size.columns;
}

/**
 * Shows `factor` times finer, with the weight under `at` kept where it is. A side that cannot become finer, or coarser,
 * stays, so that a 10×4096 matrix can still be zoomed along its columns.
 */
export function zoomView(view: View, size: MatrixSize, factor: number, at: CanvasPoint): View {
  const rows = clamp(view.rows / factor, Math.min(size.rows, closest), size.rows);
  const columns = clamp(view.columns / factor, Math.min(size.columns, closest), size.columns);
  return within(
    {
      row: view.row + at.y * (view.rows - rows),
      column: view.column + at.x * (view.columns - columns),
      rows,
      columns,
    },
    size,
  );
}

/** Moves by fractions of what is shown; stops at the edges of the matrix. */
export function panView(view: View, size: MatrixSize, right: number, down: number): View {
  return within(
    { ...view, row: view.row + down * view.rows, column: view.column + right * view.columns },
    size,
  );
}

/** Moves as little as is needed to show a region; one larger than the view is shown from its start. */
export function revealRegion(view: View, size: MatrixSize, region: RegionView): View {
  return within(
    {
      ...view,
      row: reveal(view.row, view.rows, region.row, region.rows),
      column: reveal(view.column, view.columns, region.column, region.columns),
    },
    size,
  );
}

/** The weights that are at least partly shown. */
export function visibleRegion(view: View, size: MatrixSize): RegionView {
  const row = Math.floor(view.row);
  const column = Math.floor(view.column);
  return {
    row,
    column,
    rows: Math.min(size.rows, Math.ceil(view.row + view.rows)) - row,
    columns: Math.min(size.columns, Math.ceil(view.column + view.columns)) - column,
  };
}

/** A region made larger by `fraction` of its size on every side, as far as the matrix goes. */
export function widen(region: RegionView, size: MatrixSize, fraction: number): RegionView {
  const row = Math.max(0, region.row - Math.ceil(region.rows * fraction));
  const column = Math.max(0, region.column - Math.ceil(region.columns * fraction));
  const endRow = Math.min(size.rows, region.row + region.rows + Math.ceil(region.rows * fraction));
  const endColumn = Math.min(
    size.columns,
    region.column + region.columns + Math.ceil(region.columns * fraction),
  );
  return { row, column, rows: endRow - row, columns: endColumn - column };
}

export function contains(outer: RegionView, inner: RegionView): boolean {
  return (
    outer.row <= inner.row &&
    outer.column <= inner.column &&
    outer.row + outer.rows >= inner.row + inner.rows &&
    outer.column + outer.columns >= inner.column + inner.columns
  );
}

/** Weights that a cell sums up, in each direction; 1 where every weight has a cell. */
export function weightsPerCell(heatmap: HeatmapView): number {
  return Math.max(heatmap.region.rows / heatmap.cellRows, heatmap.region.columns / heatmap.cellColumns);
}

/** What a request for a region would bring at best: the engine gives at most `cells` along a side. */
export function bestWeightsPerCell(region: RegionView, cells = 512): number {
  return Math.max(1, region.rows / cells, region.columns / cells);
}

/** A cell by its row and column in the heatmap, and its place in the arrays. */
export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly index: number;
}

/** The cell drawn over a weight's place, which may be fractional; undefined outside of the heatmap's region. */
export function cellAt(heatmap: HeatmapView, row: number, column: number): Cell | undefined {
  const { region, cellRows, cellColumns } = heatmap;
  const cellRow = Math.floor(((row - region.row) * cellRows) / region.rows);
  const cellColumn = Math.floor(((column - region.column) * cellColumns) / region.columns);
  if (cellRow < 0 || cellColumn < 0 || cellRow >= cellRows || cellColumn >= cellColumns) return undefined;
  return { row: cellRow, column: cellColumn, index: cellRow * cellColumns + cellColumn };
}

/** The cell that sums up a weight: the last one that starts at it or before. */
export function cellOfWeight(heatmap: HeatmapView, row: number, column: number): Cell | undefined {
  const { region, cellRows, cellColumns } = heatmap;
  const cellRow = Math.ceil(((row - region.row + 1) * cellRows) / region.rows) - 1;
  const cellColumn = Math.ceil(((column - region.column + 1) * cellColumns) / region.columns) - 1;
  if (cellRow < 0 || cellColumn < 0 || cellRow >= cellRows || cellColumn >= cellColumns) return undefined;
  return { row: cellRow, column: cellColumn, index: cellRow * cellColumns + cellColumn };
}

/** The weights that a cell sums up. */
export function cellRegion(heatmap: HeatmapView, cell: Pick<Cell, 'row' | 'column'>): RegionView {
  const { region, cellRows, cellColumns } = heatmap;
  const [row, rows] = span(cell.row, region.rows, cellRows);
  const [column, columns] = span(cell.column, region.columns, cellColumns);
  return { row: region.row + row, column: region.column + column, rows, columns };
}

/** Where a region lies on a canvas of the given size, in pixels. */
export function toCanvas(
  region: RegionView,
  view: View,
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  const scaleX = width / view.columns;
  const scaleY = height / view.rows;
  return {
    x: (region.column - view.column) * scaleX,
    y: (region.row - view.row) * scaleY,
    width: region.columns * scaleX,
    height: region.rows * scaleY,
  };
}

/**
 * The height of the canvas for a matrix, given its width, in pixels: weights are square where that gives a handy
 * height, and stretched where it does not.
 */
export function canvasHeight(size: MatrixSize, width: number): number {
  const lowest = Math.min(size.rows * 20, 200);
  const highest = Math.min(size.rows * 40, 340);
  return Math.round(clamp((width * size.rows) / size.columns, lowest, highest));
}

function span(cell: number, weights: number, cells: number): [start: number, length: number] {
  const start = Math.floor((cell * weights) / cells);
  return [start, Math.max(1, Math.floor(((cell + 1) * weights) / cells) - start)];
}

function reveal(start: number, length: number, from: number, extent: number): number {
  if (from < start || extent > length) return from;
  return Math.max(start, from + extent - length);
}

function within(view: View, size: MatrixSize): View {
  return {
    ...view,
    row: clamp(view.row, 0, size.rows - view.rows),
    column: clamp(view.column, 0, size.columns - view.columns),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
