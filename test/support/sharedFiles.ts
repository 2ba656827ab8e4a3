// Where the real files of other people are. They are read in place and never copied.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of real models and data sets, or undefined on a machine that does not have it. */
export const sharedFolder: string | undefined = (() => {
  const folder = path.resolve(process.env['COUNTERWEIGHT_SHARED'] ?? '../shared');
  return existsSync(path.join(folder, 'MANIFEST.tsv')) ? folder : undefined;
})();

/** A real file by its path below the shared folder. Only for tests that `hasShared` lets run. */
export function sharedFile(relative: string): string {
  if (sharedFolder === undefined) throw new Error('The shared folder is not here');
  return path.join(sharedFolder, relative);
}

/** False where the shared folder is absent: pass to `describe.runIf`, so that the runner counts what did not run. */
export const hasShared = sharedFolder !== undefined;
