// Columns of a table by name or number: which one is to be predicted, and which are left out.
import { usualLabels } from './csvDialect';
import { dataProblem } from './dataProblem';

/** A name, or a number from 0; negative ones count from the end. */
export type ColumnName = string | number;

export interface ColumnChoice {
  /** False where there is nothing to predict. */
  readonly label?: ColumnName | false | undefined;
  readonly ignore?: readonly ColumnName[] | undefined;
}

export interface ChosenColumns {
  readonly label: number | undefined;
  readonly ignored: readonly boolean[];
}

/** The places that a choice means. Throws DATA_INVALID for a column that is not there. */
export function chosenColumns(
  file: string,
  names: readonly string[],
  { label, ignore = [] }: ColumnChoice,
): ChosenColumns {
  const ignored = names.map(() => false);
  for (const column of ignore) ignored[placeOf(file, names, column)] = true;
  const place =
    label === false
      ? undefined
      : label === undefined
        ? usualLabel(names, ignored)
        : placeOf(file, names, label);
  if (place !== undefined && ignored[place])
    return dataProblem(file, `column ${names[place]} is both label and ignored`);
  return { label: place, ignored };
}

function usualLabel(names: readonly string[], ignored: readonly boolean[]): number {
  for (const usual of usualLabels) {
    const place = names.findIndex((name, i) => !ignored[i] && name.toLowerCase() === usual);
    if (place >= 0) return place;
  }
  return ignored.lastIndexOf(false);
}

function placeOf(file: string, names: readonly string[], column: ColumnName): number {
  const place =
    typeof column === 'string' ? names.indexOf(column) : column < 0 ? names.length + column : column;
  if (place >= 0 && place < names.length) return place;
  const shown =
    names.length > 20 ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more` : names.join(', ');
  return dataProblem(file, `it has no column ${column}; its columns are ${shown}`);
}
