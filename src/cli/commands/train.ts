// `train`: trains or fine-tunes a model on labelled data, and says whether it overfits.
import type { Command } from 'commander';
import path from 'node:path';
import { compressModel } from '../../core/experiment/compressModel';
import { steps as stepTable } from '../../core/compression/steps';
import type { EpochView, ReportView } from '../../shared/contracts/viewModels';
import type { CommandContext, CommandOutput, RunCommand } from '../commandLine';
import { optionsHelp } from '../optionsHelp';
import { progressLine } from '../progressLine';
import { resumableRun } from '../resumableRun';
import { seedOf } from '../seedFlag';
import { epochText, trainingText } from '../text/trainingText';
import { trainStepOf, type TrainFlags } from '../trainFlags';
import { trainingPaths } from '../trainingPaths';

interface Flags extends TrainFlags {
  readonly data: string;
  readonly seed: number;
  readonly resume?: true;
  readonly output: string;
}

export function addTrainCommand(program: Command, run: RunCommand): void {
  program
    .command('train')
    .description(
      'train or fine-tune a model on labelled data, and tell whether it overfits; never overwrites',
    )
    .argument('<model>', 'model file')
    .requiredOption(
      '--data <data>',
      'data to train, validate and test on: glyphs[:key=value,…], a folder of IDX files or of images, or a .npz, .csv or .yaml file',
    )
    .requiredOption('-o, --output <file>', 'the .onnx file to write; its report stands beside it')
    .option('--epochs <number>', 'passes over the training samples')
    .option('--batch <number>', 'samples in one step of the optimizer')
    .option('--optimizer <name>', 'sgd, adam, adamw or rmsprop')
    .option('--learning-rate <rate>', 'size of a step')
    .option('--set <path=value>', 'set an option of training (see below); can be repeated', collect, [])
    .option('--seed <number>', 'of everything random: splits, order, augmentation, dropout', seedOf, 1)
    .option('--resume', 'go on with a run that was interrupted; give it the same options')
    .addHelpText(
      'after',
      `
Options of training, for --set:
${optionsHelp(stepTable.filter(({ id }) => id === 'train'))}

Examples:
  counterweight train model.onnx --data glyphs -o trained.onnx
  counterweight train model.onnx --data mnist --epochs 20 --optimizer adamw --set train.weightDecay=0.01 \\
    --set train.earlyStopping.patience=3 -o trained.onnx
  counterweight train model.onnx --data mnist --epochs 20 --resume -o trained.onnx`,
    )
    .action((model: string, flags: Flags) => run((context) => train(model, flags, context)));
}

async function train(model: string, flags: Flags, context: CommandContext): Promise<CommandOutput> {
  const paths = trainingPaths(flags.output);
  context.writesTo(path.dirname(paths.output));
  using line = progressLine();
  let measured: EpochView | undefined;
  const report = await resumableRun(paths.runFolder, context, () =>
    compressModel(
      {
        path: model,
        steps: trainStepOf(flags),
        ...paths,
        data: flags.data,
        seed: flags.seed,
        resume: flags.resume ?? false,
        jobId: context.jobId,
      },
      {
        signal: context.signal,
        curves: ({ history }) => {
          measured = history.at(-1);
        },
        progress: ({ detail, ...progress }) => {
          const last = measured && progress.phase === 'training' ? `; ${epochText(measured)}` : '';
          line.show({ ...progress, ...(detail !== undefined && { detail: detail + last }) });
        },
      },
    ),
  );
  return outputOf(report, paths.reportPath);
}

function outputOf(report: ReportView, reportPath: string): CommandOutput {
  const training = report.training?.at(-1);
  const test = report.generalization?.after.test;
  return {
    json: {
      history: training?.history,
      verdict: training?.diagnosis.verdict,
      ...(test && { test }),
      report,
    },
    text: (columns) => trainingText(report, reportPath, columns),
  };
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
