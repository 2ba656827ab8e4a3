// A run that leaves something to go on from when it is stopped, and nothing of it when there is nothing to go on from.
import { holdsCheckpoint, removeRunFiles } from '../core/experiment/runFiles';
import { CounterweightError, isAbort } from '../shared/base/errors';
import type { CommandContext } from './commandLine';

/** Runs the work and tidies its run folder up where it failed: what is of no use then goes. */
export async function resumableRun<T>(
  runFolder: string,
  context: CommandContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await tidyUp(error, runFolder, context);
    throw error;
  }
}

/** What can be gone on with stays; a run that would diverge again, or has not come to a checkpoint, leaves nothing. */
async function tidyUp(error: unknown, runFolder: string, context: CommandContext): Promise<void> {
  if (CounterweightError.is(error, 'RUN_UNFINISHED')) return;
  const goesOn = !CounterweightError.is(error, 'TRAINING_DIVERGED') && (await holdsCheckpoint(runFolder));
  if (!goesOn) await removeRunFiles(runFolder);
  else if (isAbort(error)) context.keeps(runFolder);
}
