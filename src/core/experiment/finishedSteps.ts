// What the finished steps of a run made, kept beside its checkpoints: a run that was stopped goes on behind the last one
// that took long, instead of making it again.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import { externalDataPath } from '../../shared/base/externalData';
import type { ModelFile } from '../analysis/compareLayers';
import type { FinishedStep, StepKeeper } from '../compression/steps';
import { replaceFileAtomically } from '../formats/atomicFiles';
import { makeFolder } from '../formats/makeFolder';
import { modelFiles, openModel } from '../formats/openModel';
import { saveModel } from '../formats/saveModel';
import type { Recipe } from './recipe/recipe';

/** A step that took less is made again sooner than it is kept and read. */
const leastMs = 3000;

/** What a kept result depends on. */
interface Origin {
  /** Hash of the original's files. */
  readonly model: string;
  /** Data, seed and the steps up to the kept one, as text. */
  readonly recipe: string;
}

/** The content of step-<n>.json; the model is in step-<n>.onnx beside it. It is written last, so that both are whole. */
interface Kept extends Omit<FinishedStep, 'model'> {
  readonly version: 1;
  readonly origin: Origin;
}

export interface FinishedStepsParams {
  /** The run's checkpoint folder; it need not be there. */
  readonly folder: string;
  readonly original: ModelFile;
  /** What the run does; each step names one. */
  readonly recipe: Pick<Recipe, 'data' | 'seed' | 'steps'>;
  readonly jobId: string;
  readonly signal: AbortSignal;
}

/**
 * Keeps steps in a folder. `latest` throws CHECKPOINT_MISMATCH where what is kept is of another model or recipe, and
 * CHECKPOINT_DAMAGED where it cannot be read; `keep` throws what writing throws.
 */
export function finishedSteps({ folder, original, recipe, jobId, signal }: FinishedStepsParams): StepKeeper {
  let hash: Promise<string> | undefined;
  const originOf = async (index: number): Promise<Origin> => {
    hash ??= hashOf(modelFiles(original.model, original.path), signal);
    const { data, seed, steps } = recipe;
    return { model: await hash, recipe: JSON.stringify({ data, seed, steps: steps.slice(0, index + 1) }) };
  };
  return {
    latest: async () => {
      const index = await lastKept(folder);
      if (index === undefined) return undefined;
      const file = stem(folder, index);
      const { origin, version: _, ...kept } = await readKept(`${file}.json`);
      const expected = await originOf(index);
      const difference = (['model', 'recipe'] as const).find((part) => origin[part] !== expected[part]);
      if (difference)
        throw new CounterweightError('CHECKPOINT_MISMATCH', { path: `${file}.json`, difference });
      return { ...kept, model: openModel(`${file}.onnx`) };
    },
    keep: async ({ model, ...finished }, tookMs) => {
      if (tookMs < leastMs) return;
      const file = stem(folder, finished.index);
      await makeFolder(folder);
      // A process that was killed between the two files has left the first.
      for (const left of [`${file}.onnx`, externalDataPath(`${file}.onnx`)]) await rm(left, { force: true });
      await saveModel(model, `${file}.onnx`, { jobId, signal });
      const kept: Kept = { version: 1, origin: await originOf(finished.index), ...finished };
      const chunks = [new TextEncoder().encode(JSON.stringify(kept))];
      await replaceFileAtomically({ path: `${file}.json`, chunks }, { jobId, signal });
    },
  };
}

/** Without its ending, beside the folder in which a training step has its checkpoint. */
function stem(folder: string, index: number): string {
  return path.join(folder, `step-${index}`);
}

async function lastKept(folder: string): Promise<number | undefined> {
  if (!existsSync(folder)) return undefined;
  const indices = (await readdir(folder)).flatMap((name) => {
    const index = /^step-(\d+)\.json$/.exec(name)?.[1];
    return index === undefined ? [] : [Number(index)];
  });
  return indices.length === 0 ? undefined : Math.max(...indices);
}

async function readKept(file: string): Promise<Kept> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Kept;
    if (kept.version === 1) return kept;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CounterweightError('CHECKPOINT_DAMAGED', { path: file, problem }, { cause: error });
  }
  throw new CounterweightError('CHECKPOINT_DAMAGED', { path: file, problem: 'it is of another version' });
}

/** Of the files' content, in order; they are never in memory as a whole. */
async function hashOf(files: readonly string[], signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) {
      hash.update(chunk as Buffer);
    }
  }
  return hash.digest('hex');
}
