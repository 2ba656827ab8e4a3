// How every table of layers is walked with the keyboard.

/**
 * The row that a key leads to from the one that has the focus, and the event taken; undefined where the key is none of
 * a table's. Enter and the space bar lead to the row itself.
 */
export function rowByKey<Row>(
  event: KeyboardEvent,
  rows: readonly Row[],
  scroller: HTMLElement,
  lineOf: (row: Row) => HTMLElement,
): Row | undefined {
  const at = rows.findIndex((row) => lineOf(row) === event.target);
  const from = rows[at];
  if (from === undefined || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const page = Math.max(1, Math.floor(scroller.clientHeight / (lineOf(from).offsetHeight || 22)) - 2);
  const targets: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: rows.length - 1,
    Enter: at,
    ' ': at,
  };
  const target = targets[event.key];
  if (target === undefined) return undefined;
  event.preventDefault();
  return rows[Math.min(Math.max(target, 0), rows.length - 1)];
}
