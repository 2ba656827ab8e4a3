// `inspect`: what is in a model file.
import type { Command } from 'commander';
import { inspectModel } from '../../core/analysis/inspectModel';
import type { RunCommand } from '../commandLine';
import { modelText } from '../text/modelText';

export function addInspectCommand(program: Command, run: RunCommand): void {
  program
    .command('inspect')
    .description('show the layers of a model: parameters, bytes, multiply-accumulates, sparsity')
    .argument('<model>', 'model file')
    .addHelpText(
      'after',
      `
Examples:
  counterweight inspect model.onnx
  counterweight inspect model.onnx --json | jq .totals`,
    )
    .action((path: string) =>
      run(async ({ signal }) => {
        const model = await inspectModel(path, signal);
        return { json: model, text: (columns) => modelText(model, columns) };
      }),
    );
}
