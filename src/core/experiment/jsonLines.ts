// Files that grow by a line of JSON at a time: what is in them survives whatever happens to the process.
import { appendFile, readFile } from 'node:fs/promises';

export interface JsonLines<T> {
  /** What the file held when it was opened. */
  readonly lines: readonly T[];
  readonly append: (line: T) => Promise<void>;
}

/** Opens a file to append to; it need not be there. A line that was cut off does not swallow the next one. */
export async function openJsonLines<T>(file: string): Promise<JsonLines<T>> {
  const text = await textOf(file);
  if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
  return {
    lines: linesIn(text) as readonly T[],
    append: (line) => appendFile(file, `${JSON.stringify(line)}\n`),
  };
}

/** The whole lines of a file; the last one can be cut off where the machine went down. */
export async function readJsonLines<T>(file: string): Promise<readonly T[]> {
  return linesIn(await textOf(file)) as readonly T[];
}

/** Empty where there is no such file yet. */
function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function linesIn(text: string): readonly unknown[] {
  return text.split('\n').flatMap((line): unknown[] => {
    try {
      return line === '' ? [] : [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
