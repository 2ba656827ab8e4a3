// How compressed files are called: after the original and what was done to it, like model.prune80.int8.onnx.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { externalDataPath } from '../../shared/base/externalData';
import { outputSuffix } from '../compression/steps';
import type { ParsedStep } from '../compression/step';

/** The name of the file that the steps make of a model, without folder. */
export function outputName(modelPath: string, parsed: readonly ParsedStep[]): string {
  const { name, ext } = path.parse(modelPath);
  const suffix = outputSuffix(parsed);
  return suffix === '' ? `${name}.compressed${ext}` : `${name}.${suffix}${ext}`;
}

/** A path in `folder` for that name under which there is no file yet: -2, -3 and so on are appended to the name. */
export function freeOutputPath(folder: string, fileName: string): string {
  const { name, ext } = path.parse(fileName);
  let candidate = path.join(folder, fileName);
  for (let n = 2; isTaken(candidate); n++) candidate = path.join(folder, `${name}-${n}${ext}`);
  return candidate;
}

/** A model whose weights lie beside it takes the name of that file too. */
function isTaken(file: string): boolean {
  return existsSync(file) || existsSync(externalDataPath(file));
}
