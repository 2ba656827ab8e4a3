// Pruning in rounds against pruning at once (Han et al.; NIPS 2015), LeNet-300-100 on Fashion-MNIST. Both ways have the
// same dense network, the same number of epochs after it and the same last training; only the zeros come otherwise.
import { newModel } from '../../src/core/architectures/architectures';
import { sparsityOf } from '../../src/core/compression/pruning/sameZeros';
import type { Model } from '../../src/core/ir/graph';
import { formatPercent } from '../../src/shared/base/numbers';
import type { StepsView } from '../../src/shared/contracts/viewModels';
import { idxData } from './idxData';
import { intervalNote, percentInterval, pointsInterval } from './intervals';
import { applied, openWorkbench, testAccuracy, type Workbench } from './workbench';

const train = { epochs: 6, batch: 128, schedule: 'cosine', dropout: 0.2 };
const sparsities = [0.9, 0.95];
const rounds = 6;
const last = { train: { epochs: 4, batch: 128, schedule: 'cosine', dropout: 0.1 } };

/** Both ways have `rounds` epochs while they prune, and the last training after it. */
function waysOf(sparsity: number): Readonly<Record<'once' | 'rounds', StepsView>> {
  const fineTune = { batch: 128, dropout: 0.1, keep: 'last' };
  return {
    once: [{ prune: { sparsity, fineTune: { ...fineTune, epochs: rounds } } }, last],
    rounds: [
      { prune: { sparsity, schedule: 'iterative', rounds, fineTune: { ...fineTune, epochs: 1 } } },
      last,
    ],
  };
}

type Accuracies = Readonly<Record<'once' | 'rounds', number>>;

interface Outcome {
  readonly dense: number;
  /** By sparsity. */
  readonly pruned: readonly Accuracies[];
}

/** Test accuracies for each seed, then over all of them. */
export async function benchIterative(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1, 2, 3, 4, 5];
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    outcomes.push(await run(await openWorkbench(idxData('fashion-mnist', 0.286, 0.353), seed)));
  }
  const epochs = rounds + last.train.epochs;
  console.log(`${seeds.length} seeds, ${epochs} epochs after the dense network. ${intervalNote}`);
  console.log(`  dense: ${percentInterval(outcomes.map(({ dense }) => dense))}`);
  for (const [i, sparsity] of sparsities.entries()) {
    const once = outcomes.map(({ pruned }) => pruned[i]!.once);
    const inRounds = outcomes.map(({ pruned }) => pruned[i]!.rounds);
    console.log(
      `  ${formatPercent(sparsity, 0)} zeros: at once ${percentInterval(once)}, in ${rounds} rounds ${percentInterval(inRounds)}, ` +
        `difference of pairs ${pointsInterval(inRounds, once)} points`,
    );
  }
}

async function run(bench: Workbench): Promise<Outcome> {
  const { seed } = bench;
  const start = newModel({ architecture: 'lenet-300-100', input: [1, 28, 28], classes: 10, seed });
  const dense = await after(start, [{ train }], bench);
  const accuracy = await testAccuracy(dense, bench);
  console.log(`seed ${seed}: ${formatPercent(accuracy, 2)} dense`);
  const pruned: Accuracies[] = [];
  for (const sparsity of sparsities) {
    const ways = waysOf(sparsity);
    const once = await after(dense, ways.once, bench);
    const inRounds = await after(dense, ways.rounds, bench);
    const outcome = { once: await testAccuracy(once, bench), rounds: await testAccuracy(inRounds, bench) };
    pruned.push(outcome);
    console.log(
      `  at once (${formatPercent(sparsityOf(once))} zeros) ${formatPercent(outcome.once, 2)}, ` +
        `in ${rounds} rounds (${formatPercent(sparsityOf(inRounds))} zeros) ${formatPercent(outcome.rounds, 2)}`,
    );
  }
  return { dense: accuracy, pruned };
}

async function after(model: Model, steps: StepsView, bench: Workbench): Promise<Model> {
  return (await applied(model, steps, bench)).model;
}
