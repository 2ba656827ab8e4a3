// `compress`: a smaller copy of a model, and the report of what it cost. What is done is said by flags or by a recipe.
import type { Command } from 'commander';
import path from 'node:path';
import { compressModel } from '../../core/experiment/compressModel';
import { outputName } from '../../core/experiment/outputName';
import { makeReportFolder } from '../../core/experiment/writeReport';
import { parseSteps, steps as stepTable } from '../../core/compression/steps';
import type { CommandContext, CommandOutput, RunCommand } from '../commandLine';
import { compressionOf, type CompressionFlags } from '../compressionOf';
import { freePaths } from '../freePaths';
import { optionsHelp } from '../optionsHelp';
import { progressLine } from '../progressLine';
import { quantizePresets } from '../quantizePresets';
import { resumableRun } from '../resumableRun';
import { seedOf } from '../seedFlag';
import { reportText } from '../text/reportText';
import { dataHelp } from './compare';

interface CompressFlags extends CompressionFlags {
  readonly output: string;
  readonly resume?: true;
  readonly measure: boolean;
}

export function addCompressCommand(program: Command, run: RunCommand): void {
  program
    .command('compress')
    .description('write a smaller copy of a model, and a report; never overwrites')
    .argument('[model]', 'model file; without it, the one that the recipe names')
    .requiredOption('-o, --output <folder>', 'folder to write to; made where it is missing')
    .option('--recipe <file>', 'do what a recipe says (.counterweight.yaml)')
    .option(
      '--prune <sparsity>',
      'set this fraction of the weights to zero, the smallest first: 0.8; or 2:4, or below:0.1',
    )
    .option('--train <epochs>', 'fine-tune on the data after pruning; zeros stay zero')
    .option('--quantize <type>', `store weights in few bits: ${Object.keys(quantizePresets).join(', ')}`)
    .option(
      '--set <path=value>',
      'set an option of a step (see below), or any value of the recipe; can be repeated',
      collect,
      [],
    )
    .option('--data <data>', dataHelp)
    .option('--seed <number>', 'of everything random (default: 1, or as in the recipe)', seedOf)
    .option(
      '--no-measure',
      'write the file without running it: the report has sizes and errors of weights, but neither accuracy nor time',
    )
    .option('--resume', 'go on with a run that was interrupted; give it the same options')
    .addHelpText(
      'after',
      `
Options of the steps, for --set:
${optionsHelp(stepTable)}

Where a recipe has a step several times, or for its other keys, --set takes the path in the recipe, counted from 0:
  --set steps.2.train.epochs=5 --set data.validation=0.2 --set seed=3

Examples:
  counterweight compress model.onnx --prune 0.8 -o out
  counterweight compress model.onnx --quantize int8 --set quantize.granularity=tensor -o out
  counterweight compress model.onnx --quantize int8-static --data mnist --no-measure -o out
  counterweight compress model.onnx --prune 0.9 --train 5 --quantize int8 --data glyphs -o out --json
  counterweight compress --recipe lenet.counterweight.yaml --set prune.sparsity=0.95 -o out
  counterweight compress --recipe lenet.counterweight.yaml --resume -o out`,
    )
    .action((model: string | undefined, flags: CompressFlags) =>
      run((context) => compress(model, flags, context)),
    );
}

async function compress(
  given: string | undefined,
  flags: CompressFlags,
  context: CommandContext,
): Promise<CommandOutput> {
  const { model, steps, data, seed } = compressionOf(given, flags);
  const parsed = parseSteps(steps);
  const folder = path.resolve(flags.output);
  context.writesTo(folder);
  const { runFolder, ...paths } = freePaths(folder, outputName(model, parsed));
  using line = progressLine();
  const params = {
    path: model,
    steps,
    ...paths,
    jobId: context.jobId,
    seed,
    ...(data !== undefined && { data }),
    ...(!flags.measure && { measure: 'files' as const }),
  };
  const progress = { signal: context.signal, progress: line.show };
  const report = await inFolder(folder, () =>
    resumableRun(runFolder, context, () =>
      compressModel({ ...params, runFolder, resume: flags.resume ?? false }, progress),
    ),
  );
  return { json: report, text: (columns) => reportText(report, paths.reportPath, columns) };
}

/** Makes the folder first, so that it goes again after what a failed run has put into it. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const made = await makeReportFolder(folder);
  try {
    return await work();
  } catch (error) {
    await made.removeIfMade();
    throw error;
  }
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
