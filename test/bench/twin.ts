// The depthwise-separable twin of a convolutional network: what it costs in accuracy on MNIST, with as many
// epochs for both, and what it is worth on Fashion-MNIST to begin at the kernels that come nearest to the given ones
// instead of at random ones. The test samples are run once, through the written files.
import { fraction } from '../../src/core/data/subset';
import { formatPercent } from '../../src/shared/base/numbers';
import type { TrainingView } from '../../src/shared/contracts/viewModels';
import { idxData } from './idxData';
import { intervalNote, intervalOf, percentInterval, pointsInterval } from './intervals';
import { madeModel, type MadeModel } from './madeModel';
import { plainNetwork, plainTraining } from './networks';
import { measured, openWorkbench, type Workbench } from './workbench';

/** Of the training samples, where beginnings are compared. */
const part = 0.2;
const beginnings = ['leastSquares', 'random'] as const;

type Beginning = (typeof beginnings)[number];

/** Beginnings with every seed, then the twin with the first of them. */
export async function benchTwin(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1, 2, 3];
  await compareBeginnings(seeds);
  await compareTwin(await openWorkbench(idxData('mnist', 0.1307, 0.3081), seeds[0]!));
}

function open(seed: number): Promise<Workbench> {
  return openWorkbench(idxData('fashion-mnist', 0.286, 0.353), seed);
}

async function compareBeginnings(seeds: readonly number[]): Promise<void> {
  const runs: Record<Beginning, { readonly training: TrainingView; readonly accuracy: number }[]> = {
    leastSquares: [],
    random: [],
  };
  for (const seed of seeds) {
    const bench = await open(seed);
    const { data } = bench;
    const few = { ...bench, data: { ...data, train: fraction(data.train, part, seed) } };
    const plain = await madeModel(
      { name: 'twin-plain-few', from: plainNetwork(seed), steps: [{ train: plainTraining }] },
      few,
    );
    for (const initialize of beginnings) {
      const twin = await madeModel(
        {
          name: `twin-${initialize}`,
          from: plain.model,
          steps: [{ replace: { with: 'depthwise-separable', initialize } }, { train: plainTraining }],
        },
        few,
      );
      const accuracy = (await measured(twin.file, data.test)).accuracy ?? NaN;
      runs[initialize].push({ training: twin.training.at(-1)!, accuracy });
    }
  }
  console.log(
    `Beginnings, ${formatPercent(part, 0)} of the training samples, ${plainTraining.epochs} epochs; ${seeds.length} seeds. ${intervalNote}`,
  );
  for (const initialize of beginnings) {
    const curve = Array.from({ length: plainTraining.epochs + 1 }, (_, epoch) => {
      const own = runs[initialize].map(({ training }) => training.history[epoch]!.validationAccuracy ?? NaN);
      return formatPercent(intervalOf(own).mean, 2);
    });
    console.log(`  ${initialize}: validation after epochs 0 to ${plainTraining.epochs}: ${curve.join(', ')}`);
  }
  const [near, random] = beginnings.map((initialize) => runs[initialize].map(({ accuracy }) => accuracy));
  console.log(
    `  test: leastSquares ${percentInterval(near!)}, random ${percentInterval(random!)}, difference of pairs ${pointsInterval(near!, random!)} points`,
  );
}

/** The network and its twin, both trained twice as long as the network was before the replacement. */
async function compareTwin(bench: Workbench): Promise<void> {
  const train = { epochs: 4, batch: 128, learningRate: 0.002, schedule: 'cosine' };
  const { data, seed } = bench;
  const first = await madeModel(
    { name: 'twin-mnist-first', from: plainNetwork(seed), steps: [{ train }] },
    bench,
  );
  const from = first.model;
  const plain = await madeModel({ name: 'twin-mnist-network', from, steps: [{ train }] }, bench);
  const replace = { with: 'depthwise-separable' };
  const twin = await madeModel({ name: 'twin-mnist-twin', from, steps: [{ replace }, { train }] }, bench);
  console.log(
    `Network and twin, MNIST, seed ${seed}; ${train.epochs} epochs, then ${train.epochs} more with and without replacement.`,
  );
  console.log('  parameters | MACs | bytes | train | validation | test');
  const row = async (name: string, { file, totals }: MadeModel): Promise<number> => {
    const accuracies: number[] = [];
    for (const split of [data.train, data.validation, data.test]) {
      accuracies.push((await measured(file, split)).accuracy ?? NaN);
    }
    const sizes = [totals.parameters, totals.macs, totals.bytes];
    console.log(
      `  ${[name, ...sizes, ...accuracies.map((accuracy) => formatPercent(accuracy, 2))].join(' | ')}`,
    );
    return accuracies[2]!;
  };
  await row('before', first);
  const lost = (await row('network', plain)) - (await row('twin', twin));
  console.log(
    `  ${(plain.totals.parameters / twin.totals.parameters).toFixed(2)}× fewer parameters, ${(100 * lost).toFixed(2)} points lost`,
  );
}
