// What a training run on the command line writes beside its output.
import path from 'node:path';

export interface TrainingPaths {
  /** The model file to write. */
  readonly output: string;
  /** `model.report.json` for model.onnx; the same in Markdown stands beside it. */
  readonly reportPath: string;
  /** What a killed run goes on from: `model.checkpoint` for model.onnx; gone when the run is done. */
  readonly runFolder: string;
}

export function trainingPaths(output: string): TrainingPaths {
  const resolved = path.resolve(output);
  const { dir, name } = path.parse(resolved);
  const stem = path.join(dir, name);
  return { output: resolved, reportPath: `${stem}.report.json`, runFolder: `${stem}.checkpoint` };
}
