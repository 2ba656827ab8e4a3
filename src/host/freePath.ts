// Names for new files: nothing is ever overwritten.
import path from 'node:path';

/** The name itself, or with -2, -3, … before its extension: the first that nothing in the folder has. */
export function freePath(folder: string, name: string, isTaken: (file: string) => boolean): string {
  const { name: stem, ext } = path.parse(name);
  for (let count = 1; ; count++) {
    const file = path.join(folder, count === 1 ? name : `${stem}-${count}${ext}`);
    if (!isTaken(file)) return file;
  }
}
