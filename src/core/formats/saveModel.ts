// Writes models as new files, in the format that they came in.
import path from 'node:path';
import type { Model } from '../ir/graph';
import { writeFilesAtomically, type WriteOptions } from './atomicFiles';
import { formatOf } from './formats';

/**
 * Writes a model as a new file, with its external data as `<name>.data` beside it where it has any. Throws what
 * `writeFilesAtomically` throws, and MODEL_TOO_LARGE; then nothing is left.
 */
export async function saveModel(model: Model, file: string, options: WriteOptions): Promise<void> {
  const target = path.resolve(file);
  await writeFilesAtomically(formatOf(model).write(model, target), options);
}
