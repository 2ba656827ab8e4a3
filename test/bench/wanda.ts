// Pruning without any training after it: magnitude against the two methods that look at what comes into layers. Each
// layer loses the same part of its weights. Training samples calibrate; the test samples only measure.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { evaluate } from '../../src/core/analysis/evaluate';
import { newModel } from '../../src/core/architectures/architectures';
import { applySteps, parseSteps } from '../../src/core/compression/steps';
import type { DataSplits } from '../../src/core/data/dataSet';
import { openSplits } from '../../src/core/data/openData';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';
import { formatPercent } from '../../src/shared/base/numbers';
import type { StepsView } from '../../src/shared/contracts/viewModels';
import { stepsContext } from '../support/applyStep';
import { idxData } from './idxData';

const networks = [
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
] as const;
const train = { epochs: 2, batch: 128, schedule: 'cosine' };
const sparsities = [0.5, 0.6, 0.7];
const methods: readonly { readonly name: string; readonly options: Readonly<Record<string, unknown>> }[] = [
  { name: 'magnitude', options: { scope: 'layer' } },
  { name: 'wanda', options: { criterion: 'wanda', scope: 'output' } },
  { name: 'sparsegpt', options: { scope: 'layer', reconstruct: 'sparsegpt' } },
];

export async function benchWanda(args: readonly string[]): Promise<void> {
  const seeds = args.length > 0 ? args.map(Number) : [1];
  const folder = await mkdtemp(path.join(tmpdir(), 'counterweight-bench-'));
  try {
    for (const seed of seeds) {
      for (const network of networks) {
        const file = path.join(folder, 'data.yaml');
        await writeFile(file, network.data());
        await compare(network, await openSplits(file, seed), seed);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(
  { name, architecture }: (typeof networks)[number],
  data: DataSplits,
  seed: number,
): Promise<void> {
  const apply = async (model: Model, steps: StepsView): Promise<Model> =>
    (await applySteps(model, parseSteps(steps), stepsContext({ data, seed }))).model;
  const start = newModel({ architecture, input: [1, 28, 28], classes: 10, seed });
  const dense = await apply(start, [{ train }]);
  console.log(`${name}, seed ${seed}: ${formatPercent(await accuracy(dense, data), 2)} before pruning`);
  for (const sparsity of sparsities) {
    const columns: string[] = [];
    for (const method of methods) {
      const begun = performance.now();
      const pruned = await apply(dense, [{ prune: { sparsity, ...method.options } }]);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      columns.push(`${method.name} ${formatPercent(await accuracy(pruned, data), 2)} (${seconds} s)`);
    }
    console.log(`  ${formatPercent(sparsity, 0)} zeros: ${columns.join(', ')}`);
  }
}

async function accuracy(model: Model, { test }: DataSplits): Promise<number> {
  const session = await (await onnxRuntime()).load(modelToBytes(model));
  try {
    const measured = await evaluate(session, test!, { signal: new AbortController().signal });
    return measured.accuracy ?? NaN;
  } finally {
    await session.dispose();
  }
}
