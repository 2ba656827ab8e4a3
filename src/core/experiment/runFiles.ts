// What a run keeps in its folder: the recipe that does it again, what happened when, its curves for TensorBoard and,
// while it goes on, the checkpoints that a killed run goes on from. The folder is complete without the editor.
import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError, isAbort, toCounterweightError } from '../../shared/base/errors';
import type { CurvesView, EpochView } from '../../shared/contracts/viewModels';
import { replaceFileAtomically } from '../formats/atomicFiles';
import { openJsonLines, readJsonLines } from './jsonLines';
import type { Recipe } from './recipe/recipe';
import { recipeText } from './recipe/recipeText';
import { openEventFile } from './tensorboard/eventFile';
import { makeReportFolder } from './writeReport';

const checkpointName = 'checkpoint';
const eventsName = 'events.jsonl';
const recipeName = 'recipe.yaml';
const tensorboardName = 'tensorboard';

/** One line of events.jsonl. What stands before the last "started" is of earlier runs in the same folder. */
export type RunEvent =
  | { readonly event: 'started' | 'resumed' | 'finished' | 'cancelled'; readonly time: string }
  | { readonly event: 'failed'; readonly time: string; readonly code: string }
  | ({ readonly event: 'epoch'; readonly time: string; readonly step: number } & EpochView);

export interface RunFiles {
  /** Where checkpoints go. */
  readonly checkpointFolder: string;
  /** Writes down the epochs that are not written down yet. */
  recordCurves(curves: CurvesView): Promise<void>;
  /** Takes the checkpoints away: the run is done. */
  finish(): Promise<void>;
  /** Writes down that the run failed or was cancelled, as far as that can be written. */
  stop(error: unknown): Promise<void>;
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
  if (!resume || !existsSync(file)) {
    const chunks = [new TextEncoder().encode(recipeText(recipe))];
    await replaceFileAtomically({ path: file, chunks }, { jobId });
  }
  const { lines, append } = await openJsonLines<RunEvent>(eventsPath);
  const written = resume ? lastEpochs(lines) : new Map<number, number>();
  const tell = (event: 'started' | 'resumed' | 'finished' | 'cancelled') =>
    append({ event, time: new Date().toISOString() });
  const eventFile = openEventFile(path.join(folder, tensorboardName));
  await tell(resume ? 'resumed' : 'started');
  let writing = Promise.resolve();
  return {
    checkpointFolder,
    recordCurves: ({ step, history }) => {
      const fresh = history.filter(({ epoch }) => epoch > (written.get(step) ?? -1));
      const last = fresh.at(-1);
      if (last) written.set(step, last.epoch);
      writing = writing.then(async () => {
        for (const epoch of fresh) {
          // First: an epoch that is there twice does no harm, and one that is missing would stay so.
          await eventFile.append(epoch, epochsBefore(step, written) + epoch.epoch);
          await append({ event: 'epoch', time: new Date().toISOString(), step, ...epoch });
        }
      });
      return writing;
    },
    finish: async () => {
      await writing;
      await tell('finished');
      await rm(checkpointFolder, { recursive: true, force: true });
    },
    stop: async (error) => {
      await writing.catch(() => undefined);
      const time = new Date().toISOString();
      const code = toCounterweightError(error).code;
      // The failure itself is what a person is told.
      await (isAbort(error) ? tell('cancelled') : append({ event: 'failed', time, code })).catch(
        () => undefined,
      );
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
  for (const name of [checkpointName, eventsName, recipeName, tensorboardName]) {
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
  const others = await readdir(folder).catch(() => undefined);
  if (others?.length === 0) await rmdir(folder);
}

/** The whole lines of events.jsonl; the last one can be cut off where the machine went down. */
export function readEvents(eventsPath: string): Promise<readonly RunEvent[]> {
  return readJsonLines(eventsPath);
}

/** The last epoch of each step since the run was started. */
function lastEpochs(events: readonly RunEvent[]): Map<number, number> {
  const last = new Map<number, number>();
  const started = events.findLastIndex(({ event }) => event === 'started');
  for (const event of events.slice(Math.max(0, started))) {
    if (event.event === 'epoch') last.set(event.step, event.epoch);
  }
  return last;
}

function epochsBefore(step: number, last: ReadonlyMap<number, number>): number {
  return [...last].reduce((sum, [other, epochs]) => (other < step ? sum + epochs : sum), 0);
}
