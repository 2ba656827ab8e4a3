// Tables as text that spreadsheets and scripts read (RFC 4180, but lines end as on every Unix).

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export function toCsv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => row.map(quoted).join(',')).join('\n') + '\n';
}

function quoted(value: string | number): string {
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
