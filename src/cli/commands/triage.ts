// `triage`: what makes a quantized model worse than its original.
import path from 'node:path';
import type { Command } from 'commander';
import { defaultTriageSamples, measureTriage } from '../../core/experiment/triage/measureTriage';
import type { RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { samplesOf } from '../samplesFlag';
import { seedOf } from '../seedFlag';
import { triageText } from '../text/triageText';

interface Flags {
  readonly data: string;
  readonly samples?: number;
  readonly seed?: number;
  readonly output?: string;
}

export function addTriageCommand(program: Command, run: RunCommand): void {
  program
    .command('triage')
    .description('name what makes a quantized model worse: suspects are taken away one after the other')
    .argument('<original>', 'model file before quantization')
    .argument('<quantized>', 'model file after it')
    .requiredOption(
      '--data <data>',
      'data whose validation samples it is measured on: glyphs[:key=value,…], a folder of IDX files or of images, or a .npz, .csv or .yaml file',
    )
    .option(
      '--samples <number>',
      `at most as many validation samples (default: ${defaultTriageSamples})`,
      samplesOf,
    )
    .option('--seed <number>', 'of what is held out for validation (default: 1)', seedOf)
    .option('-o, --output <file>', 'write the report there as JSON, and as Markdown beside it')
    .addHelpText(
      'after',
      `
Examples:
  counterweight triage model.onnx out/model.int8.onnx --data mnist
  counterweight triage model.onnx out/model.int8.onnx --data mnist --json | jq '.causes[0]'`,
    )
    .action((original: string, quantized: string, { output, ...flags }: Flags) =>
      run(async ({ signal, jobId, writesTo }) => {
        using line = progressLine();
        if (output !== undefined) writesTo(path.dirname(path.resolve(output)));
        const report = await measureTriage(
          { original, quantized, jobId, ...flags, ...(output !== undefined && { reportPath: output }) },
          { signal, progress: line.show },
        );
        return { json: report, text: () => triageText(report) };
      }),
    );
}
