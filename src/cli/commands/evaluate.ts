// `evaluate`: how good a model is on labelled data, and how long it takes.
import type { Command } from 'commander';
import { evaluateModel } from '../../core/analysis/evaluateModel';
import type { RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { evaluationText } from '../text/evaluationText';

export function addEvaluateCommand(program: Command, run: RunCommand): void {
  program
    .command('evaluate')
    .description(
      'measure the loss, the accuracy or the error of predicted values, and the latency of a model',
    )
    .argument('<model>', 'model file')
    .requiredOption(
      '--data <data>',
      'data to run it on: glyphs[:key=value,…], a folder of IDX files or of images, or a .npz, .csv or .yaml file; of data with splits, the test samples',
    )
    .addHelpText(
      'after',
      `
Examples:
  counterweight evaluate model.onnx --data glyphs
  counterweight evaluate model.onnx --data mnist --json | jq .accuracy`,
    )
    .action((path: string, { data }: { readonly data: string }) =>
      run(async ({ signal }) => {
        using line = progressLine();
        const evaluation = await evaluateModel(
          { path, data },
          { signal, progress: (fraction) => line.show({ phase: 'measuring', fraction, detail: data }) },
        );
        return { json: evaluation, text: (columns) => evaluationText(evaluation, columns) };
      }),
    );
}
