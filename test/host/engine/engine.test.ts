// Engine processes as the editor sees them: started on demand, watched, ended, killed and cleaned up after.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineProcess, type EngineOptions } from '../../../src/host/engine/engineProcess';
import { InspectionEngine } from '../../../src/host/engine/inspectionEngine';
import { JobRunner, type Job } from '../../../src/host/engine/jobRunner';
import { CounterweightError } from '../../../src/shared/base/errors';
import { partialName } from '../../../src/shared/base/partials';
import { cancelled } from '../../../src/shared/contracts/contract';
import type { CompressParams } from '../../../src/shared/contracts/engineContract';
import type { ProgressView } from '../../../src/shared/contracts/viewModels';
import { useBundle } from '../../support/useBundle';
import { manualTimers, type ManualTimers } from '../../support/manualTimers';

const engine = useBundle('test/host/engine/support/fakeEngine.ts');
let timers: ManualTimers;
let lines: string[];
let options: EngineOptions;

beforeEach(() => {
  timers = manualTimers();
  lines = [];
  options = { enginePath: engine.path, timers, log: (line) => lines.push(line) };
});

describe('an engine process', () => {
  let process: EngineProcess | undefined;

  afterEach(async () => {
    process?.kill();
    await process?.ended;
  });

  it('answers calls and passes errors on', async () => {
    process = new EngineProcess(options);
    expect(await process.call('inspect', { path: 'a' })).toMatchObject({ path: 'a' });
    expect((await failure(process.call('inspect', { path: 'missing' }))).code).toBe('FILE_NOT_FOUND');
  });

  it('rejects with ENGINE_DIED, the signal and the last lines when it crashes', async () => {
    process = new EngineProcess(options);
    const error = await failure(process.call('inspect', { path: 'crash' }));
    expect(error.code).toBe('ENGINE_DIED');
    expect(error.values).toMatchObject({ reason: 'signal SIGABRT' });
    expect(error.message).toContain('a native assertion failed');
    expect(lines).toContain('a native assertion failed');
  });

  it('rejects with the exit code when it ends by itself', async () => {
    process = new EngineProcess(options);
    const error = await failure(process.call('inspect', { path: 'exit' }));
    expect(error.code).toBe('ENGINE_DIED');
    expect(error.values).toMatchObject({ reason: 'exit code 7', log: '–' });
  });

  it('tells the stack of an error that nobody caught', async () => {
    process = new EngineProcess(options);
    const error = await failure(process.call('inspect', { path: 'throw later' }));
    expect(error.code).toBe('ENGINE_DIED');
    expect(process.lastLines.join('\n')).toContain('Not served by this engine');
  });

  it('rejects every pending call and all later ones when it is killed', async () => {
    process = new EngineProcess(options);
    const pending = [1, 2, 3].map(() => failure(process!.call('inspect', { path: 'wait' })));
    await process.call('inspect', { path: 'a' });
    process.kill();
    for (const error of await Promise.all(pending)) {
      expect(error.values).toMatchObject({ reason: 'signal SIGKILL' });
    }
    expect((await failure(process.call('inspect', { path: 'a' }))).code).toBe('ENGINE_DIED');
  });

  it('says which executable could not be started', async () => {
    process = new EngineProcess({ ...options, nodePath: '/nowhere/node' });
    const error = await failure(process.call('inspect', { path: 'a' }));
    expect(error.code).toBe('ENGINE_NOT_STARTED');
    expect(error.message).toContain('/nowhere/node');
    expect(error.message).toContain('counterweight.nodePath');
  });

  it('says so where the executable is none', async () => {
    process = new EngineProcess({ ...options, nodePath: engine.path });
    expect((await failure(process.call('inspect', { path: 'a' }))).code).toBe('ENGINE_NOT_STARTED');
  });

  it('dies with a reason where the executable is not Node', async () => {
    process = new EngineProcess({ ...options, nodePath: '/bin/false' });
    const error = await failure(process.call('inspect', { path: 'a' }));
    expect(error.values).toMatchObject({ reason: 'exit code 1' });
  });

  it('dies with a reason when its script is missing', async () => {
    process = new EngineProcess({ ...options, enginePath: '/nowhere/engine.js' });
    const error = await failure(process.call('inspect', { path: 'a' }));
    expect(error.code).toBe('ENGINE_DIED');
    expect(process.lastLines.join('\n')).toContain('/nowhere/engine.js');
  });

  it('ends when it is disposed', async () => {
    process = new EngineProcess(options);
    const pending = failure(process.call('inspect', { path: 'wait' }));
    process.dispose();
    expect((await pending).code).toBe('CONNECTION_CLOSED');
    await process.ended;
  });
});

