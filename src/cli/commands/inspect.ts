// `inspect`: what is in a model file, and what schemes of quantization would do to it.
import type { Command } from 'commander';
import { inspectModel } from '../../core/analysis/inspectModel';
import { compareSchemes } from '../../core/experiment/schemes/compareSchemes';
import type { RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { modelText } from '../text/modelText';
import { schemesText } from '../text/schemesText';

interface InspectFlags {
  readonly schemes?: true;
}

export function addInspectCommand(program: Command, run: RunCommand): void {
  program
    .command('inspect')
    .description('show the layers of a model: parameters, bytes, multiply-accumulates, sparsity')
    .argument('<model>', 'model file')
    .option(
      '--schemes',
      'show what schemes of quantization would do to its weights, size and errors; nothing is written',
    )
    .addHelpText(
      'after',
      `
Examples:
  counterweight inspect model.onnx
  counterweight inspect model.onnx --schemes
  counterweight inspect model.onnx --json | jq .totals`,
    )
    .action((path: string, flags: InspectFlags) =>
      run(async ({ signal }) => {
        if (!flags.schemes) {
          const model = await inspectModel(path, signal);
          return { json: model, text: (columns) => modelText(model, columns) };
        }
        using line = progressLine();
        const compared = await compareSchemes(path, {
          signal,
          progress: (fraction, detail) =>
            line.show({ phase: 'measuring', fraction, ...(detail !== undefined && { detail }) }),
        });
        return { json: compared, text: (columns) => schemesText(compared, columns) };
      }),
    );
}
