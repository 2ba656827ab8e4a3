// `compare`: how two files of a model differ.
import type { Command } from 'commander';
import { compareModels } from '../../core/analysis/compareModels';
import type { RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { comparisonText } from '../text/comparisonText';

export function addCompareCommand(program: Command, run: RunCommand): void {
  program
    .command('compare')
    .description('compare two models layer by layer and by their outputs')
    .argument('<before>', 'model file')
    .argument('<after>', 'model file to compare it with')
    .option('--data <data>', dataHelp)
    .addHelpText(
      'after',
      `
Examples:
  counterweight compare model.onnx out/model.prune80.int8.onnx
  counterweight compare model.onnx smaller.onnx --data glyphs --json`,
    )
    .action((before: string, after: string, { data }: { readonly data?: string }) =>
      run(async ({ signal }) => {
        using line = progressLine();
        const comparison = await compareModels(
          { before, after, ...(data !== undefined && { data }) },
          {
            signal,
            progress: (fraction, detail) =>
              line.show({ phase: 'comparing', fraction, ...(detail !== undefined && { detail }) }),
          },
        );
        return { json: comparison, text: (columns) => comparisonText(comparison, columns) };
      }),
    );
}

export const dataHelp =
  'data to run both on: glyphs[:key=value,…], a folder of IDX files, or a .yaml file that describes data (default: random inputs)';
