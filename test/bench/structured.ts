// Channels taken out of a residual network that is trained on real data: accuracy, multiply-accumulates and the measured
// speed of the two files. Dense and pruned network are trained for as many epochs; the criterion is chosen on validation
// samples, and the test samples are run once, through the written files.
import { inferShapes } from '../../src/core/analysis/shapes';
import { countMacs } from '../../src/core/analysis/macs';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { normals } from '../../src/shared/base/random';
import { formatPercent } from '../../src/shared/base/numbers';
import { idxData } from './idxData';
import { intervalNote, percentInterval, pointsInterval } from './intervals';
import { madeModel, type MadeModel } from './madeModel';
import { residualNetwork } from './networks';
import { timedFiles } from './timedFiles';
import { applied, measured, openWorkbench, validationAccuracy, type Workbench } from './workbench';

interface Task {
  readonly id: string;
  readonly title: string;
  readonly data: () => string;
  readonly train: Readonly<Record<string, unknown>> & { readonly epochs: number };
}

const train = { batch: 128, learningRate: 0.002, schedule: 'cosine' };
const tasks: readonly Task[] = [
  {
    id: 'mnist',
    title: 'MNIST',
    data: () => idxData('mnist', 0.1307, 0.3081),
    train: { epochs: 3, ...train },
  },
  {
    id: 'fashion-mnist',
    title: 'Fashion-MNIST',
    data: () => idxData('fashion-mnist', 0.286, 0.353),
    train: { epochs: 5, ...train, augment: { flip: true, shift: 0.07 } },
  },
];
const pruning = { sparsity: 0.34, granularity: 'channel', scope: 'layer' };
/** ONNX Runtime computes channels in blocks of 16 at most. */
const multiple = 16;
const criteria = ['magnitude', 'magnitudeL2', 'gradient', 'random'];
const rounds = 15;

/** One data set, or all; test accuracies for each seed, then over all of them. */
export async function benchStructured([only, ...others]: readonly string[]): Promise<void> {
  const seeds = others.length > 0 ? others.map(Number) : [1];
  for (const task of tasks.filter(({ id }) => only === undefined || id === only)) await runTask(task, seeds);
}

async function runTask(task: Task, seeds: readonly number[]): Promise<void> {
  const { epochs } = task.train;
  console.log(
    `Residual network of 24, 48 and 96 channels, ${task.title}; ${epochs} epochs, then ${epochs} more with and without pruning before them.`,
  );
  const outcomes: { readonly dense: number; readonly pruned: number }[] = [];
  for (const seed of seeds) {
    outcomes.push(await run(task, await openWorkbench(task.data(), seed)));
  }
  if (seeds.length === 1) return;
  const dense = outcomes.map((outcome) => outcome.dense);
  const pruned = outcomes.map((outcome) => outcome.pruned);
  console.log(
    `${seeds.length} seeds: dense ${percentInterval(dense)}, pruned ${percentInterval(pruned)}, ` +
      `difference of pairs ${pointsInterval(pruned, dense)} points. ${intervalNote}`,
  );
}

async function run(
  { id, train: training }: Task,
  bench: Workbench,
): Promise<{ readonly dense: number; readonly pruned: number }> {
  const { data, seed } = bench;
  const first = await madeModel(
    { name: `structured-${id}-first`, from: residualNetwork(seed), steps: [{ train: training }] },
    bench,
  );
  const criterion = await bestCriterion(first.model, bench);
  const from = first.model;
  const dense = await madeModel(
    { name: `structured-${id}-dense`, from, steps: [{ train: training }] },
    bench,
  );
  const prune = { ...pruning, multiple, criterion };
  const pruned = await madeModel(
    { name: `structured-${id}-pruned`, from, steps: [{ prune }, { train: training }] },
    bench,
  );

  console.log(`seed ${seed} | MACs | parameters | bytes | train | validation | test`);
  const row = async (name: string, { file, totals }: MadeModel): Promise<number> => {
    const accuracies: number[] = [];
    for (const split of [data.train, data.validation, data.test]) {
      accuracies.push((await measured(file, split)).accuracy ?? NaN);
    }
    const sizes = [totals.macs, totals.parameters, totals.bytes];
    console.log(
      `  ${[name, ...sizes, ...accuracies.map((accuracy) => formatPercent(accuracy, 2))].join(' | ')}`,
    );
    return accuracies[2]!;
  };
  await row('before', first);
  const accuracies = { dense: await row('dense', dense), pruned: await row('pruned', pruned) };
  const ratio = (dense.totals.macs / pruned.totals.macs).toFixed(2);
  console.log(`  ${ratio}× fewer MACs; ${await speeds(dense.file, pruned.file)}`);
  await withoutMultiples(first.model, bench);
  return accuracies;
}

/** The one that leaves the highest validation accuracy before any training. */
async function bestCriterion(model: Model, bench: Workbench): Promise<string> {
  const found: { readonly criterion: string; readonly accuracy: number }[] = [];
  for (const criterion of criteria) {
    const { model: pruned } = await applied(model, [{ prune: { ...pruning, multiple, criterion } }], bench);
    found.push({ criterion, accuracy: await validationAccuracy(pruned, bench) });
  }
  const list = found.map(({ criterion, accuracy }) => `${criterion} ${formatPercent(accuracy, 2)}`);
  console.log(`seed ${bench.seed}: validation accuracy right after pruning: ${list.join(', ')}`);
  return found.toSorted((a, b) => b.accuracy - a.accuracy)[0]!.criterion;
}

/** About as many MACs less, but with numbers of channels that are no multiples of anything. */
async function withoutMultiples(model: Model, bench: Workbench): Promise<void> {
  const { model: pruned } = await applied(model, [{ prune: { ...pruning, sparsity: 0.3 } }], bench);
  const ratio = (await macsOf(model)) / (await macsOf(pruned));
  console.log(
    `  for comparison, 30 % of the channels without multiples: ${ratio.toFixed(2)}× fewer MACs; ${await speeds(modelToBytes(model), modelToBytes(pruned))}`,
  );
}

async function speeds(before: string | Uint8Array, after: string | Uint8Array): Promise<string> {
  const columns: string[] = [];
  for (const threads of [1, 2]) {
    for (const batch of [1, 32]) {
      const shape = [batch, 1, 28, 28];
      const feeds = { input: { type: 'float32' as const, shape, data: normals(batch * 28 * 28, 1) } };
      const { beforeMs, afterMs, speedUp } = await timedFiles(before, after, { feeds, threads, rounds });
      columns.push(
        `${threads} thread${threads > 1 ? 's' : ''}, batch ${batch}: ${speedUp.toFixed(2)}× (${beforeMs.toFixed(3)} → ${afterMs.toFixed(3)} ms)`,
      );
    }
  }
  return columns.join('; ');
}

async function macsOf(model: Model): Promise<number> {
  return countMacs(model, await inferShapes(model)).total;
}
