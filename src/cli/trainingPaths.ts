// What a training run on the command line writes beside its output.
import path from 'node:path';

export interface TrainingPaths {
  /** The model file to write. */
  readonly output: string;
  /** `model.report.json` for model.onnx; the same in Markdown and HTML stands beside it. */
  readonly reportPath: string;
  /** What the run keeps, `model.run` for model.onnx: its recipe, its curves and, until it is done, its checkpoints. */
  readonly runFolder: string;
}

export function trainingPaths(output: string): TrainingPaths {
  const resolved = path.resolve(output);
  const { dir, name } = path.parse(resolved);
  const stem = path.join(dir, name);
  return { output: resolved, reportPath: `${stem}.report.json`, runFolder: `${stem}.run` };
}
