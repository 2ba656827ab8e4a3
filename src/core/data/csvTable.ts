// Reads a table from a text file, record by record, into columns of numbers and of texts.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { CounterweightError } from '../../shared/base/errors';
import { cellsOf, csvDialect, isNumber, parserOptions, resemblesNumber, type CsvDialect } from './csvDialect';
import { dataProblem, reasonOf } from './dataProblem';

export type TableColumn = NumberColumn | TextColumn;

export interface NumberColumn {
  readonly kind: 'numbers';
  readonly name: string;
  readonly values: Float64Array;
}

export interface TextColumn {
  readonly kind: 'texts';
  readonly name: string;
  /** Different texts in the order of their first appearance. */
  readonly texts: readonly string[];
  /** Index of every row's text. */
  readonly codes: Float64Array;
}

export interface Table {
  readonly file: string;
  readonly rows: number;
  /** In the order of the file, without those that were left out. */
  readonly columns: readonly TableColumn[];
  readonly classNames?: readonly string[];
}

/** What a table may hold, in cells: 4 GiB of numbers. */
const mostCells = 2 ** 29;

/** Text before that a .gz file is unpacked; its records are not kept. */
const mostTextBytes = 2 ** 34;

const beginningBytes = 2 ** 18;

/** What stands for a value that is not there. */
const missing = /^(?:|\?|na|n\/a|nan|null|none)$/i;

/**
 * The table of a file, gzipped or not. `chooses` is given the columns' names and says which are left out; their cells
 * may hold anything. Throws DATA_INVALID, DATA_CELL_MISSING and DATA_CELL_INVALID.
 */
export async function readTable(
  file: string,
  chooses: (names: readonly string[]) => readonly boolean[],
): Promise<Table> {
  const beginning = await beginningOf(file);
  const dialect = dialectOf(file, beginning);
  if (!dialect) return dataProblem(file, 'it holds no table');
  const { names, delimiter, skipped, classNames } = dialect;
  const columns = new Columns(file, names, chooses(names));
  const parser = parse({ ...parserOptions(delimiter), info: true, from: skipped + 1 });
  let failure: unknown;
  try {
    await pipeline(await textOf(file), parser, async (records: AsyncIterable<ParsedRecord>) => {
      try {
        for await (const { record, info } of records) columns.add(cellsOf(record, delimiter), info.lines);
      } catch (error) {
        // The streams that this ends may fail with an abort of their own, and first.
        failure = error;
        throw error;
      }
    });
  } catch (error) {
    const cause = failure ?? error;
    if (cause instanceof CounterweightError) throw cause;
    return dataProblem(file, reasonOf(cause));
  }
  if (columns.rows === 0) return dataProblem(file, 'it has no rows of data');
  return { file, rows: columns.rows, columns: columns.finish(), ...(classNames && { classNames }) };
}

function dialectOf(file: string, beginning: string): CsvDialect | undefined {
  try {
    return csvDialect(beginning);
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/** The file's text as a stream of bytes. */
async function textOf(file: string): Promise<Readable> {
  const bytes = createReadStream(file);
  if (!(await isGzip(file))) return bytes;
  let total = 0;
  const bounded = new Transform({
    transform: (chunk: Buffer, _, done) => {
      total += chunk.length;
      if (total > mostTextBytes) done(new Error(`it unpacks to more than ${mostTextBytes} bytes`));
      else done(null, chunk);
    },
  });
  const gunzip = createGunzip();
  bytes.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', (error) => bounded.destroy(error));
  bounded.on('close', () => {
    bytes.destroy();
    gunzip.destroy();
  });
  return bytes.pipe(gunzip).pipe(bounded);
}

/** Whole lines from the top. */
async function beginningOf(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = await textOf(file);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= beginningBytes) break;
    }
  } catch (error) {
    return dataProblem(file, reasonOf(error));
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.includes('\0')) return dataProblem(file, 'it is not text');
  const end = text.lastIndexOf('\n');
  return length < beginningBytes || end < 0 ? text : text.slice(0, end + 1);
}

/** Columns that grow row by row. Its first row tells which are numbers. */
class Columns {
  rows = 0;
  private readonly values: (Float64Array | undefined)[];
  private readonly texts: (Map<string, number> | undefined)[] = [];
  private readonly kept: number;

  constructor(
    private readonly file: string,
    private readonly names: readonly string[],
    leftOut: readonly boolean[],
  ) {
    this.values = names.map((_, i) => (leftOut[i] ? undefined : new Float64Array(256)));
    this.kept = this.values.filter(Boolean).length;
  }

  add(cells: readonly string[], line: number): void {
    const { names, file } = this;
    if (cells.length !== names.length) {
      return dataProblem(file, `line ${line} has ${cells.length} cells instead of ${names.length}`);
    }
    if ((this.rows + 1) * this.kept > mostCells)
      return dataProblem(file, `it has more than ${mostCells} cells`);
    for (const [i, cell] of cells.entries()) this.put(i, cell, line);
    this.rows++;
  }

  finish(): TableColumn[] {
    return this.names.flatMap((name, i): TableColumn[] => {
      const values = this.values[i]?.slice(0, this.rows);
      if (!values) return [];
      const texts = this.texts[i];
      return [
        texts
          ? { kind: 'texts', name, texts: [...texts.keys()], codes: values }
          : { kind: 'numbers', name, values },
      ];
    });
  }

  private put(i: number, cell: string, line: number): void {
    let values = this.values[i];
    if (!values) return;
    if (this.rows === values.length) {
      const longer = new Float64Array(2 * values.length);
      longer.set(values);
      this.values[i] = values = longer;
    }
    values[this.rows] = this.valueOf(i, cell, line);
  }

  private valueOf(i: number, cell: string, line: number): number {
    const place = { data: this.file, line, column: this.names[i]! };
    if (this.rows === 0 && !resemblesNumber(cell) && !isNumber(cell) && !missing.test(cell)) {
      this.texts[i] = new Map();
    }
    const texts = this.texts[i];
    if (!texts) {
      if (isNumber(cell)) return Number(cell);
      throw missing.test(cell)
        ? new CounterweightError('DATA_CELL_MISSING', place)
        : new CounterweightError('DATA_CELL_INVALID', { ...place, cell: cell.slice(0, 40) });
    }
    if (cell === '' || cell === '?') throw new CounterweightError('DATA_CELL_MISSING', place);
    const known = texts.get(cell);
    if (known !== undefined) return known;
    texts.set(cell, texts.size);
    return texts.size - 1;
  }
}
