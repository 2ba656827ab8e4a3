// How a table in a text file is written: what separates its cells, and which lines at its top are not data.
import { parse } from 'csv-parse/sync';

export interface CsvDialect {
  readonly delimiter: string;
  /** Lines before the first row of data: a header, and the line of counts that scikit-learn's files begin with. */
  readonly skipped: number;
  /** Column names; their numbers from 0 where there is no header. */
  readonly names: readonly string[];
  /** Names of classes that scikit-learn's first line holds. */
  readonly classNames?: readonly string[];
}

/** The usual names of a column that is to be predicted, most telling first. */
export const usualLabels = ['label', 'labels', 'class', 'target', 'y'] as const;

/** Rarer ones first: a comma is often within a cell of a table that another character separates. */
const delimiters = ['\t', ';', '|', ',', ' '];

const sampledRecords = 50;

/** The dialect of the text's beginning; undefined where there is nothing. Throws what the parser throws. */
export function csvDialect(beginning: string): CsvDialect | undefined {
  const candidates = delimiters.map((delimiter) => ({ delimiter, records: sampleOf(beginning, delimiter) }));
  const found =
    candidates.find(({ records }) => medianWidth(records) > 1) ??
    candidates.find(({ delimiter }) => delimiter === ',')!;
  const { delimiter, records } = found;
  if (records.length === 0) {
    // What no mark separates is either nothing, or so broken that the parser says it best.
    parse(beginning, parserOptions(delimiter));
    return undefined;
  }
  const width = medianWidth(records);
  const counts = countsLine(records, width);
  const rest = counts ? records.slice(1) : records;
  const [first = []] = rest;
  const header = isHeader(rest);
  return {
    delimiter,
    skipped: Number(counts !== undefined) + Number(header),
    names: header ? first : Array.from({ length: first.length }, (_, i) => String(i)),
    ...(counts && counts.length > 0 && { classNames: counts }),
  };
}

/** Cells of a record; of several spaces in a row, one separates. */
export function cellsOf(record: readonly string[], delimiter: string): readonly string[] {
  return delimiter === ' ' ? record.filter((cell) => cell !== '') : record;
}

/** Options of the parser that hold for the sample and for the whole. */
export function parserOptions(delimiter: string) {
  return {
    delimiter,
    bom: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 2 ** 24,
  } as const;
}

/** Numbers with a comma, a percent sign or separated thousands, which would be taken for categories. */
export function resemblesNumber(cell: string): boolean {
  return /^[+-]?[\d.,' ]*\d[\d.,' ]*%?$/.test(cell);
}

const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a cell is a number as a person would write it; infinities, hexadecimals and empty cells are none. */
export function isNumber(cell: string): boolean {
  return numberForm.test(cell);
}

/** Nothing where the text cannot be read so: quotes, for one, mean nothing in the middle of a cell. */
function sampleOf(text: string, delimiter: string): readonly (readonly string[])[] {
  try {
    const records = parse(text, { ...parserOptions(delimiter), to: sampledRecords });
    return records.map((record) => cellsOf(record, delimiter));
  } catch {
    return [];
  }
}

function medianWidth(records: readonly (readonly string[])[]): number {
  const widths = records.map(({ length }) => length).toSorted((a, b) => a - b);
  return widths[widths.length >> 1] ?? 0;
}

/**
 * The class names of a first line like `150,4,setosa,versicolor,virginica`: the numbers of samples and of features,
 * then texts or nothing over columns of numbers. Undefined for any other line.
 */
function countsLine(records: readonly (readonly string[])[], width: number): string[] | undefined {
  const [first = [], ...others] = records;
  const [samples = '', features = '', ...names] = first;
  if (!/^\d+$/.test(samples) || features !== String(width - 1) || names.length === 0) return undefined;
  if (names.some(isNumber)) return undefined;
  const overNumbers = names.every(
    (name, i) => name === '' || others.some((record) => isNumber(record[i + 2] ?? '')),
  );
  return overNumbers ? names.filter((name) => name !== '') : undefined;
}

/** A header has a text over a column of numbers, or texts alone of which one is a usual name of a label. */
function isHeader([first = [], ...others]: readonly (readonly string[])[]): boolean {
  const texts = first.map((cell) => !isNumber(cell) && cell !== '' && cell !== '?');
  const overNumber = first.some(
    (_, i) =>
      texts[i] &&
      others.some((record) => isNumber(record[i] ?? '')) &&
      !others.some((record) => (record[i] ?? '') === first[i]),
  );
  return overNumber || (texts.every(Boolean) && first.some((cell) => isUsualLabel(cell)));
}

function isUsualLabel(cell: string): boolean {
  return (usualLabels as readonly string[]).includes(cell.toLowerCase());
}
