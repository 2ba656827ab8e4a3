// Where cells and weights lie: checked against the contract's definition of a cell, and by invariants of views.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeatmapView, RegionView } from '../../../src/shared/contracts/layerViews';
import {
  bestWeightsPerCell,
  canvasHeight,
  cellAt,
  cellOfWeight,
  cellRegion,
  contains,
  isWhole,
  panView,
  revealRegion,
  toCanvas,
  visibleRegion,
  wholeView,
  widen,
  zoomView,
  type MatrixSize,
  type View,
} from '../../../webview/heatmap/viewport';

function heatmapOf(region: RegionView): HeatmapView {
  const cellRows = Math.min(512, region.rows);
  const cellColumns = Math.min(512, region.columns);
  const none = new Float32Array(0);
  return {
    matrixRows: region.row + region.rows,
    matrixColumns: region.column + region.columns,
    region,
    cellRows,
    cellColumns,
    mean: none,
    magnitude: none,
    zeros: none,
    maxMagnitude: 1,
  };
}

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 5000 }),
  columns: fc.integer({ min: 1, max: 5000 }),
});
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const regions = fc.record({
  row: fc.integer({ min: 0, max: 3000 }),
  column: fc.integer({ min: 0, max: 3000 }),
  rows: fc.integer({ min: 1, max: 3000 }),
  columns: fc.integer({ min: 1, max: 3000 }),
});
/** A view reached by zooming and panning at random. */
const views = fc
  .tuple(
    sizes,
    fc.array(fc.tuple(fc.double({ min: 0.2, max: 5, noNaN: true }), fraction, fraction), { maxLength: 8 }),
  )
  .map(([size, steps]) => {
    let view = wholeView(size);
    for (const [factor, x, y] of steps)
      view = panView(zoomView(view, size, factor, { x, y }), size, x - 0.5, y - 0.5);
    return { size, view };
  });

describe('a view', () => {
  it('never leaves the matrix', () => {
    fc.assert(
      fc.property(views, ({ size, view }) => {
        expectInside(view, size);
      }),
    );
  });

  it('keeps the weight under the pointer where it is while it zooms in', () => {
    fc.assert(
      fc.property(views, fraction, fraction, ({ size, view }, x, y) => {
        const zoomed = zoomView(view, size, 1.7, { x, y });
        expect(zoomed.row + y * zoomed.rows).toBeCloseTo(view.row + y * view.rows, 6);
        expect(zoomed.column + x * zoomed.columns).toBeCloseTo(view.column + x * view.columns, 6);
      }),
    );
  });

  it('zooms along its long side when the short one can become no finer', () => {
    const size = { rows: 10, columns: 4096 };
    let view = wholeView(size);
    for (let step = 0; step < 20; step++) view = zoomView(view, size, 2, { x: 0.5, y: 0.5 });
    expect(view).toMatchObject({ rows: 8, columns: 8 });
  });

  it('is whole again after zooming out', () => {
    fc.assert(
      fc.property(views, ({ size, view }) => {
        const out = zoomView(view, size, 1e-6, { x: 0.3, y: 0.8 });
        expect(isWhole(out, size)).toBe(true);
        expect(out).toMatchObject({ row: 0, column: 0 });
      }),
    );
  });

  it('moves as little as is needed to show a region', () => {
    const size = { rows: 100, columns: 100 };
    const view: View = { row: 10, column: 10, rows: 20, columns: 20 };
    expect(revealRegion(view, size, { row: 15, column: 12, rows: 1, columns: 1 })).toEqual(view);
    expect(revealRegion(view, size, { row: 30, column: 12, rows: 1, columns: 1 })).toEqual({
      ...view,
      row: 11,
    });
    expect(revealRegion(view, size, { row: 15, column: 3, rows: 1, columns: 1 })).toEqual({
      ...view,
      column: 3,
    });
  });

  it('covers with its region all weights that are shown, and stays inside the matrix', () => {
    fc.assert(
      fc.property(views, ({ size, view }) => {
        const region = visibleRegion(view, size);
        expect(region.row).toBeLessThanOrEqual(view.row);
        expect(region.row + region.rows).toBeGreaterThanOrEqual(
          Math.min(size.rows, view.row + view.rows - 1e-9),
        );
        expect(contains({ row: 0, column: 0, ...size }, region)).toBe(true);
        expect(contains(widen(region, size, 0.25), region)).toBe(true);
        expect(contains({ row: 0, column: 0, ...size }, widen(region, size, 0.25))).toBe(true);
      }),
    );
  });

  it('fills the canvas', () => {
    fc.assert(
      fc.property(views, ({ size, view }) => {
        const place = toCanvas({ row: 0, column: 0, ...size }, view, 640, 400);
        expect(place.x).toBeLessThanOrEqual(1e-6);
        expect(place.y).toBeLessThanOrEqual(1e-6);
        expect(place.x + place.width).toBeGreaterThanOrEqual(640 - 1e-6);
        expect(place.y + place.height).toBeGreaterThanOrEqual(400 - 1e-6);
      }),
    );
  });
});

