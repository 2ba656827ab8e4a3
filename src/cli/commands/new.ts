// `new`: an untrained network of a known architecture, as a file to train.
import { InvalidArgumentError, type Command } from 'commander';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { inspectModel } from '../../core/analysis/inspectModel';
import { architectures, newModel } from '../../core/architectures/architectures';
import { saveModel } from '../../core/formats/saveModel';
import { CounterweightError } from '../../shared/base/errors';
import type { RunCommand } from '../commandLine';
import { seedOf } from '../seedFlag';
import { modelText } from '../text/modelText';

interface NewFlags {
  readonly input: readonly number[];
  readonly classes?: number;
  readonly width: number;
  readonly depth: number;
  readonly seed: number;
  readonly output: string;
}

export function addNewCommand(program: Command, run: RunCommand): void {
  program
    .command('new')
    .description('write an untrained network of a known architecture; never overwrites')
    .argument('<architecture>', 'one of those below')
    .requiredOption('--input <shape>', 'of one sample: 1x28x28, or a number of features', shapeOf)
    .option('--classes <number>', 'outputs of the network; needed but for autoencoder', numberOf)
    .option('--width <factor>', 'multiplies the numbers of channels or hidden units', numberOf, 1)
    .option('--depth <factor>', 'multiplies the numbers of repeated blocks', numberOf, 1)
    .option('--seed <number>', 'of the random weights', seedOf, 1)
    .requiredOption('-o, --output <file>', 'the .onnx file to write')
    .addHelpText(
      'after',
      `
Architectures:
${architecturesHelp()}

Examples:
  counterweight new lenet-5 --input 1x28x28 --classes 10 -o lenet.onnx
  counterweight new mobilenet-v2 --input 3x96x96 --classes 100 --width 0.5 -o mobile.onnx`,
    )
    .action((architecture: string, flags: NewFlags) =>
      run(async ({ signal, jobId, writesTo }) => {
        const { output, ...options } = flags;
        if (existsSync(output)) throw new CounterweightError('OUTPUT_EXISTS', { path: output });
        const model = newModel({ architecture, ...options });
        writesTo(path.dirname(path.resolve(output)));
        await saveModel(model, output, { jobId, signal });
        const view = await inspectModel(output, signal);
        return { json: view, text: (columns) => `Wrote ${output}\n\n${modelText(view, columns)}` };
      }),
    );
}

/** Which shapes there are is known to the architecture, which says what it takes. */
function shapeOf(text: string): readonly number[] {
  const sizes = text.split('x').map((size) => (size === '' ? Number.NaN : Number(size)));
  if (!sizes.some((size) => Number.isNaN(size))) return sizes;
  throw new InvalidArgumentError('It must be sizes like 1x28x28, or a number of features.');
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && !Number.isNaN(number)) return number;
  throw new InvalidArgumentError('It must be a number.');
}

function architecturesHelp(): string {
  const width = Math.max(...architectures.map(({ id }) => id.length));
  return architectures
    .map(({ id, description, example, widths, repeats }) => {
      const limits = `${widths ? `; widths ${widths.join(', ')}` : ''}${repeats ? '' : '; no depth'}`;
      return `  ${id.padEnd(width)}  ${description}, for ${example.join('x')}${limits}`;
    })
    .join('\n');
}
