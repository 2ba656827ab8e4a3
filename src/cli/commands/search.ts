// `search`: the best small network that keeps a budget, found by training many of them briefly.
import { InvalidArgumentError, type Command } from 'commander';
import path from 'node:path';
import { architectures } from '../../core/architectures/architectures';
import { holdsTrials } from '../../core/experiment/search/searchFiles';
import { searchNetworks } from '../../core/experiment/search/searchNetworks';
import { CounterweightError, isAbort } from '../../shared/base/errors';
import {
  budgetMeasures,
  budgetUnits,
  parseBudget,
  type Budget,
  type BudgetProblem,
} from '../../shared/base/searchBudget';
import type { CommandContext, CommandOutput, RunCommand } from '../commandLine';
import { progressLine } from '../progressLine';
import { seedOf } from '../seedFlag';
import { searchText } from '../text/searchText';

interface Flags {
  readonly architecture: readonly string[];
  readonly data: string;
  readonly budget: string;
  readonly trials: number;
  readonly epochs: number;
  readonly seed: number;
  readonly resume?: true;
  readonly output: string;
}

const mostTrials = 1000;
const mostEpochs = 10_000;

export function addSearchCommand(program: Command, run: RunCommand): void {
  program
    .command('search')
    .description('find the best network under a budget: trains many briefly, the better ones longer')
    .requiredOption(
      '--architecture <names>',
      'architectures to search in, separated by commas: widths, depths and, of image folders, sizes vary',
      namesOf,
    )
    .requiredOption(
      '--data <data>',
      'data to train, validate and test on: glyphs[:key=value,…], a folder of IDX files or of images, or a .npz, .csv or .yaml file',
    )
    .requiredOption(
      '--budget <budget>',
      'what one network may cost: macs<=2M, parameters<=50k, bytes<=200kB or latency<=2ms',
    )
    .requiredOption('-o, --output <folder>', 'where the winner, the report and all trials go')
    .option('--trials <number>', 'networks to try', countOf(mostTrials), 16)
    .option(
      '--epochs <number>',
      'of the winner; trials are trained for an eighth, a quarter and half as many',
      countOf(mostEpochs),
      10,
    )
    .option('--seed <number>', 'of everything random: splits, weights, order, proposals', seedOf, 1)
    .option('--resume', 'go on with a search that was interrupted; give it the same options')
    .addHelpText(
      'after',
      `
Architectures: ${architectures
        .filter(({ reconstructs }) => !reconstructs)
        .map(({ id }) => id)
        .join(', ')}

Examples:
  counterweight search --architecture resnet-8,ds-cnn --data mnist --budget 'macs<=2M' -o found
  counterweight search --architecture mlp --data iris.csv --budget 'bytes<=20kB' --trials 8 -o found
  counterweight search --architecture mobilenet-v2 --data photos --budget 'latency<=2ms' --resume -o found`,
    )
    .action((flags: Flags) => run((context) => search(flags, context)));
}

async function search(flags: Flags, context: CommandContext): Promise<CommandOutput> {
  const { architecture, output, resume, budget: text, ...rest } = flags;
  const budget = budgetOf(text);
  const folder = path.resolve(output);
  context.writesTo(folder);
  using line = progressLine();
  try {
    const report = await searchNetworks(
      {
        ...rest,
        architectures: architecture,
        budget,
        folder,
        resume: resume ?? false,
        jobId: context.jobId,
      },
      { signal: context.signal, progress: line.show },
    );
    return { json: report, text: (columns) => searchText(report, columns) };
  } catch (error) {
    if (isAbort(error) && (await holdsTrials(folder))) context.keeps(folder);
    throw error;
  }
}

/** Throws BUDGET_INVALID. */
function budgetOf(text: string): Budget {
  const budget = parseBudget(text);
  if (!('problem' in budget)) return budget;
  throw new CounterweightError('BUDGET_INVALID', { budget: text, problem: problems[budget.problem] });
}

const problems: Readonly<Record<BudgetProblem, string>> = {
  form: 'it is not of the form measure<=limit',
  measure: `what is limited is one of ${budgetMeasures.join(', ')}`,
  number: 'the limit is no number above 0',
  unit: `units are ${budgetMeasures.map((measure) => `${budgetUnits(measure)} for ${measure}`).join('; ')}`,
};

function namesOf(text: string): readonly string[] {
  return [...new Set(text.split(',').map((name) => name.trim()))];
}

function countOf(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (text.trim() !== '' && Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
  };
}
