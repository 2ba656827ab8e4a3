// Pruning without any training after it: magnitude against the two methods that look at what comes into layers, each in
// every scope that it has. Training samples calibrate. Scopes are chosen on the validation samples, for all networks and
// sparsities at once; the test samples measure.
import { newModel } from '../../src/core/architectures/architectures';
import { formatPercent } from '../../src/shared/base/numbers';
import { idxData } from './idxData';
import { intervalNote, percentInterval, pointsInterval } from './intervals';
import { applied, openWorkbench, testAccuracy, validationAccuracy, type Workbench } from './workbench';

interface Network {
  readonly name: string;
  readonly architecture: string;
  readonly data: () => string;
}

const networks: readonly Network[] = [
  {
    name: 'LeNet-300-100, MNIST',
    architecture: 'lenet-300-100',
    data: () => idxData('mnist', 0.1307, 0.3081),
  },
  { name: 'LeNet-5, MNIST', architecture: 'lenet-5', data: () => idxData('mnist', 0.1307, 0.3081) },
  {
    name: 'LeNet-5, Fashion-MNIST',
    architecture: 'lenet-5',
    data: () => idxData('fashion-mnist', 0.286, 0.353),
  },
];
const train = { epochs: 2, batch: 128, schedule: 'cosine' };
const sparsities = [0.5, 0.6, 0.7];

interface Method {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

const scopes = ['layer', 'output', 'global'] as const;
const methods: readonly Method[] = [
  ...scopes.map((scope) => ({ name: `magnitude ${scope}`, options: { scope } })),
  ...scopes.map((scope) => ({ name: `wanda ${scope}`, options: { criterion: 'wanda', scope } })),
  { name: 'sparsegpt layer', options: { scope: 'layer', reconstruct: 'sparsegpt' } },
];

interface Accuracies {
  readonly validation: number;
  readonly test: number;
}

/** A network, a sparsity and a seed, with the accuracies by method. */
interface Cell {
  readonly network: Network;
  readonly sparsity: number;
  readonly accuracies: ReadonlyMap<string, Accuracies>;
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
  const { name, architecture } = network;
  const { seed } = bench;
  const start = newModel({ architecture, input: [1, 28, 28], classes: 10, seed });
  const dense = (await applied(start, [{ train }], bench)).model;
  console.log(`${name}, seed ${seed}: ${formatPercent(await testAccuracy(dense, bench), 2)} before pruning`);
  const cells: Cell[] = [];
  for (const sparsity of sparsities) {
    const accuracies = new Map<string, Accuracies>();
    for (const method of methods) {
      const { model } = await applied(dense, [{ prune: { sparsity, ...method.options } }], bench);
      const validation = await validationAccuracy(model, bench);
      accuracies.set(method.name, { validation, test: await testAccuracy(model, bench) });
    }
    const columns = [...accuracies].map(([method, { test }]) => `${method} ${formatPercent(test, 2)}`);
    console.log(`  ${formatPercent(sparsity, 0)} zeros: ${columns.join(', ')}`);
    cells.push({ network, sparsity, accuracies });
  }
  return cells;
}

/** Each method in its best scope, in the scope of its paper, and in the same scope as the other. */
function compare(cells: readonly Cell[]): void {
  const best = (criterion: string): string => {
    const own = methods.map(({ name }) => name).filter((name) => name.startsWith(criterion));
    return own.toSorted((a, b) => meanValidation(cells, b) - meanValidation(cells, a))[0]!;
  };
  const pairs = [
    [best('wanda'), best('magnitude')],
    ['wanda output', 'magnitude layer'],
    ...scopes.map((scope) => [`wanda ${scope}`, `magnitude ${scope}`]),
    ['sparsegpt layer', best('magnitude')],
    ['sparsegpt layer', 'magnitude layer'],
  ] as const;
  console.log(`Best scopes by validation: ${best('magnitude')}, ${best('wanda')}.`);
  for (const [one = '', other = ''] of pairs) {
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
  return ({ accuracies }) => accuracies.get(method)!.test;
}

function meanValidation(cells: readonly Cell[], method: string): number {
  return cells.reduce((sum, { accuracies }) => sum + accuracies.get(method)!.validation, 0) / cells.length;
}