describe('the inspection engine', () => {
  let inspection: InspectionEngine;

  beforeEach(() => {
    inspection = new InspectionEngine(() => options);
  });
  afterEach(() => inspection.dispose());

  it('starts no process before it is asked', () => {
    expect(inspection.pid).toBeUndefined();
  });

  it('serves one call after another with the same process', async () => {
    expect(await servedBy(inspection)).toBe(await servedBy(inspection));
  });

  it('ends after five minutes without a call, and starts again at the next', async () => {
    const first = await servedBy(inspection);
    timers.advance(5 * 60_000 - 1);
    expect(await servedBy(inspection)).toBe(first);
    timers.advance(5 * 60_000 - 1);
    expect(isAlive(first)).toBe(true);
    timers.advance(1);
    await expect.poll(() => isAlive(first)).toBe(false);
    expect(await servedBy(inspection)).not.toBe(first);
  });

  it('does not count the time of a running call as idle', async () => {
    const controller = new AbortController();
    const running = inspection.call('inspect', { path: 'wait' }, controller.signal);
    const first = await servedBy(inspection);
    timers.advance(60 * 60_000);
    expect(isAlive(first)).toBe(true);
    controller.abort();
    expect(await running).toBe(cancelled);
  });

  it('replaces a process that died', async () => {
    const first = await servedBy(inspection);
    expect((await failure(inspection.call('inspect', { path: 'crash' }))).code).toBe('ENGINE_DIED');
    expect(await servedBy(inspection)).not.toBe(first);
  });

  it('leaves no process behind when it is disposed', async () => {
    const pid = await servedBy(inspection);
    inspection.dispose();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

describe('a job', () => {
  let folder: string;
  let runner: JobRunner;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'counterweight-jobs-'));
    runner = new JobRunner(() => options);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const start = (what: string, jobId = 'job-1'): Job<'compress'> =>
    runner.start('compress', params(folder, what, jobId));

  it('gives its progress and its report, and its process ends', async () => {
    const job = start('finish');
    const progress: ProgressView[] = [];
    job.onProgress((value) => progress.push(value));
    expect(await job.result).toEqual({ created: 'job-1' });
    expect(progress).toEqual([{ phase: 'reading', fraction: 0.25 }]);
    expect(job.lastLines).toEqual(['info: compressing finish']);
    await expect.poll(() => isAlive(job.pid)).toBe(false);
  });

  it('rejects with the error that the engine answered', async () => {
    expect((await failure(start('fail').result)).code).toBe('DISK_FULL');
  });

  it('tells its curves, hears that it is to hold and to go on', async () => {
    const job = start('train');
    const curves = new Promise((resolve) => job.onCurves(resolve));
    expect(await curves).toEqual({ epochs: 2, history: [{ epoch: 1 }] });
    job.pause(true);
    job.pause(false);
    // The engine answers with the place of the first `true` among what it heard.
    expect(await job.result).toEqual({ created: 'job-1', seconds: 0 });
    job.pause(true);
  });

  it('of a diagnosis gives the answer of a diagnosis', async () => {
    const runFolder = path.join(folder, 'run');
    const job = runner.start('diagnose', { path: 'm', learningCurve: false, runFolder, jobId: 'job-1' });
    expect(await job.result).toEqual({ kind: 'diagnosis', created: 'job-1' });
  });

  it('of a search tells what was tried, and gives the answer of a search', async () => {
    const job = runner.start('search', {
      architectures: ['mlp'],
      data: 'glyphs',
      budget: { measure: 'macs', limit: 1000 },
      trials: 4,
      epochs: 2,
      output: path.join(folder, 'found.onnx'),
      runFolder: path.join(folder, 'run'),
      jobId: 'job-1',
    });
    const tried = new Promise((resolve) => job.onSearch(resolve));
    expect(await tried).toEqual({ wanted: 4 });
    expect(await job.result).toEqual({ kind: 'search', created: 'job-1' });
  });

  it('that is killed while it trains keeps its checkpoint', async () => {
    const job = start('train');
    await new Promise((resolve) => job.onCurves(resolve));
    process.kill(job.pid!, 'SIGKILL');
    expect((await failure(job.result)).code).toBe('ENGINE_DIED');
    expect(await allFiles(path.join(folder, 'run'))).toEqual(['epoch-1']);
  });

  it('runs beside others, each in a process of its own', async () => {
    const jobs = [start('finish', 'a'), start('finish', 'b')];
    expect(jobs[0]?.pid).not.toBe(jobs[1]?.pid);
    expect(await Promise.all(jobs.map((job) => job.result))).toEqual([{ created: 'a' }, { created: 'b' }]);
  });

  it('is cancelled by its engine when it obeys', async () => {
    const job = start('obey');
    await reaches(job, 'writing');
    job.cancel();
    expect(await job.result).toBe(cancelled);
  });

  it('is killed when it goes on for five seconds after a cancel, and leaves no partial file', async () => {
    const job = start('ignore');
    await reaches(job, 'writing');
    const result = settled(job);
    job.cancel();
    timers.advance(4_999);
    expect(await Promise.race([result, soon('still running')])).toBe('still running');
    timers.advance(1);
    expect(await result).toBe(cancelled);
    expect(isAlive(job.pid)).toBe(false);
    expect(await allFiles(folder)).toEqual([]);
  });

  it('rejects with ENGINE_DIED when it is killed from outside, without its partial files and with those of others', async () => {
    const other = partialName('model.onnx', 'job-2');
    await writeFile(path.join(folder, other), 'of another job');
    const job = start('ignore');
    await reaches(job, 'writing');
    expect(await allFiles(folder)).toHaveLength(3);
    process.kill(job.pid!, 'SIGKILL');
    const error = await failure(job.result);
    expect(error.code).toBe('ENGINE_DIED');
    expect(error.values).toMatchObject({ reason: 'signal SIGKILL' });
    expect(await allFiles(folder)).toEqual([other]);
  });

  it('leaves no weights without a model, and those of others', async () => {
    await failure(start('die between two files').result);
    expect(await allFiles(folder)).toEqual([]);
    await writeFile(path.join(folder, 'model.int8.onnx.data'), 'of somebody else');
    await failure(start('die between two files').result);
    expect(await allFiles(folder)).toEqual(['model.int8.onnx.data']);
  });

  it('may be cancelled twice, and after its end', async () => {
    const job = start('obey');
    await reaches(job, 'writing');
    job.cancel();
    job.cancel();
    expect(await job.result).toBe(cancelled);
    job.cancel();
  });

  it('is cancelled with its runner', async () => {
    const job = start('obey');
    await reaches(job, 'writing');
    runner.dispose();
    expect(await job.result).toBe(cancelled);
  });

  it('can clean up when the editor is gone', async () => {
    const process = new EngineProcess(options);
    const pending = failure(process.call('compress', params(folder, 'clean up slowly', 'job-1')));
    await process.call('inspect', { path: 'a' });
    process.dispose();
    await pending;
    await process.ended;
    expect(await readFile(path.join(folder, 'model.int8.onnx'), 'utf8')).toBe('cleaned up');
  });
});

function params(folder: string, what: string, jobId: string): CompressParams {
  return {
    path: what,
    steps: [],
    output: path.join(folder, 'model.int8.onnx'),
    runFolder: path.join(folder, 'run'),
    jobId,
  };
}

/** The process id of the engine that serves a call. */
async function servedBy(inspection: InspectionEngine): Promise<number> {
  const model = await inspection.call('inspect', { path: 'a' });
  if (model === cancelled) return expect.fail('not cancelled');
  expect(inspection.pid).toBe(Number(model.format));
  return Number(model.format);
}

function reaches(job: Job, phase: ProgressView['phase']): Promise<void> {
  return new Promise((resolve) => {
    job.onProgress((progress) => {
      if (progress.phase === phase) resolve();
    });
  });
}

function settled(job: Job): Promise<unknown> {
  return job.result.catch((error: unknown) => error);
}

async function soon<T>(value: T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return value;
}

async function allFiles(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid!, 0);
  } catch {
    return false;
  }
}

async function failure(result: Promise<unknown>): Promise<CounterweightError> {
  try {
    await result;
  } catch (error) {
    expect(error).toBeInstanceOf(CounterweightError);
    return error as CounterweightError;
  }
  return expect.fail('the call did not fail');
}
