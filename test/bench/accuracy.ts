// Accuracy of networks that are trained from scratch on real data. The validation samples, held out of the training
// samples, choose the epoch; the test samples are run once, through the written file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newModel } from '../../src/core/architectures/architectures';
import { compressModel } from '../../src/core/experiment/compressModel';
import { saveModel } from '../../src/core/formats/saveModel';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import { sharedFile } from '../support/sharedFiles';
import { idxData } from './idxData';

interface Task {
  readonly name: string;
  readonly architecture: string;
  readonly input: readonly number[];
  /** As a data file says it; paths are those of the shared data sets. */
  readonly data: string;
  readonly train: Readonly<Record<string, unknown>>;
  /** Accuracy on the test samples that is to be reached. */
  readonly reach: number;
}

const mnist = idxData('mnist', 0.1307, 0.3081);

const tasks: readonly Task[] = [
  {
    name: 'mnist-lenet-300-100',
    architecture: 'lenet-300-100',
    input: [1, 28, 28],
    data: mnist,
    train: { epochs: 20, batch: 128, schedule: 'cosine', dropout: 0.2 },
    reach: 0.982,
  },
  {
    name: 'mnist-lenet-5',
    architecture: 'lenet-5',
    input: [1, 28, 28],
    data: mnist,
    train: { epochs: 12, batch: 128, schedule: 'cosine', augment: { shift: 0.07, rotate: 8 } },
    reach: 0.991,
  },
  {
    name: 'fashion-mnist-cnn',
    architecture: 'lenet-5',
    input: [1, 28, 28],
    data: idxData('fashion-mnist', 0.286, 0.353),
    train: { epochs: 20, batch: 128, schedule: 'cosine', dropout: 0.4, augment: { flip: true, shift: 0.07 } },
    reach: 0.91,
  },
  {
    name: 'digits-mlp',
    architecture: 'mlp',
    input: [64],
    data: `train: { file: ${sharedFile('datasets/optdigits/optdigits.tra')}, format: csv }
validation: 0.1
test: { file: ${sharedFile('datasets/optdigits/optdigits.tes')}, format: csv }
normalize: { mean: 8, standardDeviation: 8 }
`,
    train: { epochs: 60, batch: 64, schedule: 'cosine', dropout: 0.3 },
    reach: 0.97,
  },
];

/** Runs one task, or all; each with every seed. */
export async function benchAccuracy(args: readonly string[]): Promise<void> {
  const [only] = args;
  const seeds = args.length > 1 ? args.slice(1).map(Number) : [1];
  for (const task of tasks.filter(({ name }) => only === undefined || name === only)) {
    for (const seed of seeds) await run(task, seed);
  }
}

async function run(task: Task, seed: number): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'counterweight-bench-'));
  const file = (name: string): string => path.join(folder, name);
  try {
    const { architecture, input } = task;
    await saveModel(newModel({ architecture, input, classes: 10, seed }), file('new.onnx'), {
      jobId: 'bench',
    });
    await writeFile(file('data.yaml'), task.data);
    const report = await compressModel(
      {
        path: file('new.onnx'),
        steps: [{ train: task.train }],
        output: file('trained.onnx'),
        reportPath: file('report.json'),
        data: file('data.yaml'),
        seed,
        jobId: 'bench',
      },
      {
        signal: new AbortController().signal,
        progress: () => undefined,
        curves: ({ history }) => {
          const { epoch, trainLoss, validationLoss, validationAccuracy, seconds } = history.at(-1)!;
          console.error(
            `  epoch ${epoch}: train ${formatValue(trainLoss ?? NaN)}, validation ${formatValue(validationLoss ?? NaN)}, ${formatPercent(validationAccuracy ?? NaN, 2)}, ${seconds.toFixed(1)} s`,
          );
        },
      },
    );
    const [training] = report.training ?? [];
    const accuracy = report.accuracy?.after.accuracy ?? NaN;
    console.log(
      `${task.name}, seed ${seed}: ${formatPercent(accuracy, 2)} of ${report.accuracy?.after.samples} test samples ` +
        `(to reach: ${formatPercent(task.reach, 1)}), epoch ${training?.bestEpoch}, ${training?.seconds.toFixed(0)} s of training, ` +
        `${report.compressed.parameters} parameters, verdict ${training?.diagnosis.verdict}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
