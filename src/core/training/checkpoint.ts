// What a killed run goes on from: everything that the next epoch depends on and that does not follow from the task.
// Orders, augmentation and dropout follow from the seed (seeds.ts), the learning rate from the history (schedule.ts),
// so that what is left is the trainer's state, the best one so far and what was measured.
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { EpochView } from '../../shared/contracts/viewModels';
import { makeFolder } from '../formats/makeFolder';
import type { Watch } from './divergence';
import { fingerprintDifference, type Fingerprint } from './fingerprint';
import type { TrainerState } from './trainer';
import { readVectorFile, writeVectorFile } from './vectorFile';

/** A run at the end of an epoch. */
export interface RunState {
  /** From epoch 0 on. */
  readonly history: readonly EpochView[];
  readonly watch: Watch;
  readonly now: TrainerState;
  /** The trainer's state in the best epoch, where the run keeps it; the same object as `now` where that is the best. */
  readonly best?: TrainerState;
}

/** The name of the file in the folder of checkpoints. Its layout is described in vectorFile.ts. */
export const checkpointName = 'checkpoint.safetensors';

const version = 1;

/** The text of the file. Vectors are named `now/…` and `best/…`. */
interface CheckpointText {
  readonly version: typeof version;
  readonly fingerprint: Fingerprint;
  readonly history: readonly EpochView[];
  readonly watch: Watch;
  readonly steps: number;
  /** Steps until the best epoch; `same` where its state is that of now; absent where it is not kept. */
  readonly best?: { readonly steps: number } | 'same';
}

/** Writes the checkpoint in the place of the last one. Throws OUTPUT_UNWRITABLE and DISK_FULL. */
export async function writeCheckpoint(
  folder: string,
  fingerprint: Fingerprint,
  { history, watch, now, best }: RunState,
  signal: AbortSignal,
): Promise<void> {
  await makeFolder(folder);
  const text: CheckpointText = {
    version,
    fingerprint,
    history,
    watch,
    steps: now.steps,
    ...(best && { best: best === now ? 'same' : { steps: best.steps } }),
  };
  const vectors = {
    ...prefixed('now/', now),
    ...(best && best !== now && prefixed('best/', best)),
  };
  await writeVectorFile(path.join(folder, checkpointName), { text: JSON.stringify(text), vectors }, signal);
}

/**
 * The run that the checkpoint in a folder holds; undefined where there is none. Throws CHECKPOINT_MISMATCH where it is
 * that of another task, CHECKPOINT_DAMAGED and FILE_UNREADABLE.
 */
export async function readCheckpoint(
  folder: string,
  fingerprint: Fingerprint,
): Promise<RunState | undefined> {
  const file = path.join(folder, checkpointName);
  const content = await readVectorFile(file);
  if (!content) return undefined;
  // The file is bit for bit what was written, so its text needs no further checks.
  const text = JSON.parse(content.text) as CheckpointText;
  const difference =
    text.version === version ? fingerprintDifference(text.fingerprint, fingerprint) : 'version';
  if (difference) throw new CounterweightError('CHECKPOINT_MISMATCH', { path: file, difference });
  const now = { steps: text.steps, vectors: unprefixed('now/', content.vectors) };
  const { history, watch, best } = text;
  if (!best) return { history, watch, now };
  const kept = best === 'same' ? now : { steps: best.steps, vectors: unprefixed('best/', content.vectors) };
  return { history, watch, now, best: kept };
}

type Vectors = TrainerState['vectors'];

function prefixed(prefix: string, { vectors }: TrainerState): Vectors {
  return Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [prefix + name, vector]));
}

function unprefixed(prefix: string, vectors: Vectors): Vectors {
  return Object.fromEntries(
    Object.entries(vectors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, vector]) => [name.slice(prefix.length), vector]),
  );
}
