// Finds the engine processes that a VS Code server runs, from Linux's process table.
import { readFileSync, readdirSync } from 'node:fs';

/** Process ids of the engines below a process, the oldest first. */
export function engineProcesses(ancestor: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isEngine(pid) && descendsFrom(pid, ancestor))
    .toSorted((a, b) => a - b);
}

function isEngine(pid: number): boolean {
  return processFile(pid, 'cmdline')
    .split('\0')
    .some((part) => part.endsWith('dist/engine.js'));
}

function descendsFrom(pid: number, ancestor: number): boolean {
  for (let current = pid; current > 1; current = parentOf(current)) if (current === ancestor) return true;
  return false;
}

function parentOf(pid: number): number {
  // The second field is a name in brackets that may hold anything; the parent is the second field after it.
  const fields = processFile(pid, 'stat').split(') ').at(-1)?.split(' ');
  return Number(fields?.[1] ?? 0);
}

/** Empty for a process that has ended. */
function processFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
