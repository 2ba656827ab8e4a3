// Mouse, wheel and keyboard of the heatmap, as intentions: what a gesture means, not how it is carried out.
import type { CanvasPoint } from './viewport';

export interface HeatmapGestures {
  readonly zoom: (factor: number, at: CanvasPoint | 'cursor') => boolean;
  /** By fractions of what is shown. */
  readonly pan: (right: number, down: number) => void;
  readonly reset: () => void;
  /** The pointer is over a point, or has left. */
  readonly hover: (at: CanvasPoint | undefined) => void;
  /** Moves the keyboard's cursor by cells. */
  readonly moveCursor: (right: number, down: number) => void;
  readonly focus: (focused: boolean) => void;
}

/** A notch of a usual wheel is 100 to 120 pixels; a trackpad sends small steps. */
const wheelZoom = (deltaY: number): number => Math.exp(-Math.max(-240, Math.min(240, deltaY)) / 400);

const cursorKeys: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const panStep = 1 / 8;

export function listenToHeatmap(canvas: HTMLCanvasElement, gestures: HeatmapGestures): void {
  const pointOf = (event: MouseEvent): CanvasPoint => ({
    x: event.offsetX / canvas.clientWidth,
    y: event.offsetY / canvas.clientHeight,
  });
  let dragged: { x: number; y: number } | undefined;

  canvas.addEventListener(
    'wheel',
    (event) => {
      // Where the picture can shrink no further, the wheel scrolls the page.
      if (gestures.zoom(wheelZoom(event.deltaY), pointOf(event))) event.preventDefault();
    },
    { passive: false },
  );
  canvas.addEventListener('dblclick', (event) => {
    gestures.zoom(event.shiftKey ? 1 / 2 : 2, pointOf(event));
  });
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    dragged = { x: event.clientX, y: event.clientY };
  });
  canvas.addEventListener('pointermove', (event) => {
    if (dragged) {
      gestures.pan(
        (dragged.x - event.clientX) / canvas.clientWidth,
        (dragged.y - event.clientY) / canvas.clientHeight,
      );
      dragged = { x: event.clientX, y: event.clientY };
    }
    gestures.hover(pointOf(event));
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(end, () => (dragged = undefined));
  }
  canvas.addEventListener('pointerleave', () => gestures.hover(undefined));
  canvas.addEventListener('focus', () => gestures.focus(canvas.matches(':focus-visible')));
  canvas.addEventListener('blur', () => gestures.focus(false));
  canvas.addEventListener('keydown', (event) => {
    if (onKey(event, gestures)) event.preventDefault();
  });
}

/** True where the key meant something here. */
function onKey(event: KeyboardEvent, gestures: HeatmapGestures): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const step = cursorKeys[event.key];
  if (step) {
    gestures.focus(true);
    if (event.shiftKey) gestures.pan(step[0] * panStep, step[1] * panStep);
    else gestures.moveCursor(...step);
    return true;
  }
  switch (event.key) {
    case '+':
    case '=':
      gestures.zoom(2, 'cursor');
      return true;
    case '-':
    case '_':
      gestures.zoom(1 / 2, 'cursor');
      return true;
    case '0':
    case 'Escape':
      gestures.reset();
      return true;
    default:
      return false;
  }
}
