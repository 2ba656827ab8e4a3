// Tables in plain text, as wide as they need to be and no wider than the terminal.

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Text stands on the left and may be shortened; figures stand on the right and are whole. */
  readonly kind: 'text' | 'figure';
}

const gap = '  ';
const shortestText = 8;

/** Lines with a title row and a rule. Where `columns` is too little, the longest texts are shortened in the middle. */
export function table<Row>(
  layout: readonly Column<Row>[],
  rows: readonly Row[],
  columns: number,
): readonly string[] {
  const cells = [layout.map(({ title }) => title), ...rows.map((row) => layout.map(({ cell }) => cell(row)))];
  const widths = layout.map((_, c) => Math.max(...cells.map((line) => (line[c] ?? '').length)));
  for (let excess = totalWidth(widths) - columns; excess > 0; excess = totalWidth(widths) - columns) {
    const widest = widestText(layout, widths);
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const lines = cells.map((line) =>
    layout
      .map(({ kind }, c) => {
        const text = shorten(line[c] ?? '', widths[c] ?? 0);
        return kind === 'text' ? text.padEnd(widths[c] ?? 0) : text.padStart(widths[c] ?? 0);
      })
      .join(gap)
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join(gap);
  return [...lines.slice(0, 1), rule, ...lines.slice(1)];
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
}

function widestText(
  layout: readonly { readonly kind: string }[],
  widths: readonly number[],
): number | undefined {
  let widest: number | undefined;
  for (const [c, { kind }] of layout.entries()) {
    const width = widths[c] ?? 0;
    if (kind !== 'text' || width <= shortestText) continue;
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = c;
  }
  return widest;
}

/** Names tell most at both ends. */
function shorten(text: string, width: number): string {
  if (text.length <= width) return text;
  const left = Math.ceil((width - 1) / 2);
  return `${text.slice(0, left)}…${text.slice(text.length - (width - 1 - left))}`;
}
