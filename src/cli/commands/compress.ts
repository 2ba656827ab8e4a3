// `compress`: a smaller copy of a model, and the report of what it cost.
import type { Command } from 'commander';
import path from 'node:path';
import { compressModel } from '../../core/experiment/compressModel';
import { outputName } from '../../core/experiment/outputName';
import { parseSteps, steps as stepTable } from '../../core/compression/steps';
import type { CommandContext, CommandOutput, RunCommand } from '../commandLine';
import { freePaths } from '../freePaths';
import { optionsHelp } from '../optionsHelp';
import { progressLine } from '../progressLine';
import { seedOf } from '../seedFlag';
import { stepsOf, type StepFlags } from '../stepFlags';
import { reportText } from '../text/reportText';
import { dataHelp } from './compare';

interface CompressFlags extends StepFlags {
  readonly output: string;
  readonly data?: string;
  readonly seed: number;
}

export function addCompressCommand(program: Command, run: RunCommand): void {
  program
    .command('compress')
    .description('write a smaller copy of a model, and a report; never overwrites')
    .argument('<model>', 'model file')
    .requiredOption('-o, --output <folder>', 'folder to write to; made where it is missing')
    .option('--prune <sparsity>', 'set this fraction of the weights to zero, the smallest first: 0.8')
    .option('--train <epochs>', 'fine-tune on the data after pruning; zeros stay zero')
    .option('--quantize <type>', 'store weights as integers: int8')
    .option('--set <path=value>', 'set an option of a step (see below); can be repeated', collect, [])
    .option('--data <data>', dataHelp)
    .option('--seed <number>', 'of everything random', seedOf, 1)
    .addHelpText(
      'after',
      `
Options of the steps, for --set:
${optionsHelp(stepTable)}

Examples:
  counterweight compress model.onnx --prune 0.8 -o out
  counterweight compress model.onnx --quantize int8 --set quantize.granularity=tensor -o out
  counterweight compress model.onnx --prune 0.9 --train 5 --quantize int8 --data glyphs -o out --json`,
    )
    .action((model: string, flags: CompressFlags) => run((context) => compress(model, flags, context)));
}

async function compress(
  model: string,
  flags: CompressFlags,
  context: CommandContext,
): Promise<CommandOutput> {
  const steps = stepsOf(flags);
  const name = outputName(model, parseSteps(steps));
  const folder = path.resolve(flags.output);
  context.writesTo(folder);
  const { output, reportPath } = freePaths(folder, name);
  using line = progressLine();
  const report = await compressModel(
    {
      path: model,
      steps,
      output,
      reportPath,
      jobId: context.jobId,
      seed: flags.seed,
      ...(flags.data !== undefined && { data: flags.data }),
    },
    { signal: context.signal, progress: line.show },
  );
  return { json: report, text: (columns) => reportText(report, reportPath, columns) };
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
