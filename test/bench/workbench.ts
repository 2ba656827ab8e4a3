// What benchmarks of compression have in common: data for a seed, steps as a recipe has them, and the test samples run
// once through the written file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { evaluate } from '../../src/core/analysis/evaluate';
import { applySteps, parseSteps, type StepsResult } from '../../src/core/compression/steps';
import type { DataSet, DataSplits } from '../../src/core/data/dataSet';
import { openSplits } from '../../src/core/data/openData';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import { saveModel } from '../../src/core/formats/saveModel';
import type { Model } from '../../src/core/ir/graph';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { MeasureView, StepsView } from '../../src/shared/contracts/viewModels';
import { stepsContext } from '../support/applyStep';

export interface Workbench {
  readonly data: DataSplits & { readonly test: DataSet };
  /** Of everything random: the split, the first weights, the order of samples. */
  readonly seed: number;
}

/** The content of a data file, opened for a seed. */
export async function openWorkbench(dataFile: string, seed: number): Promise<Workbench> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'data.yaml');
    await writeFile(file, dataFile);
    const { test, ...data } = await openSplits(file, seed);
    if (!test) throw new Error('The data of a benchmark have test samples');
    return { data: { ...data, test }, seed };
  });
}

/** Applies steps as a recipe does; epochs are told on the standard error. */
export function applied(model: Model, steps: StepsView, { data, seed }: Workbench): Promise<StepsResult> {
  return applySteps(
    model,
    parseSteps(steps),
    stepsContext({
      data: { train: data.train, validation: data.validation },
      seed,
      curves: ({ history }) => {
        const { epoch, sparsity, trainLoss, validationLoss, validationAccuracy, seconds } = history.at(-1)!;
        const zeros = sparsity === undefined ? '' : `, ${formatPercent(sparsity)} zeros`;
        console.error(
          `    epoch ${epoch}${zeros}: train ${formatValue(trainLoss ?? NaN)}, validation ${formatValue(validationLoss ?? NaN)}, ${formatPercent(validationAccuracy ?? NaN, 2)}, ${seconds.toFixed(1)} s`,
        );
      },
    }),
  );
}

/** Writes the model and runs the written file on all test samples: for what has been chosen already. */
export async function testAccuracy(model: Model, { data }: Workbench): Promise<number> {
  return inFolder(async (folder) => {
    const file = path.join(folder, 'model.onnx');
    await saveModel(model, file, { jobId: 'bench' });
    return (await measured(file, data.test)).accuracy ?? NaN;
  });
}

/** What choices are made by. */
export async function validationAccuracy(model: Model, { data }: Workbench): Promise<number> {
  return (await measured(modelToBytes(model), data.validation)).accuracy ?? NaN;
}

/** Loss and accuracy of a model, or of its file, on all samples. */
export async function measured(model: string | Uint8Array, data: DataSet): Promise<MeasureView> {
  const session = await (await onnxRuntime()).load(model);
  try {
    return await evaluate(session, data, { signal: new AbortController().signal });
  } finally {
    await session.dispose();
  }
}

async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'counterweight-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
