// What a column says is to be predicted: texts are classes, numbers are classes or values.
import { dataProblem } from './dataProblem';
import type { ClassTargets } from './dataSet';
import type { NumberColumn, Table, TableColumn, TextColumn } from './csvTable';
import { repeat, type LabelTargets, type NumberTargets, type TargetKind } from './targets';

export interface LabelColumn {
  readonly table: Table;
  readonly column: TableColumn;
}

/** The targets of tables whose label columns are of one kind, with one list of classes. Throws DATA_INVALID. */
export function tableTargets(
  columns: readonly LabelColumn[],
  kind: TargetKind | undefined,
): readonly (LabelTargets | NumberTargets)[] {
  const [{ table, column }] = columns as readonly [LabelColumn, ...LabelColumn[]];
  if (column.kind === 'texts') {
    if (kind === 'values')
      return dataProblem(table.file, `column ${column.name} holds texts, which are no values`);
    return textClasses(columns.map((own) => own.column as TextColumn));
  }
  const numbers = columns.map((own) => own.column as NumberColumn);
  const areClasses = kind ? kind === 'classes' : repeat(column.values);
  return areClasses
    ? numberClasses(numbers, table)
    : numbers.map(({ values }) => ({
        targets: { kind: 'values', shape: [1] },
        values: Float32Array.from(values),
      }));
}

function textClasses(columns: readonly TextColumn[]): LabelTargets[] {
  const names = [...new Set(columns.flatMap(({ texts }) => texts))].toSorted();
  const targets: ClassTargets = { kind: 'classes', count: names.length, names };
  return columns.map(({ texts, codes }) => {
    const places = texts.map((text) => names.indexOf(text));
    return { targets, labels: Int32Array.from(codes, (code) => places[code]!) };
  });
}

/**
 * Numbers that count from 0 are class indices as they stand, also where a few of them never occur. Others (1 to 3, or
 * −1 and 1) become indices in their order, and keep their numbers as names.
 */
function numberClasses(columns: readonly NumberColumn[], { classNames }: Table): LabelTargets[] {
  const distinct = [...new Set(columns.flatMap(({ values }) => [...new Set(values)]))].toSorted(
    (a, b) => a - b,
  );
  const most = distinct.at(-1) ?? 0;
  const areIndices = distinct[0] === 0 && most < 2 * distinct.length && distinct.every(Number.isInteger);
  const count = areIndices ? most + 1 : distinct.length;
  const names = classNames?.length === count ? classNames : areIndices ? undefined : distinct.map(String);
  const targets: ClassTargets = { kind: 'classes', count, ...(names && { names }) };
  const places = new Map(distinct.map((value, i) => [value, areIndices ? value : i]));
  return columns.map(({ values }) => ({
    targets,
    labels: Int32Array.from(values, (value) => places.get(value)!),
  }));
}
