// What a search that did not get to its end has tried, from what the engine left in its folder.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SearchView, TrialView } from '../../shared/contracts/searchViews';
import type { SearchRecord } from './runRecord';

/** A line for each network after each of its rungs; the engine's. */
const trialsFile = 'trials.jsonl';

/** Undefined where nothing was tried yet. Lines that are cut off or something else are left out. */
export async function readTrials(folder: string, record: SearchRecord): Promise<SearchView | undefined> {
  const text = await readFile(path.join(folder, trialsFile), 'utf8').catch(() => '');
  const lines = text.split('\n').flatMap((line) => parseTrial(line) ?? []);
  if (lines.length === 0) return undefined;
  const latest = new Map(lines.map((line) => [line.trial, line]));
  const rungs = new Map(lines.map(({ rung, epochs }) => [rung, epochs]));
  return {
    budget: record.budget,
    wanted: record.trials,
    rungs: [...rungs].toSorted(([a], [b]) => a - b).map(([, epochs]) => epochs),
    trials: [...latest.values()]
      .toSorted((a, b) => a.trial - b.trial)
      .map((line) => (line.path === '' ? line : { ...line, path: path.join(folder, line.path) })),
  };
}

function parseTrial(line: string): TrialView | undefined {
  let value: Partial<TrialView> | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { trial, rung, epochs, width, depth, seconds, architecture, input, costs, validation } = value;
  const whole =
    [trial, rung, epochs, width, depth, seconds].every((figure) => typeof figure === 'number') &&
    [architecture, value.path].every((entry) => typeof entry === 'string') &&
    Array.isArray(input) &&
    typeof costs === 'object' &&
    typeof validation === 'object';
  return whole ? (value as TrialView) : undefined;
}
