// Opens model files in a process of its own, with a time limit: for files that were made to do harm.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** What came of each file, by its path as given: a summary, or the code of the error. */
export function openInChild(files: readonly string[]): ReadonlyMap<string, string> {
  const script = path.join(import.meta.dirname, 'openFiles.ts');
  const child = spawnSync(process.execPath, ['--import', 'tsx', script, ...files], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  if (child.status !== 0) {
    const reason = child.error?.message ?? `${child.signal ?? child.status}`;
    throw new Error(`The process died (${reason}) after:\n${child.stdout}${child.stderr}`);
  }
  return new Map(
    child.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { file: string; outcome: string })
      .map(({ file, outcome }) => [file, outcome]),
  );
}