describe('a cell', () => {
  it('covers the weights that the contract says it does', () => {
    const heatmap = heatmapOf({ row: 100, column: 7, rows: 640, columns: 30 });
    expect(cellRegion(heatmap, { row: 3, column: 5 })).toEqual({ row: 103, column: 12, rows: 2, columns: 1 });
    expect(cellRegion(heatmap, { row: 511, column: 29 })).toEqual({
      row: 738,
      column: 36,
      rows: 2,
      columns: 1,
    });
  });

  it('is the only one that covers a weight', () => {
    fc.assert(
      fc.property(regions, fraction, fraction, (region, down, across) => {
        const heatmap = heatmapOf(region);
        const row = region.row + Math.min(region.rows - 1, Math.floor(down * region.rows));
        const column = region.column + Math.min(region.columns - 1, Math.floor(across * region.columns));
        const cell = cellOfWeight(heatmap, row, column)!;
        const covered = cellRegion(heatmap, cell);
        expect(contains(covered, { row, column, rows: 1, columns: 1 })).toBe(true);
        expect(cell.index).toBe(cell.row * heatmap.cellColumns + cell.column);
      }),
    );
  });

  it('is none outside of the region', () => {
    const heatmap = heatmapOf({ row: 10, column: 10, rows: 5, columns: 5 });
    expect(cellAt(heatmap, 9.9, 12)).toBeUndefined();
    expect(cellAt(heatmap, 12, 15)).toBeUndefined();
    expect(cellOfWeight(heatmap, 15, 12)).toBeUndefined();
    expect(cellOfWeight(heatmap, 9, 12)).toBeUndefined();
  });

  it('is the weight itself where every weight has one', () => {
    const heatmap = heatmapOf({ row: 10, column: 20, rows: 40, columns: 30 });
    expect(cellAt(heatmap, 12.99, 25.01)).toEqual({ row: 2, column: 5, index: 65 });
    expect(cellRegion(heatmap, { row: 2, column: 5 })).toEqual({ row: 12, column: 25, rows: 1, columns: 1 });
  });
});

it('expects single weights of a region that fits into cells, and no finer than that', () => {
  expect(bestWeightsPerCell({ row: 0, column: 0, rows: 512, columns: 30 })).toBe(1);
  expect(bestWeightsPerCell({ row: 0, column: 0, rows: 30, columns: 1024 })).toBe(2);
});

it('draws weights square where the height is handy, and never too low or too high', () => {
  expect(canvasHeight({ rows: 100, columns: 200 }, 600)).toBe(300);
  expect(canvasHeight({ rows: 1000, columns: 10 }, 600)).toBe(340);
  expect(canvasHeight({ rows: 10, columns: 4096 }, 600)).toBe(200);
  expect(canvasHeight({ rows: 1, columns: 300 }, 600)).toBe(20);
  expect(canvasHeight({ rows: 1, columns: 1 }, 600)).toBe(40);
});

function expectInside(view: View, size: MatrixSize): void {
  expect(view.row).toBeGreaterThanOrEqual(0);
  expect(view.column).toBeGreaterThanOrEqual(0);
  expect(view.row + view.rows).toBeLessThanOrEqual(size.rows + 1e-6);
  expect(view.column + view.columns).toBeLessThanOrEqual(size.columns + 1e-6);
  expect(view.rows).toBeGreaterThan(0);
  expect(view.columns).toBeGreaterThan(0);
}
