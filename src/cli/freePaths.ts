// Where a compression writes to: names that nobody has taken yet.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { externalDataPath } from '../shared/base/externalData';

export interface OutputPaths {
  readonly output: string;
  readonly reportPath: string;
  /** What the run keeps, `model.int8.run`: its recipe, its curves and, until it is done, what it goes on from. */
  readonly runFolder: string;
}

/** `model.int8.onnx` and `model.int8.report.json`, or `model.int8-2.onnx` and so on where one of their files exists. */
export function freePaths(folder: string, name: string): OutputPaths {
  const { name: stem, ext } = path.parse(name);
  for (let n = 1; ; n++) {
    const numbered = path.join(folder, n === 1 ? stem : `${stem}-${n}`);
    const files = [ext, externalDataPath(ext), '.report.json', '.report.md', '.report.html'].map(
      (end) => numbered + end,
    );
    if (files.some((file) => existsSync(file))) continue;
    return {
      output: numbered + ext,
      reportPath: `${numbered}.report.json`,
      runFolder: `${numbered}.run`,
    };
  }
}
