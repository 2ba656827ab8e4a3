// The files that an ONNX model keeps tensors in, for a runtime that cannot open files itself. The runtime layer does
// not parse models: a neighbour belongs to the model when its name occurs in the model's bytes.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface ModelWithExternalFiles {
  readonly model: Uint8Array;
  /** Paths as the model names them, with the files' bytes. */
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** A model file's bytes with those of the files beside it that it names. */
export function externalFilesFor(modelPath: string): ModelWithExternalFiles {
  const model = readFileSync(modelPath);
  const folder = path.dirname(modelPath);
  const externalData = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== path.basename(modelPath))
    .filter((entry) => model.includes(entry.name))
    .map((entry) => ({ path: entry.name, data: readFileSync(path.join(folder, entry.name)) }));
  return { model, externalData };
}
