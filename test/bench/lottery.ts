// The lottery ticket hypothesis (Frankle & Carbin; ICLR 2019) on LeNet-300-100 and MNIST: a network that is pruned
// after training and set back to its first weights learns as well as the whole one with the same number of epochs; with
// other first weights it does not. Tickets are what the step "prune" with `rewind` gives.
import { newModel } from '../../src/core/architectures/architectures';
import { sparsityOf, withZerosOf } from '../../src/core/compression/pruning/sameZeros';
import type { Model } from '../../src/core/ir/graph';
import { formatPercent } from '../../src/shared/base/numbers';
import type { StepsView } from '../../src/shared/contracts/viewModels';
import { idxData } from './idxData';
import { intervalNote, percentInterval, pointsInterval } from './intervals';
import { applied, openWorkbench, testAccuracy, type Workbench } from './workbench';

/** That of the paper for this network: Adam with a learning rate of 0.0012. The epoch is chosen as early stopping does. */
const train = { epochs: 3, batch: 128, learningRate: 0.0012 };
const levels = [
  { left: 0.21, rounds: 5 },
  { left: 0.05, rounds: 5 },
];

interface Level {
  readonly left: number;
  readonly ticket: number;
  readonly redrawn: number;
}

interface Outcome {
  readonly dense: number;
  readonly levels: readonly Level[];
}

/** Test accuracies for each seed, then over all of them. */
export async function benchLottery(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1, 2, 3, 4, 5];
  const outcomes: Outcome[] = [];
  for (const seed of seeds)
    outcomes.push(await run(await openWorkbench(idxData('mnist', 0.1307, 0.3081), seed)));
  const dense = outcomes.map((outcome) => outcome.dense);
  console.log(`${seeds.length} seeds, ${train.epochs} epochs each. ${intervalNote}`);
  console.log(`  all weights: ${percentInterval(dense)}`);
  for (const [i, { left }] of levels.entries()) {
    const tickets = outcomes.map((outcome) => outcome.levels[i]!.ticket);
    const redrawn = outcomes.map((outcome) => outcome.levels[i]!.redrawn);
    console.log(
      `  ${formatPercent(left, 0)} of the weights: rewound ${percentInterval(tickets)} (${pointsInterval(tickets, dense)} points against all weights), ` +
        `drawn anew ${percentInterval(redrawn)} (${pointsInterval(redrawn, dense)}); rewound against drawn anew ${pointsInterval(tickets, redrawn)}`,
    );
  }
}

async function run(bench: Workbench): Promise<Outcome> {
  const { seed } = bench;
  const start = untrained(seed);
  const others = untrained(otherSeeds + seed);
  const dense = await testAccuracy(await trained(start, [{ train }], bench), bench);
  console.log(`seed ${seed}: ${formatPercent(dense, 2)} with all weights`);
  const outcomes: Level[] = [];
  for (const { left, rounds } of levels) {
    const prune = { sparsity: 1 - left, schedule: 'iterative', rounds, rewind: true, fineTune: train };
    const ticket = await trained(start, [{ prune }], bench);
    const redrawn = await trained(
      withZerosOf(others, ticket),
      [{ train: { ...train, keepZeros: true } }],
      bench,
    );
    const outcome = {
      left: 1 - sparsityOf(ticket),
      ticket: await testAccuracy(ticket, bench),
      redrawn: await testAccuracy(redrawn, bench),
    };
    outcomes.push(outcome);
    console.log(
      `  ${formatPercent(outcome.left)} of the weights after ${rounds} rounds: ${formatPercent(outcome.ticket, 2)} rewound, ` +
        `${formatPercent(outcome.redrawn, 2)} drawn anew (${formatPercent(1 - sparsityOf(redrawn))} left)`,
    );
  }
  return { dense, levels: outcomes };
}

/** Far from the seeds of the runs. */
const otherSeeds = 1000;

function untrained(seed: number): Model {
  return newModel({ architecture: 'lenet-300-100', input: [1, 28, 28], classes: 10, seed });
}

async function trained(model: Model, steps: StepsView, bench: Workbench): Promise<Model> {
  return (await applied(model, steps, bench)).model;
}
