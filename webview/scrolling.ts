// Keeps how far an element is scrolled over a reload.
import type { ViewStateStore } from './viewState';

/**
 * Scrolls the element to where it was and remembers where it goes from then on. What is in it may arrive later, so it
 * is scrolled again while it grows, until it is there or the reader takes over.
 */
export function rememberScroll(element: HTMLElement, key: string, store: ViewStateStore): void {
  const wanted = store.get().scroll[key] ?? 0;
  let restoring = wanted > 0;
  let waiting = 0;
  const growing = new ResizeObserver(restore);
  const children = new MutationObserver(watch);
  if (restoring) {
    for (const event of ['wheel', 'pointerdown', 'keydown'] as const) {
      element.addEventListener(event, settle, { once: true, passive: true });
    }
    children.observe(element, { childList: true });
    watch();
  }
  element.addEventListener(
    'scroll',
    () => {
      if (restoring) return;
      window.clearTimeout(waiting);
      waiting = window.setTimeout(
        () => store.update({ scroll: { ...store.get().scroll, [key]: element.scrollTop } }),
        150,
      );
    },
    { passive: true },
  );

  function watch(): void {
    growing.disconnect();
    for (const child of element.children) growing.observe(child);
    restore();
  }

  function restore(): void {
    if (!restoring) return;
    element.scrollTop = wanted;
    if (Math.abs(element.scrollTop - wanted) < 1) settle();
  }

  function settle(): void {
    restoring = false;
    growing.disconnect();
    children.disconnect();
  }
}

/** Scrolls a table's own box, and nothing around it, as little as shows the row below the sticky head. */
export function revealRow(scroller: HTMLElement, row: HTMLElement, headHeight: number): void {
  const top = row.offsetTop - headHeight;
  const bottom = row.offsetTop + row.offsetHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (bottom > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = bottom - scroller.clientHeight;
  }
}
