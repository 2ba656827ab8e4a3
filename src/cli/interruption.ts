// Ctrl+C: the first one asks the work to stop and clean up, the second one does not wait for it.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../shared/base/disposable';
import { isPartialOf } from '../shared/base/partials';
import type { CommandContext } from './commandLine';

const signals = ['SIGINT', 'SIGTERM'] as const;

export interface Interruption extends CommandContext, Disposable {
  /** The folder that the command has left to go on from, where there is one. */
  readonly kept: () => string | undefined;
}

/** Listens until disposed. */
export function interruption(): Interruption {
  const controller = new AbortController();
  const jobId = randomUUID();
  const folders = new Set<string>();
  let kept: string | undefined;
  const interrupt = (): void => {
    if (!controller.signal.aborted) return controller.abort();
    for (const folder of folders) removePartialsOf(jobId, folder);
    process.exit(130);
  };
  for (const signal of signals) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    jobId,
    writesTo: (folder) => void folders.add(folder),
    keeps: (folder) => {
      kept = folder;
    },
    kept: () => kept,
    dispose: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

function removePartialsOf(jobId: string, folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (isPartialOf(name, jobId)) rmSync(path.join(folder, name), { force: true });
  }
}
