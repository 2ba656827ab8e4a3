// Networks that benchmarks train: each is made once and kept in the folder of temporary files, so that what is done to it
// afterwards can be tried again without training it again.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectModel } from '../../src/core/analysis/inspectModel';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import { openModel } from '../../src/core/formats/openModel';
import { saveModel } from '../../src/core/formats/saveModel';
import type { Model } from '../../src/core/ir/graph';
import type { ModelView, StepsView, TrainingView } from '../../src/shared/contracts/viewModels';
import { applied, type Workbench } from './workbench';

export interface Making {
  /** Begins the name of the file, and the lines that tell of its epochs. */
  readonly name: string;
  readonly from: Model;
  readonly steps: StepsView;
}

export interface MadeModel {
  /** As the file holds it. */
  readonly model: Model;
  readonly file: string;
  readonly totals: ModelView['totals'];
  /** One entry for each training step. */
  readonly training: readonly TrainingView[];
}

/**
 * What the steps make of a network, written to a file. The file that the same steps made of the same network with the
 * same data and seed is taken as it is, and said to be.
 */
export async function madeModel({ name, from, steps }: Making, bench: Workbench): Promise<MadeModel> {
  const folder = path.join(tmpdir(), 'counterweight-bench');
  await mkdir(folder, { recursive: true });
  const { data, seed } = bench;
  const samples = [data.train, data.validation].map((set) => [set.name, set.count]);
  const key = createHash('sha256')
    .update(modelToBytes(from))
    .update(JSON.stringify([steps, samples, seed]));
  const stem = path.join(folder, `${name}-${seed}-${key.digest('hex').slice(0, 12)}`);
  const [file, told] = [`${stem}.onnx`, `${stem}.json`];
  if (existsSync(told)) {
    console.error(`  ${name}, seed ${seed}: taken from ${file}`);
  } else {
    console.error(`  ${name}, seed ${seed}`);
    const { model, training } = await applied(from, steps, bench);
    await saveModel(model, file, { jobId: 'bench' });
    await writeFile(told, JSON.stringify(training));
  }
  const { totals } = await inspectModel(file, new AbortController().signal);
  const training = JSON.parse(await readFile(told, 'utf8')) as readonly TrainingView[];
  return { model: openModel(file), file, totals, training };
}
