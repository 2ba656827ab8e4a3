// What a run keeps in its folder while it goes on: the steps that it was started with, what happened so far, and the
// checkpoints that a killed run goes on from. See DESIGN: a run's folder is complete without the editor.
import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { CurvesView, EpochView } from '../../shared/contracts/viewModels';
import { writeFilesAtomically } from '../formats/atomicFiles';
import { openJsonLines, readJsonLines } from './jsonLines';
import type { Recipe } from './recipe/recipe';
import { recipeText } from './recipe/recipeText';
import { makeReportFolder } from './writeReport';

const checkpointName = 'checkpoint';
const eventsName = 'events.jsonl';
const recipeName = 'recipe.yaml';

/** One line of events.jsonl. */
export type RunEvent =
  | { readonly event: 'started' | 'resumed'; readonly time: string }
  | ({ readonly event: 'epoch'; readonly time: string; readonly step: number } & EpochView);

export interface RunFiles {
  /** Where checkpoints go. */
  readonly checkpointFolder: string;
  /** Writes down the epochs that are not written down yet. */
  recordCurves(curves: CurvesView): Promise<void>;
  /** Takes the checkpoints away: the run is done. */
  finish(): Promise<void>;
}

/**
 * Opens the folder of a run. Without `resume` a folder that holds checkpoints is somebody's unfinished work: throws
 * RUN_UNFINISHED. Throws OUTPUT_UNWRITABLE too.
 */
export async function openRunFiles(
  folder: string,
  recipe: Recipe,
  { resume, jobId }: { readonly resume: boolean; readonly jobId: string },
): Promise<RunFiles> {
  const checkpointFolder = path.join(folder, checkpointName);
  const eventsPath = path.join(folder, eventsName);
  if (!resume && existsSync(checkpointFolder)) {
    throw new CounterweightError('RUN_UNFINISHED', { path: folder });
  }
  await makeReportFolder(folder);
  const file = recipePath(folder);
  if (!existsSync(file)) {
    const chunks = [new TextEncoder().encode(recipeText(recipe))];
    await writeFilesAtomically([{ path: file, chunks }], { jobId });
  }
  const { lines, append } = await openJsonLines<RunEvent>(eventsPath);
  const written = lastEpochs(lines);
  await append({ event: resume ? 'resumed' : 'started', time: new Date().toISOString() });
  let writing = Promise.resolve();
  return {
    checkpointFolder,
    recordCurves: ({ step, history }) => {
      const fresh = history.filter(({ epoch }) => epoch > (written.get(step) ?? -1));
      const last = fresh.at(-1);
      if (last) written.set(step, last.epoch);
      writing = writing.then(async () => {
        for (const epoch of fresh) {
          await append({ event: 'epoch', time: new Date().toISOString(), step, ...epoch });
        }
      });
      return writing;
    },
    finish: async () => {
      await writing;
      await rm(checkpointFolder, { recursive: true, force: true });
    },
  };
}

/** The recipe of a run, resolved. */
export function recipePath(folder: string): string {
  return path.join(folder, recipeName);
}

/** Whether a run in this folder can be gone on with. */
export async function holdsCheckpoint(folder: string): Promise<boolean> {
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await readdir(path.join(folder, checkpointName), options).catch(() => []);
  return entries.some((entry) => entry.isFile());
}

/** Takes away what a run has put into its folder, and the folder where nobody else has put something there. */
export async function removeRunFiles(folder: string): Promise<void> {
  for (const name of [checkpointName, eventsName, recipeName]) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
  const others = await readdir(folder).catch(() => undefined);
  if (others?.length === 0) await rmdir(folder);
}

/** The whole lines of events.jsonl; the last one can be cut off where the machine went down. */
export function readEvents(eventsPath: string): Promise<readonly RunEvent[]> {
  return readJsonLines(eventsPath);
}

function lastEpochs(events: readonly RunEvent[]): Map<number, number> {
  const last = new Map<number, number>();
  for (const event of events) if (event.event === 'epoch') last.set(event.step, event.epoch);
  return last;
}
