// How every output is written: aside, under a name that no other job uses; flushed to the disk; then given its name in
// one step that fails where the name is taken. Nothing is overwritten but what is ours to keep up to date, and no
// half-written file ever has a final name.
import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CounterweightError } from '../../shared/base/errors';
import { partialName } from '../../shared/base/partials';
import type { OutputFile } from './format';
import { describeSystemError, systemErrorCode } from './systemError';

export interface WriteOptions {
  /** Names the files that are written aside; letters, digits, `-` and `_`. */
  readonly jobId: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes files that belong together: all of them or none. They get their names in the given order, so that the last
 * one is the one that refers to the others. Throws OUTPUT_EXISTS, OUTPUT_UNWRITABLE, DISK_FULL, an AbortError where
 * the signal aborts, and what the chunks throw; then nothing is left.
 */
export async function writeFilesAtomically(
  files: readonly OutputFile[],
  { jobId, signal }: WriteOptions,
): Promise<void> {
  const partials: string[] = [];
  const placed: string[] = [];
  try {
    for (const file of files) await assertFree(file.path);
    for (const file of files) {
      const partial = partialPath(file.path, jobId);
      await writePartial(file, partial, () => partials.push(partial), signal);
    }
    signal?.throwIfAborted();
    for (const [index, file] of files.entries()) {
      await place(partials[index]!, file.path, () => placed.push(file.path));
    }
    for (const folder of new Set(files.map((file) => path.dirname(file.path)))) await flushFolder(folder);
  } catch (error) {
    for (const left of [...placed, ...partials]) await rm(left, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Writes a file that is kept up to date, like a checkpoint, in the place of its last version. Whoever opens it at any
 * time, after a crash too, finds the one or the other, and finds it whole. Throws as `writeFilesAtomically` does, and
 * then leaves the last version.
 */
export async function replaceFileAtomically(
  file: OutputFile,
  { jobId, signal }: WriteOptions,
): Promise<void> {
  const partial = partialPath(file.path, jobId);
  try {
    // One that a killed process has left.
    await attempt(file.path, () => rm(partial, { force: true }));
    await writePartial(file, partial, () => undefined, signal);
    signal?.throwIfAborted();
    await attempt(file.path, () => renameOver(partial, file.path));
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(path.dirname(file.path));
}

/** Windows refuses while somebody reads the file, as a virus scanner does for a moment after each change. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (attempts === 8 || !heldCodes.has(systemErrorCode(error))) throw error;
    }
    await setTimeout(2 ** attempts * 10);
  }
}

const heldCodes: ReadonlySet<string | undefined> = new Set(['EPERM', 'EACCES', 'EBUSY']);

function partialPath(file: string, jobId: string): string {
  if (!/^[\w-]+$/.test(jobId)) throw new Error(`A job cannot be called ${jobId}`);
  return path.join(path.dirname(file), partialName(path.basename(file), jobId));
}

/** Before the work, so that nobody waits for a failure. Placing decides. */
async function assertFree(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (found) throw new CounterweightError('OUTPUT_EXISTS', { path: file });
}

async function writePartial(
  { path: file, chunks }: OutputFile,
  partial: string,
  onCreated: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await attempt(file, () => open(partial, 'wx'));
    onCreated();
    for (const chunk of chunks) {
      signal?.throwIfAborted();
      await writeWhole(handle, chunk, file);
    }
    const whole = handle;
    await attempt(file, () => whole.sync());
  } finally {
    await handle?.close();
  }
}

async function writeWhole(handle: FileHandle, chunk: Uint8Array, file: string): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await attempt(file, () => handle.write(chunk, done));
    done += bytesWritten;
  }
}

/** Gives a written file its name, or throws OUTPUT_EXISTS where the name is taken. */
async function place(partial: string, file: string, onPlaced: () => void): Promise<void> {
  try {
    await link(partial, file);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw outputError(file, error);
    // Some file systems have no hard links. There an empty file takes the name, if it is free, and is then replaced.
    const reserved = await attempt(file, () => open(file, 'wx'));
    onPlaced();
    await reserved.close();
    await attempt(file, () => rename(partial, file));
    return;
  }
  onPlaced();
  await attempt(file, () => rm(partial));
}

/** Makes the names last through a power failure, where the system can: Windows has no such call. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function attempt<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw outputError(file, error);
  }
}

function outputError(file: string, error: unknown): CounterweightError {
  const cause = { cause: error };
  switch (systemErrorCode(error)) {
    case 'EEXIST':
      return new CounterweightError('OUTPUT_EXISTS', { path: file }, cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new CounterweightError('DISK_FULL', { path: file }, cause);
    default: {
      const reason = describeSystemError(error as Error);
      return new CounterweightError('OUTPUT_UNWRITABLE', { path: file, reason }, cause);
    }
  }
}
