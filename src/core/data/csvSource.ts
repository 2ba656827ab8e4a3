// Tables as sources. The tables of a run are opened together, because they must agree on what a text means: the same
// class for a label, the same place for a category.
import path from 'node:path';
import { chosenColumns, type ColumnChoice } from './csvColumns';
import { tableTargets } from './csvTargets';
import { readTable, type Table, type TableColumn } from './csvTable';
import { dataProblem } from './dataProblem';
import type { DataSet } from './dataSet';
import type { TargetKind } from './targets';

export interface TableSource extends ColumnChoice {
  readonly file: string;
  readonly targets?: TargetKind | undefined;
}

/** More different texts than this are names or remarks, not categories. */
const mostCategories = 100;

/** The tables as data sets with the same columns and classes, in their order. Throws DATA_INVALID and its relatives. */
export async function openTables(sources: readonly TableSource[]): Promise<readonly DataSet[]> {
  const [main, ...others] = sources;
  if (!main) return [];
  const first = await openTable(main, undefined);
  const split = [first];
  for (const source of others) split.push(await openTable(source, first));
  const places = first.inputs.map((_, i) => columnPlaces(split, i));
  const targets =
    first.label &&
    tableTargets(
      split.map(({ table, label }) => ({ table, column: label! })),
      main.targets,
    );
  return split.map((own, i) => tableData(own, places, targets?.[i]));
}

interface SplitTable {
  readonly table: Table;
  readonly inputs: readonly TableColumn[];
  readonly label: TableColumn | undefined;
}

async function openTable(source: TableSource, first: SplitTable | undefined): Promise<SplitTable> {
  const { file } = source;
  let labelName: string | undefined;
  const table = await readTable(file, (names) => {
    const { label, ignored } = chosenColumns(file, names, source);
    labelName = label === undefined ? undefined : names[label];
    return ignored;
  });
  const label = table.columns.find(({ name }) => name === labelName);
  const inputs = table.columns.filter((column) => column !== label);
  if (inputs.length === 0)
    return dataProblem(file, 'it has no columns beside the one that is to be predicted');
  if (first) {
    requireSame(file, first, inputs);
    requireSame(file, { ...first, inputs: first.label ? [first.label] : [] }, label ? [label] : []);
  }
  return { table, inputs, label };
}

function requireSame(file: string, first: SplitTable, columns: readonly TableColumn[]): void {
  if (columns.length !== first.inputs.length) {
    return dataProblem(
      file,
      `it has ${columns.length} columns, but ${first.table.file} has ${first.inputs.length}`,
    );
  }
  for (const [i, { name, kind }] of columns.entries()) {
    const other = first.inputs[i]!;
    if (name !== other.name)
      return dataProblem(file, `its column ${name} is ${other.name} in ${first.table.file}`);
    if (kind !== other.kind) {
      return dataProblem(file, `its column ${name} holds ${kind}, but ${other.kind} in ${first.table.file}`);
    }
  }
}

interface ColumnPlaces {
  /** Numbers that the column takes in a sample: 1, or one for each category. */
  readonly width: number;
  /** Place of each category, in alphabetical order; undefined for a column of numbers. */
  readonly categories: ReadonlyMap<string, number> | undefined;
}

function columnPlaces(tables: readonly SplitTable[], i: number): ColumnPlaces {
  const columns = tables.map(({ inputs }) => inputs[i]!);
  const texts = new Set(columns.flatMap((column) => (column.kind === 'texts' ? column.texts : [])));
  if (texts.size === 0) return { width: 1, categories: undefined };
  if (texts.size > mostCategories) {
    return dataProblem(
      tables[0]!.table.file,
      `column ${columns[0]!.name} holds ${texts.size} different texts, too many for categories; leave it out with ignore`,
    );
  }
  return {
    width: texts.size,
    categories: new Map([...texts].toSorted().map((text, place) => [text, place])),
  };
}

function tableData(
  { table, inputs }: SplitTable,
  places: readonly ColumnPlaces[],
  targets: ReturnType<typeof tableTargets>[number] | undefined,
): DataSet {
  const width = places.reduce((sum, own) => sum + own.width, 0);
  const samples = new Float32Array(table.rows * width);
  let offset = 0;
  for (const [i, column] of inputs.entries()) {
    writeColumn(column, places[i]!, samples, offset, width);
    offset += places[i]!.width;
  }
  const coded = inputs.filter(({ kind }) => kind === 'texts').map(({ name }) => name);
  const note = coded.length > 0 ? ` (one-hot: ${coded.join(', ')})` : '';
  return {
    name: `${path.basename(table.file)}${note}`,
    count: table.rows,
    inputs: [{ shape: [width] }],
    ...(targets && { targets: targets.targets }),
    ...(targets && 'labels' in targets && { labels: targets.labels }),
    rows: async (indices) => {
      const rows = new Float32Array(indices.length * width);
      for (let row = 0; row < indices.length; row++) {
        const from = indices[row]! * width;
        rows.set(samples.subarray(from, from + width), row * width);
      }
      return {
        count: indices.length,
        inputs: [rows],
        ...(targets &&
          'labels' in targets && {
            labels: Int32Array.from(indices, (index) => targets.labels[index]!),
          }),
        ...(targets &&
          'values' in targets && {
            values: Float32Array.from(indices, (index) => targets.values[index]!),
          }),
      };
    },
  };
}

function writeColumn(
  column: TableColumn,
  { categories }: ColumnPlaces,
  samples: Float32Array,
  offset: number,
  width: number,
): void {
  if (column.kind === 'numbers') {
    for (const [row, value] of column.values.entries()) samples[row * width + offset] = value;
    return;
  }
  const places = column.texts.map((text) => categories!.get(text)!);
  for (const [row, code] of column.codes.entries()) samples[row * width + offset + places[code]!] = 1;
}
