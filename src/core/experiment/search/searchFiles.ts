// What a search keeps in its folder: how it was started, every trial with its file and its curves, and, while it is
// not finished, the checkpoints that it goes on from.
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../../shared/base/errors';
import type { Budget } from '../../../shared/base/searchBudget';
import type { TrialView } from '../../../shared/contracts/searchViews';
import type { TrainingView } from '../../../shared/contracts/viewModels';
import { replaceFileAtomically, writeFilesAtomically, type WriteOptions } from '../../formats/atomicFiles';
import { saveModel } from '../../formats/saveModel';
import type { Model } from '../../ir/graph';
import { openJsonLines } from '../jsonLines';
import { makeReportFolder } from '../writeReport';
import type { LatencyMemory } from './costs';

/** How a search was started: what its course follows from. The content of search.json. */
export interface SearchSettings {
  readonly budget: Budget;
  readonly architectures: readonly string[];
  readonly data: string;
  readonly trials: number;
  readonly epochs: number;
  readonly seed: number;
}

/** A line of trials.jsonl: a trial after one of its rungs. Paths are relative to the folder. */
export type TrialLine = TrialView;

export interface SearchFiles {
  /** Rungs that were finished before, in their order. */
  readonly lines: readonly TrialLine[];
  readonly latencies: LatencyMemory;
  /** Where the network that a trial had after a rung is, relative to the folder. */
  modelPath(trial: number, rung: number): string;
  /** Writes what a trial became on a rung; without a model where it diverged. */
  keep(
    line: TrialLine,
    result: { readonly model: Model; readonly training: TrainingView } | undefined,
  ): Promise<void>;
  /** Where a trial leaves its checkpoints on a rung, or in the training for all epochs. */
  checkpointFolder(trial: number, rung: number | 'all'): string;
  /** Takes away what a finished rung needs no more. */
  dropCheckpoint(folder: string): Promise<void>;
  /** Takes away what only an unfinished search needs. */
  finish(): Promise<void>;
}

const settingsName = 'search.json';
const trialsName = 'trials.jsonl';
const latenciesName = 'latencies.jsonl';
const trialsFolder = 'trials';
const checkpointName = 'checkpoint';

/**
 * Opens the folder of a search. Throws RUN_UNFINISHED where it holds one and `resume` is not set, CHECKPOINT_MISMATCH
 * where it holds one that was started otherwise, CHECKPOINT_DAMAGED and OUTPUT_UNWRITABLE.
 */
export async function openSearchFiles(
  folder: string,
  settings: SearchSettings,
  { resume, ...write }: WriteOptions & { readonly resume: boolean },
): Promise<SearchFiles> {
  const settingsPath = path.join(folder, settingsName);
  const begun = existsSync(settingsPath);
  if (begun && !resume) throw new CounterweightError('RUN_UNFINISHED', { path: folder });
  await makeReportFolder(folder);
  if (begun) await checkSettings(settingsPath, settings);
  else await writeFilesAtomically([jsonFile(settingsPath, settings)], write);
  const { lines, append } = await openJsonLines<TrialLine>(path.join(folder, trialsName));
  const checkpoints = path.join(folder, checkpointName);
  return {
    lines,
    latencies: await openLatencies(path.join(folder, latenciesName)),
    modelPath,
    keep: async (line, result) => {
      if (result) {
        const model = path.join(folder, modelPath(line.trial, line.rung));
        await makeReportFolder(path.dirname(model));
        // A process that was killed before it wrote the line has left them.
        await rm(model, { force: true });
        await saveModel(result.model, model, write);
        await replaceFileAtomically(jsonFile(model.replace(/\.onnx$/, '.json'), result.training), write);
      }
      await append(line);
    },
    checkpointFolder: (trial, rung) => path.join(checkpoints, `trial-${trial}-rung-${rung}`),
    dropCheckpoint: (checkpoint) => rm(checkpoint, { recursive: true, force: true }),
    finish: async () => {
      await rm(checkpoints, { recursive: true, force: true });
      await rm(path.join(folder, latenciesName), { force: true });
    },
  };
}

/** Whether a search in this folder has come so far that going on is worth it. */
export async function holdsTrials(folder: string): Promise<boolean> {
  if (existsSync(path.join(folder, trialsName))) return true;
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await readdir(path.join(folder, checkpointName), options).catch(() => []);
  return entries.some((entry) => entry.isFile());
}

/** Takes away what a search that has come to nothing has put into its folder. */
export async function removeSearchFiles(folder: string): Promise<void> {
  for (const name of [settingsName, trialsName, latenciesName, trialsFolder, checkpointName]) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

function modelPath(trial: number, rung: number): string {
  return path.join(trialsFolder, String(trial), `rung-${rung}.onnx`);
}

async function checkSettings(file: string, settings: SearchSettings): Promise<void> {
  let kept: Partial<Record<string, unknown>>;
  try {
    kept = JSON.parse(await readFile(file, 'utf8')) as typeof kept;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CounterweightError('CHECKPOINT_DAMAGED', { path: file, problem }, { cause: error });
  }
  const difference = Object.entries(settings).find(
    ([key, value]) => JSON.stringify(kept[key]) !== JSON.stringify(value),
  );
  if (difference) {
    throw new CounterweightError('CHECKPOINT_MISMATCH', { path: file, difference: difference[0] });
  }
}

interface LatencyLine {
  readonly candidate: string;
  readonly milliseconds: number;
}

async function openLatencies(file: string): Promise<LatencyMemory> {
  const { lines, append } = await openJsonLines<LatencyLine>(file);
  const known = new Map(lines.map(({ candidate, milliseconds }) => [candidate, milliseconds]));
  return {
    get: (candidate) => known.get(candidate),
    keep: async (candidate, milliseconds) => {
      known.set(candidate, milliseconds);
      await append({ candidate, milliseconds });
    },
  };
}

function jsonFile(file: string, content: unknown) {
  return { path: file, chunks: [new TextEncoder().encode(`${JSON.stringify(content, null, 2)}\n`)] };
}
