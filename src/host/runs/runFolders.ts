// Runs on disk: a folder for each, `<runs>/<UTC time>-<model>-<short id>/`, with run.json and curves.json (the
// editor's), and report.json, checkpoint/ and trials/ (the
// engine's).
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { partialName } from '../../shared/base/partials';
import type { ErrorCode } from '../../shared/base/messages';
import type { CurvesView } from '../../shared/contracts/viewModels';
import {
  parseCurves,
  parseDiagnosis,
  parseReport,
  parseRunRecord,
  parseSearch,
  parseSensitivity,
  type Run,
  type RunRecord,
} from './runRecord';
import { readTrials } from './searchTrials';

const recordFile = 'run.json';
const reportFile = 'report.json';
/** The curves of a training step as they were last told: what there is to see of a run that was cut off. */
const curvesFile = 'curves.json';
const checkpointFolder = 'checkpoint';
/** What a search has trained so far. */
const trialsFolder = 'trials';

/** How long a run may go without a sign of life before it counts as cut off. */
const silenceMs = 60_000;

/** Like `20260102T030405Z-lenet-1f3a90`: sorted by time, told apart by the end of the job's id. */
export function runFolderName(created: Date, model: string, jobId: string): string {
  const time = created.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = path
    .parse(model)
    .name.replace(/[^\w.-]+/g, '_')
    .slice(0, 40);
  return `${time}-${name}-${jobId.replaceAll(/[^\w]/g, '').slice(-6)}`;
}

/** Writes run.json whole or not at all; the folder is made where it is missing. */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeWhole(folder, recordFile, record.jobId, `${JSON.stringify(record, null, 2)}\n`);
}

/** Writes curves.json whole or not at all. */
export async function writeCurves(folder: string, jobId: string, curves: CurvesView): Promise<void> {
  await writeWhole(folder, curvesFile, jobId, JSON.stringify(curves));
}

async function writeWhole(folder: string, name: string, jobId: string, text: string): Promise<void> {
  const aside = path.join(folder, partialName(name, jobId));
  await writeFile(aside, text);
  await rename(aside, path.join(folder, name));
}

/** A running job's sign of life, for other windows. */
export async function touchRecord(folder: string, now: Date): Promise<void> {
  await utimes(path.join(folder, recordFile), now, now);
}

/** Every run below a folder of runs, the latest first; a folder that is not there has none. */
export async function readRuns(runsFolder: string): Promise<readonly Run[]> {
  const names = await readdir(runsFolder).catch(() => []);
  const runs = await Promise.all(names.map((name) => readRun(path.join(runsFolder, name))));
  return runs
    .filter((run) => run !== undefined)
    .toSorted((a, b) => b.record.created.localeCompare(a.record.created));
}

async function readRun(folder: string): Promise<Run | undefined> {
  const record = parseRunRecord((await readText(path.join(folder, recordFile))) ?? '');
  if (record === undefined) return undefined;
  if (record.state !== 'finished') {
    const curves = parseCurves((await readText(path.join(folder, curvesFile))) ?? '');
    const trials = record.kind === 'search' ? await readTrials(folder, record) : undefined;
    return withResumable({ folder, record, ...(curves && { curves }), ...(trials && { trials }) });
  }
  const text = (await readText(path.join(folder, reportFile))) ?? '';
  if (record.kind === 'diagnosis') {
    const diagnosis = parseDiagnosis(text);
    return { folder, record, ...(diagnosis && { diagnosis }) };
  }
  if (record.kind === 'sensitivity') {
    const sensitivity = parseSensitivity(text);
    return { folder, record, ...(sensitivity && { sensitivity }) };
  }
  if (record.kind === 'search') {
    const search = parseSearch(text);
    return { folder, record, ...(search && { search }) };
  }
  const report = parseReport(text);
  return { folder, record, ...(report && { report }) };
}

/** Failures that a run would meet again: a training is the same every time, and a checkpoint does not mend itself. */
const deadEnds: readonly ErrorCode[] = [
  'TRAINING_DIVERGED',
  'SEARCH_ALL_DIVERGED',
  'CHECKPOINT_MISMATCH',
  'CHECKPOINT_DAMAGED',
];

/** Looks whether a run that did not get to its end has something to go on from. */
export async function withResumable(run: Run): Promise<Run> {
  const { resumable: _, ...rest } = run;
  const { kind, state, failure } = run.record;
  const unfinished = state === 'failed' || state === 'cancelled';
  if (!unfinished || isMeasurement(kind) || (failure && deadEnds.includes(failure.code))) return rest;
  const kept = await Promise.all(
    [checkpointFolder, trialsFolder].map((name) => readdir(path.join(run.folder, name)).catch(() => [])),
  );
  return kept.flat().length === 0 ? rest : { ...rest, resumable: true };
}

/** What only looks at a model starts anew. */
function isMeasurement(kind: RunRecord['kind']): boolean {
  return kind === 'diagnosis' || kind === 'sensitivity';
}

/** Removes a run's folder, and never one that holds no record. The models that it made are elsewhere and stay. */
export async function removeRun(run: Run): Promise<void> {
  await stat(path.join(run.folder, recordFile));
  await rm(run.folder, { recursive: true });
}

/**
 * Whether a record that says "running" is of a job that can still be running: one of another window, whose process
 * lives and gave a sign of life not long ago. A process id alone may have gone to somebody else since.
 */
export async function mayStillRun(run: Run, session: string, now: Date): Promise<boolean> {
  const { owner } = run.record;
  if (owner.session === session || owner.pid === process.pid || !isAlive(owner.pid)) return false;
  const written = await stat(path.join(run.folder, recordFile)).catch(() => undefined);
  return written !== undefined && now.getTime() - written.mtimeMs < silenceMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
