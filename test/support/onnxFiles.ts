// The real ONNX models that tests go through.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { sharedFile } from './sharedFiles';

/** Absolute paths of every `.onnx` file of the shared folder that is meant to be read, sorted. */
export function onnxFiles(): string[] {
  const folder = sharedFile('models/onnx');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => path.join(folder, name))
    .toSorted();
}
