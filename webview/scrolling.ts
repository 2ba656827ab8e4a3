// Keeps how far an element is scrolled over a reload.
import type { ViewStateStore } from './viewState';

/** Scrolls the element to where it was, once, and remembers where it goes from then on. */
export function rememberScroll(element: HTMLElement, key: string, store: ViewStateStore): void {
  let waiting = 0;
  requestAnimationFrame(() => {
    const kept = store.get().scroll[key];
    if (kept !== undefined) element.scrollTop = kept;
    element.addEventListener(
      'scroll',
      () => {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(
          () => store.update({ scroll: { ...store.get().scroll, [key]: element.scrollTop } }),
          150,
        );
      },
      { passive: true },
    );
  });
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
