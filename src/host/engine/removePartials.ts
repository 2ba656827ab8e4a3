// Cleans up after a process that was killed and could not do it itself.
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isPartialOf } from '../../shared/base/partials';

/** Removes the partial files of a job from the folders it writes to. What is gone already is no failure. */
export async function removePartials(folders: readonly string[], jobId: string): Promise<void> {
  for (const folder of new Set(folders)) {
    // A folder that was never made holds nothing.
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((candidate) => isPartialOf(candidate, jobId))) {
      await rm(path.join(folder, name), { force: true });
    }
  }
}
