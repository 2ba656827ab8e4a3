// Sorting and filtering of table rows: pure, stable, and with what is unknown always at the end.

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** What a cell sorts by; null is unknown. */
export type SortValue = number | string | null;

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** A new order of the rows; rows that are equal stay in the order in which they came. */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => SortValue,
  descending: boolean,
): Row[] {
  const direction = descending ? -1 : 1;
  return rows
    .map((row, place) => ({ row, place, value: valueOf(row) }))
    .toSorted((a, b) => {
      if (a.value === null || b.value === null) {
        return a.value === b.value ? a.place - b.place : a.value === null ? 1 : -1;
      }
      return direction * compare(a.value, b.value) || a.place - b.place;
    })
    .map(({ row }) => row);
}

/** The next order when a column's header is pressed: its own direction first, then the other, then that of the file. */
export function nextSort(
  current: Sort | undefined,
  column: { readonly key: string; readonly largestFirst: boolean },
): Sort | undefined {
  if (current?.column !== column.key) return { column: column.key, descending: column.largestFirst };
  return current.descending === column.largestFirst
    ? { column: column.key, descending: !column.largestFirst }
    : undefined;
}

/** True where every word of the filter is in the text. */
export function matchesFilter(text: string, filter: string): boolean {
  const lower = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word));
}

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}
