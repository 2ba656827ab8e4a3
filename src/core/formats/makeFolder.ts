// Makes folders level by level. Node's own recursive form asks the same level again for ever where a file system says of
// a folder that is there that it is not (like /proc on Linux).
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';

/** Makes the folder and those around it; gives the outermost that was not there before. Throws OUTPUT_UNWRITABLE. */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await make(path.resolve(folder));
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CounterweightError('OUTPUT_UNWRITABLE', { path: folder, reason }, { cause: error });
  }
}

async function make(folder: string): Promise<string | undefined> {
  if (await isFolder(folder)) return undefined;
  const parent = path.dirname(folder);
  const outermost = parent === folder ? undefined : await make(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!(await isFolder(folder))) throw error;
  }
  return outermost ?? folder;
}

async function isFolder(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
