// Layers taken apart into narrow ones: accuracy against parameters, right after it and after one epoch of training. The
// control is the given network with that epoch. Nothing is chosen; the test samples are run through the written files.
import { newModel } from '../../src/core/architectures/architectures';
import type { Model } from '../../src/core/ir/graph';
import { formatPercent } from '../../src/shared/base/numbers';
import type { StepsView } from '../../src/shared/contracts/viewModels';
import { idxData } from './idxData';
import { madeModel } from './madeModel';
import { plainNetwork, plainTraining } from './networks';
import { measured, openWorkbench } from './workbench';

const ratios = [0.5, 0.25];

interface Network {
  /** Of its file. */
  readonly id: string;
  readonly name: string;
  readonly from: (seed: number) => Model;
  readonly data: () => string;
  readonly train: Readonly<Record<string, unknown>>;
}

const networks: readonly Network[] = [
  {
    id: 'lenet-300-100',
    name: 'LeNet-300-100, MNIST',
    from: (seed) => newModel({ architecture: 'lenet-300-100', input: [1, 28, 28], classes: 10, seed }),
    data: () => idxData('mnist', 0.1307, 0.3081),
    train: { epochs: 4, batch: 128, schedule: 'cosine' },
  },
  {
    id: 'plain',
    name: 'Four convolutions of 32 to 128 channels, Fashion-MNIST',
    from: plainNetwork,
    data: () => idxData('fashion-mnist', 0.286, 0.353),
    train: plainTraining,
  },
];
const fineTune = { train: { epochs: 1, batch: 128, learningRate: 0.0005, schedule: 'cosine' } };

/** Convolutions with kernels by Tucker's decomposition, all other layers by that of singular values. */
export async function benchLowRank(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1];
  for (const seed of seeds) for (const network of networks) await compare(network, seed);
}

async function compare({ id, name, from, data, train }: Network, seed: number): Promise<void> {
  const bench = await openWorkbench(data(), seed);
  const first = await madeModel({ name: id, from: from(seed), steps: [{ train }] }, bench);
  console.log(`${name}, seed ${seed}; parameters, test accuracy, and after one epoch of training`);
  const row = async (title: string, steps: StepsView): Promise<void> => {
    const before =
      steps.length === 0
        ? first
        : await madeModel({ name: `${id}-lowrank`, from: first.model, steps }, bench);
    const after = await madeModel(
      { name: `${id}-tuned`, from: first.model, steps: [...steps, fineTune] },
      bench,
    );
    const [own, tuned] = [
      await measured(before.file, bench.data.test),
      await measured(after.file, bench.data.test),
    ];
    console.log(
      `  ${title} | ${before.totals.parameters} | ${formatPercent(own.accuracy ?? NaN, 2)} | ${formatPercent(tuned.accuracy ?? NaN, 2)}`,
    );
  };
  await row('as it is', []);
  for (const ratio of ratios) {
    await row(`${formatPercent(ratio, 0)} of the weights of each layer`, [{ lowRank: { ratio } }]);
  }
}
