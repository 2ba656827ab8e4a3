// What the heatmap's canvas is made of: the whole matrix painted once, and over it the finer cells that were loaded.
// Painted pictures are kept by heatmap, so that a frame of a pan is nothing but two stretched copies.
import type { HeatmapView } from '../../src/shared/contracts/layerViews';
import type { HeatmapColors } from './colorMap';
import type { ColorScale } from './colorScale';
import { paintHeatmap } from './paintHeatmap';
import { toCanvas, type View } from './viewport';

export interface Picture {
  readonly heatmap: HeatmapView;
  readonly scale: ColorScale;
  readonly canvas: HTMLCanvasElement;
}

export interface PictureStore {
  readonly get: (heatmap: HeatmapView, scale: ColorScale) => Picture;
  /** Forgets all: other colours, or other weights. */
  readonly clear: () => void;
}

export function createPictureStore(colors: () => HeatmapColors): PictureStore {
  let pictures = new WeakMap<HeatmapView, Picture>();
  return {
    get: (heatmap, scale) => {
      const known = pictures.get(heatmap);
      if (known && known.scale.top === scale.top && known.scale.kind === scale.kind) return known;
      const picture = { heatmap, scale, canvas: paint(heatmap, scale, colors()) };
      pictures.set(heatmap, picture);
      return picture;
    },
    clear: () => {
      pictures = new WeakMap();
    },
  };
}

/** Copies a picture to where its region lies in the view. Single weights keep sharp edges; what shrinks is smoothed. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  picture: Picture,
  view: View,
  width: number,
  height: number,
): void {
  const place = toCanvas(picture.heatmap.region, view, width, height);
  const shrinks = place.width < picture.canvas.width && place.height < picture.canvas.height;
  context.imageSmoothingEnabled = shrinks;
  context.drawImage(picture.canvas, place.x, place.y, place.width, place.height);
}

function paint(heatmap: HeatmapView, scale: ColorScale, colors: HeatmapColors): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = heatmap.cellColumns;
  canvas.height = heatmap.cellRows;
  const context = canvas.getContext('2d');
  if (!context) return canvas;
  const image = context.createImageData(heatmap.cellColumns, heatmap.cellRows);
  paintHeatmap(heatmap, scale, colors, image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}
