// The heatmap's canvas: which part of the matrix is shown, drawing it once a frame, and the cursor. Its surroundings
// (legend, readout, buttons) are told what is shown and make their own.
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import type { HeatmapView, HistogramView } from '../../src/shared/contracts/layerViews';
import type { ThemeSource } from '../theme';
import { errorScale, magnitudeScale, singleWeightScale, type ColorScale } from './colorScale';
import { listenToHeatmap } from './heatmapInput';
import { createPictureStore, drawPicture } from './pictures';
import { createRegionLoader, type LoadRegion } from './regionLoader';
import {
  canvasHeight,
  cellAt,
  cellOfWeight,
  cellRegion,
  isWhole,
  panView,
  revealRegion,
  toCanvas,
  visibleRegion,
  weightsPerCell,
  wholeView,
  zoomView,
  type CanvasPoint,
  type Cell,
  type MatrixSize,
  type View,
} from './viewport';

/** The whole matrix on each side, with the histogram of its single weights. */
export type HeatmapSides = {
  readonly [S in HeatmapSide]?: { readonly heatmap: HeatmapView; readonly histogram: HistogramView };
};

export interface HeatmapCanvasOptions {
  readonly canvas: HTMLCanvasElement;
  readonly sides: HeatmapSides;
  readonly side: HeatmapSide;
  readonly theme: ThemeSource;
  readonly load: LoadRegion;
  /** After every drawing that changed the cells or their colours. */
  readonly onShown: (shown: Shown) => void;
  /** The cell under the pointer, else under the cursor; undefined where there is none. */
  readonly onCell: (at: { heatmap: HeatmapView; cell: Cell; byKeyboard: boolean } | undefined) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface Shown {
  /** The finest cells that are drawn. */
  readonly heatmap: HeatmapView;
  readonly scale: ColorScale;
  readonly whole: boolean;
}

export interface HeatmapCanvas {
  readonly setSide: (side: HeatmapSide) => void;
  readonly zoom: (factor: number) => void;
  readonly reset: () => void;
  /** The finest cells at hand of what is shown. */
  readonly shown: () => Shown;
  readonly dispose: () => void;
}

export function createHeatmapCanvas(options: HeatmapCanvasOptions): HeatmapCanvas {
  const { canvas, sides, theme } = options;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser draws no canvas');
  const pictures = createPictureStore(() => theme.current().heatmap);
  const scales = wholeScales(sides);
  const partScales = new WeakMap<HeatmapView, ColorScale>();
  let side = options.side;
  let whole = wholeOf(side);
  const size: MatrixSize = { rows: whole.matrixRows, columns: whole.matrixColumns };
  let view: View = wholeView(size);
  let frame = 0;
  let pointer: CanvasPoint | undefined;
  /** The cursor's weight; drawn only while the keyboard is in use. */
  let cursor = { row: Math.floor(size.rows / 2), column: Math.floor(size.columns / 2) };
  let cursorShown = false;
  let told: Shown | undefined;

  const regions = createRegionLoader({
    load: options.load,
    delayMs: 120,
    onLoaded: () => {
      schedule();
      tellCell(false);
    },
    onFailed: options.onFailed,
  });
  const resizing = new ResizeObserver(() => resize());
  resizing.observe(canvas);
  const theming = theme.onDidChange(() => {
    pictures.clear();
    told = undefined;
    schedule();
  });

  listenToHeatmap(canvas, {
    zoom: (factor, at) => zoomAt(factor, at === 'cursor' ? cursorPoint() : at),
    pan: (right, down) => setView(panView(view, size, right, down)),
    reset,
    hover: (at) => {
      pointer = at;
      tellCell(false);
    },
    moveCursor,
    focus: (focused) => {
      if (cursorShown === focused) return;
      cursorShown = focused;
      schedule();
      tellCell(focused);
    },
  });
  schedule();

  return {
    setSide: (next) => {
      side = next;
      whole = wholeOf(side);
      wantRegion();
      schedule();
      tellCell(false);
    },
    zoom: (factor) => void zoomAt(factor, cursorShown ? cursorPoint() : { x: 0.5, y: 0.5 }),
    reset,
    shown,
    dispose: () => {
      cancelAnimationFrame(frame);
      resizing.disconnect();
      theming.dispose();
      regions.reset();
    },
  };

  function wholeOf(which: HeatmapSide): HeatmapView {
    const found = (sides[which] ?? sides.before)?.heatmap;
    if (!found) throw new Error('A heatmap needs the weights before');
    return found;
  }

  function shown(): Shown {
    const fine = regions.find(side, visibleRegion(view, size));
    const heatmap = fine && weightsPerCell(fine) < weightsPerCell(whole) ? fine : whole;
    return { heatmap, scale: scaleOf(heatmap), whole: isWhole(view, size) };
  }

  function scaleOf(heatmap: HeatmapView): ColorScale {
    if (heatmap === whole) return side === 'error' ? scales.error : scales.magnitude;
    if (weightsPerCell(heatmap) === 1) return side === 'error' ? scales.singleError : scales.singleWeight;
    const known = partScales.get(heatmap);
    if (known) return known;
    const scale = side === 'error' ? errorScale(heatmap) : magnitudeScale(heatmap);
    partScales.set(heatmap, scale);
    return scale;
  }

  function resize(): void {
    const width = canvas.clientWidth;
    if (width === 0) return;
    const height = canvasHeight(size, width);
    canvas.style.height = `${height}px`;
    const ratio = window.devicePixelRatio;
    const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width === pixelWidth && canvas.height === pixelHeight) return;
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
    // Setting its size emptied the canvas; an empty frame would be seen.
    cancelAnimationFrame(frame);
    draw();
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function draw(): void {
    frame = 0;
    if (!context || canvas.width === 0) return;
    const now = shown();
    drawPicture(context, pictures.get(whole, scaleOf(whole)), view, canvas.width, canvas.height);
    if (now.heatmap !== whole) {
      drawPicture(context, pictures.get(now.heatmap, now.scale), view, canvas.width, canvas.height);
    }
    if (cursorShown) drawCursor(context, now.heatmap);
    if (told?.heatmap !== now.heatmap || told.scale.top !== now.scale.top || told.whole !== now.whole) {
      told = now;
      options.onShown(now);
    }
  }

  function drawCursor(target: CanvasRenderingContext2D, heatmap: HeatmapView): void {
    const cell = cellOfWeight(heatmap, cursor.row, cursor.column);
    if (!cell) return;
    const place = toCanvas(cellRegion(heatmap, cell), view, canvas.width, canvas.height);
    const line = Math.max(1, Math.round(window.devicePixelRatio));
    // Never smaller than what can be seen; two colours, so that it shows on any cell.
    const width = Math.max(place.width, 7 * line);
    const height = Math.max(place.height, 7 * line);
    const x = Math.round(place.x + (place.width - width) / 2);
    const y = Math.round(place.y + (place.height - height) / 2);
    target.lineWidth = line;
    target.strokeStyle = theme.current().background;
    target.strokeRect(x - 1.5 * line, y - 1.5 * line, width + 3 * line, height + 3 * line);
    target.strokeStyle = theme.current().foreground;
    target.strokeRect(x - 0.5 * line, y - 0.5 * line, width + line, height + line);
  }

  function setView(next: View): void {
    const { row, column, rows, columns } = view;
    if (next.row === row && next.column === column && next.rows === rows && next.columns === columns) return;
    view = next;
    wantRegion();
    schedule();
  }

  function wantRegion(): void {
    regions.want(side, visibleRegion(view, size), whole);
  }

  function zoomAt(factor: number, at: CanvasPoint): boolean {
    const before = view;
    setView(zoomView(view, size, factor, at));
    tellCell(false);
    return view !== before;
  }

  function reset(): void {
    setView(wholeView(size));
    tellCell(false);
  }

  function moveCursor(right: number, down: number): void {
    const { heatmap } = shown();
    const cell = cellOfWeight(heatmap, cursor.row, cursor.column);
    // From outside of what is loaded, the cursor comes back to the middle of the view.
    const from = cell ? cellRegion(heatmap, cell) : visibleRegion(view, size);
    const row = down > 0 ? from.row + from.rows : down < 0 ? from.row - 1 : cursor.row;
    const column = right > 0 ? from.column + from.columns : right < 0 ? from.column - 1 : cursor.column;
    cursor = {
      row: Math.min(Math.max(row, 0), size.rows - 1),
      column: Math.min(Math.max(column, 0), size.columns - 1),
    };
    setView(revealRegion(view, size, { ...cursor, rows: 1, columns: 1 }));
    pointer = undefined;
    schedule();
    tellCell(true);
  }

  function cursorPoint(): CanvasPoint {
    const x = (cursor.column + 0.5 - view.column) / view.columns;
    const y = (cursor.row + 0.5 - view.row) / view.rows;
    return x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : { x: 0.5, y: 0.5 };
  }

  function tellCell(byKeyboard: boolean): void {
    const { heatmap } = shown();
    const cell = pointer
      ? cellAt(heatmap, view.row + pointer.y * view.rows, view.column + pointer.x * view.columns)
      : cursorShown
        ? cellOfWeight(heatmap, cursor.row, cursor.column)
        : undefined;
    options.onCell(cell && { heatmap, cell, byKeyboard });
  }
}

function wholeScales(
  sides: HeatmapSides,
): Record<'magnitude' | 'error' | 'singleWeight' | 'singleError', ColorScale> {
  const weights = [sides.before, sides.after].filter((side) => side !== undefined);
  const errors = sides.error ? [sides.error] : [];
  return {
    magnitude: magnitudeScale(...weights.map(({ heatmap }) => heatmap)),
    singleWeight: singleWeightScale(
      'magnitude',
      weights.map(({ histogram }) => histogram),
    ),
    error: sides.error ? errorScale(sides.error.heatmap) : { kind: 'error', top: 1, clipped: false },
    singleError: singleWeightScale(
      'error',
      errors.map(({ histogram }) => histogram),
    ),
  };
}
