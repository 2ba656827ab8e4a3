// Pruning without any training after it: magnitude against the two methods that look at what comes into layers, in every
// scope, with and without biases that make up for what goes. Training samples calibrate; nothing is chosen, and the test
// samples only measure.
import { newModel } from '../../src/core/architectures/architectures';
import { formatPercent } from '../../src/shared/base/numbers';
import { idxData } from './idxData';
import { intervalNote, percentInterval, pointsInterval } from './intervals';
import { applied, openWorkbench, testAccuracy, type Workbench } from './workbench';

interface Network {
  readonly name: string;
  readonly architecture: string;
  readonly epochs: number;
  readonly data: () => string;
}

const networks: readonly Network[] = [
  {
    name: 'LeNet-300-100, MNIST',
    architecture: 'lenet-300-100',
    epochs: 6,
    data: () => idxData('mnist', 0.1307, 0.3081),
  },
  {
    name: 'LeNet-5, MNIST',
    architecture: 'lenet-5',
    epochs: 2,
    data: () => idxData('mnist', 0.1307, 0.3081),
  },
  {
    name: 'LeNet-5, Fashion-MNIST',
    architecture: 'lenet-5',
    epochs: 2,
    data: () => idxData('fashion-mnist', 0.286, 0.353),
  },
];
const sparsities = [0.5, 0.6, 0.7];

interface Method {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const scopes = ['layer', 'output', 'global'] as const;
const criteria = ['magnitude', 'wanda'] as const;
const methods: readonly Method[] = [
  ...(['none', 'bias'] as const).flatMap((reconstruct) =>
    scopes.flatMap((scope) =>
      criteria.map((criterion) => ({
        name: nameOf(criterion, scope, reconstruct),
        options: { criterion, scope, reconstruct },
      })),
    ),
  ),
  { name: 'sparsegpt layer', options: { scope: 'layer', reconstruct: 'sparsegpt' } },
];

function nameOf(criterion: string, scope: string, reconstruct: string): string {
  return `${criterion} ${scope}${reconstruct === 'none' ? '' : ` + ${reconstruct}`}`;
}

/** The first against the second. The paper compares Wanda within outputs with magnitude within layers. */
const pairs: readonly (readonly [string, string])[] = [
  ['wanda output', 'magnitude layer'],
  ...scopes.map((scope) => [`wanda ${scope}`, `magnitude ${scope}`] as const),
  ...scopes.map((scope) => [`wanda ${scope} + bias`, `magnitude ${scope} + bias`] as const),
  ...scopes.map((scope) => [`wanda ${scope} + bias`, `magnitude ${scope}`] as const),
  ['sparsegpt layer', 'magnitude layer'],
  ['sparsegpt layer', 'magnitude layer + bias'],
];

/** A network, a sparsity and a seed, with the accuracies by method. */
interface Cell {
  readonly network: Network;
  readonly sparsity: number;
  readonly accuracies: ReadonlyMap<string, number>;
}

export async function benchWanda(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1, 2, 3];
  const cells: Cell[] = [];
  for (const seed of seeds) {
    for (const network of networks) {
      cells.push(...(await measure(network, await openWorkbench(network.data(), seed))));
    }
  }
  console.log(`${seeds.length} seeds. ${intervalNote}`);
  for (const network of networks) {
    for (const sparsity of sparsities) {
      const own = cells.filter((cell) => cell.network === network && cell.sparsity === sparsity);
      const columns = methods.map(({ name }) => `${name} ${percentInterval(own.map(testOf(name)))}`);
      console.log(`  ${network.name}, ${formatPercent(sparsity, 0)} zeros: ${columns.join(', ')}`);
    }
  }
  compare(cells);
}

async function measure(network: Network, bench: Workbench): Promise<readonly Cell[]> {
  const { name, architecture, epochs } = network;
  const train = { epochs, batch: 256, learningRate: 0.002, schedule: 'cosine' };
  const { seed } = bench;
  const start = newModel({ architecture, input: [1, 28, 28], classes: 10, seed });
  const dense = (await applied(start, [{ train }], bench)).model;
  console.log(`${name}, seed ${seed}: ${formatPercent(await testAccuracy(dense, bench), 2)} before pruning`);
  const cells: Cell[] = [];
  for (const sparsity of sparsities) {
    const accuracies = new Map<string, number>();
    for (const method of methods) {
      const { model } = await applied(dense, [{ prune: { sparsity, ...method.options } }], bench);
      accuracies.set(method.name, await testAccuracy(model, bench));
    }
    const columns = [...accuracies].map(([method, accuracy]) => `${method} ${formatPercent(accuracy, 2)}`);
    console.log(`  ${formatPercent(sparsity, 0)} zeros: ${columns.join(', ')}`);
    cells.push({ network, sparsity, accuracies });
  }
  return cells;
}

function compare(cells: readonly Cell[]): void {
  for (const [one, other] of pairs) {
    const wins = cells.filter((cell) => testOf(one)(cell) > testOf(other)(cell)).length;
    console.log(`  ${one} above ${other} in ${wins} of ${cells.length}`);
    for (const network of networks) {
      for (const sparsity of sparsities) {
        const own = cells.filter((cell) => cell.network === network && cell.sparsity === sparsity);
        const points = pointsInterval(own.map(testOf(one)), own.map(testOf(other)));
        console.log(`    ${network.name}, ${formatPercent(sparsity, 0)} zeros: ${points} points`);
      }
    }
  }
}

function testOf(method: string): (cell: Cell) => number {
  return ({ accuracies }) => accuracies.get(method)!;
}
