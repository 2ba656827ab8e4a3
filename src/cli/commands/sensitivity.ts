// `sensitivity`: what each layer of a model can bear.
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  defaultSensitivitySamples,
  measureSensitivity,
} from '../../core/experiment/sensitivity/measureSensitivity';
import { sensitivityKinds, type SensitivityKind } from '../../core/experiment/sensitivity/settings';
import type { RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { samplesOf } from '../samplesFlag';
import { seedOf } from '../seedFlag';
import { sensitivityText } from '../text/sensitivityText';

interface Flags {
  readonly data: string;
  readonly kind: SensitivityKind;
  readonly settings?: readonly number[];
  readonly samples?: number;
  readonly criterion?: string;
  readonly granularity?: string;
  readonly seed?: number;
  readonly output?: string;
}

export function addSensitivityCommand(program: Command, run: RunCommand): void {
  program
    .command('sensitivity')
    .description('measure what each layer can bear: one after the other is compressed alone')
    .argument('<model>', 'model file')
    .requiredOption(
      '--data <data>',
      'data whose validation samples it is measured on: glyphs[:key=value,…], a folder of IDX files or of images, or a .npz, .csv or .yaml file; without labels only the change of the outputs is told',
    )
    .addOption(
      new Option('--kind <kind>', 'how a layer is compressed').choices(sensitivityKinds).default('prune'),
    )
    .option(
      '--settings <list>',
      'how far, separated by commas: sparsities like 0.5,0.9 or 50%,90%, or bits (default: 10 to 95 % of the weights, or all bits that quantize knows)',
      settingsOf,
    )
    .option(
      '--samples <number>',
      `at most as many validation samples (default: ${defaultSensitivitySamples})`,
      samplesOf,
    )
    .option('--criterion <criterion>', 'what tells which weights go, as prune.criterion of compress')
    .option('--granularity <granularity>', 'what goes together, as the option granularity of the step')
    .option('--seed <number>', 'of what is held out for validation (default: 1)', seedOf)
    .option('-o, --output <file>', 'write the report there as JSON, and as Markdown beside it')
    .addHelpText(
      'after',
      `
Examples:
  counterweight sensitivity model.onnx --data mnist
  counterweight sensitivity model.onnx --data mnist --granularity channel --settings 25%,50%
  counterweight sensitivity model.onnx --data mnist --kind quantize --json | jq '.layers[].name'`,
    )
    .action((model: string, { output, ...flags }: Flags) =>
      run(async ({ signal, jobId, writesTo }) => {
        using line = progressLine();
        if (output !== undefined) writesTo(path.dirname(path.resolve(output)));
        const report = await measureSensitivity(
          { path: model, jobId, ...flags, ...(output !== undefined && { reportPath: output }) },
          { signal, progress: line.show },
        );
        return { json: report, text: (columns) => sensitivityText(report, columns) };
      }),
    );
}

/** What a setting may be is the step's to say. Throws what the command line reports as wrong usage. */
function settingsOf(text: string): readonly number[] {
  const settings = text.split(',').map(settingOf);
  if (settings.length > 0 && settings.every(Number.isFinite)) return settings;
  throw new InvalidArgumentError('It must be numbers separated by commas, like 0.5,0.9 or 50%,90%.');
}

function settingOf(text: string): number {
  const [, number = '', percent] = /^\s*(?:int)?(\d+(?:\.\d+)?|\.\d+)\s*(%)?\s*$/.exec(text) ?? [];
  if (number === '') return Number.NaN;
  return percent === undefined ? Number(number) : Number((Number(number) / 100).toPrecision(12));
}
