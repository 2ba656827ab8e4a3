// Pointer and keyboard of a chart of lines, as intentions. Wheel, drag and pinch are the zoom plugin's. The keys are
// those of the heatmap.

export interface ChartGestures {
  /** The pointer is at so many pixels from the left of the canvas, or has left. */
  readonly hover: (x: number | undefined) => void;
  /** Moves the cursor by points; infinity is the first or the last one. */
  readonly moveCursor: (points: number) => void;
  readonly zoom: (factor: number) => void;
  /** By fractions of what is shown. */
  readonly pan: (right: number) => void;
  readonly reset: () => void;
}

const panStep = 1 / 8;

export function listenToChart(canvas: HTMLCanvasElement, gestures: ChartGestures): void {
  canvas.addEventListener('pointermove', (event) => gestures.hover(event.offsetX));
  canvas.addEventListener('pointerleave', () => gestures.hover(undefined));
  canvas.addEventListener('blur', () => gestures.hover(undefined));
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const run = actionOf(event, gestures);
    if (run === undefined) return;
    event.preventDefault();
    run();
  });
}

function actionOf({ key, shiftKey }: KeyboardEvent, gestures: ChartGestures): (() => void) | undefined {
  switch (key) {
    case 'ArrowLeft':
      return () => (shiftKey ? gestures.pan(-panStep) : gestures.moveCursor(-1));
    case 'ArrowRight':
      return () => (shiftKey ? gestures.pan(panStep) : gestures.moveCursor(1));
    case 'Home':
      return () => gestures.moveCursor(Number.NEGATIVE_INFINITY);
    case 'End':
      return () => gestures.moveCursor(Number.POSITIVE_INFINITY);
    case '+':
    case '=':
      return () => gestures.zoom(2);
    case '-':
    case '_':
      return () => gestures.zoom(1 / 2);
    case '0':
    case 'Escape':
      return () => gestures.reset();
    default:
      return undefined;
  }
}
