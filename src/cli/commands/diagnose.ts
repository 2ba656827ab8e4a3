// `diagnose`: whether a model, a run or a recipe overfits, why, and what to do about it.
import type { Command } from 'commander';
import { diagnoseModel } from '../../core/experiment/diagnoseModel';
import type { RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { seedOf } from '../seedFlag';
import { diagnosisText } from '../text/diagnosisText';

interface Flags {
  readonly data?: string;
  readonly learningCurve?: true;
  readonly seed?: number;
}

export function addDiagnoseCommand(program: Command, run: RunCommand): void {
  program
    .command('diagnose')
    .description(
      'find out whether a model overfits: a verdict, the evidence, and what to try; writes nothing',
    )
    .argument(
      '<target>',
      'a model file, the folder of a run, its report.json, or a recipe (.yaml), which is done in memory first',
    )
    .option(
      '--data <data>',
      'data to measure on, with the split that the model was trained on: glyphs[:key=value,…], a folder of IDX files or of images, or a .npz, .csv or .yaml file (default: that of the run or recipe)',
    )
    .option('--learning-curve', 'train anew on 1/8, 1/4, 1/2 and all of the samples: does more data help?')
    .option(
      '--seed <number>',
      'of what is held out for validation (default: that of the run, else 1)',
      seedOf,
    )
    .addHelpText(
      'after',
      `
Examples:
  counterweight diagnose trained.onnx --data mnist
  counterweight diagnose trained.report.json --learning-curve
  counterweight diagnose recipe.yaml --json | jq .diagnosis.verdict`,
    )
    .action((path: string, { data, learningCurve, seed }: Flags) =>
      run(async ({ signal, jobId }) => {
        using line = progressLine();
        const report = await diagnoseModel(
          {
            path,
            learningCurve: learningCurve ?? false,
            jobId,
            ...(data !== undefined && { data }),
            ...(seed !== undefined && { seed }),
          },
          { signal, progress: line.show },
        );
        return { json: report, text: (columns) => diagnosisText(report, columns) };
      }),
    );
}
