// The life of a run on a real disk: how it ends, and what a later window makes of what it left.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CounterweightError } from '../../../src/shared/base/errors';
import { cancelled } from '../../../src/shared/contracts/contract';
import { Experiments } from '../../../src/host/runs/experiments';
import type { Run, RunRecord } from '../../../src/host/runs/runRecord';
import { FakeJobs, report } from './fakeJobs';

let folder = '';
let runs = '';
let jobs = new FakeJobs();
let experiments: Experiments;
const warnings: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'cw-runs-'));
  runs = path.join(folder, '.counterweight', 'runs');
  jobs = new FakeJobs();
  experiments = open();
});

afterEach(() => {
  experiments.dispose();
  rmSync(folder, { recursive: true });
  expect(warnings.splice(0)).toEqual([]);
});

function open(): Experiments {
  return new Experiments({
    jobs,
    folders: () => [runs],
    folderFor: () => runs,
    warn: (text) => warnings.push(text),
  });
}

function request(): Parameters<Experiments['start']>[0] {
  const model = path.join(folder, 'my net.onnx');
  return {
    model,
    steps: [{ prune: { sparsity: 0.8 } }],
    output: path.join(folder, 'my net.prune80.onnx'),
  };
}

function ended(): Promise<Run> {
  return new Promise((resolve) => experiments.onDidEnd(resolve));
}

function storedRecord(run: Run): RunRecord {
  return JSON.parse(readFileSync(path.join(run.folder, 'run.json'), 'utf8')) as RunRecord;
}

function store(name: string, record: Partial<RunRecord>): string {
  const run = path.join(runs, name);
  mkdirSync(run, { recursive: true });
  const whole = {
    version: 1,
    state: 'finished',
    model: path.join(folder, 'net.onnx'),
    steps: [],
    output: path.join(folder, 'out.onnx'),
    jobId: 'abc123',
    created: '2026-01-01T00:00:00.000Z',
    owner: { pid: process.pid, session: 'another' },
    ...record,
  };
  writeFileSync(path.join(run, 'run.json'), JSON.stringify(whole));
  return run;
}

/** The process id of a process that has ended. */
const deadPid = 2 ** 22 + 12_345;

describe('A run', () => {
  it('is recorded before its job starts, in a folder named after time, model and job', async () => {
    const run = await experiments.start(request());
    expect(path.dirname(run.folder)).toBe(runs);
    expect(path.basename(run.folder)).toMatch(/^\d{8}T\d{6}Z-my_net-\w{6}$/);
    expect(storedRecord(run)).toMatchObject({ state: 'running', model: request().model });
    expect(jobs.last.params).toMatchObject({ path: request().model, runFolder: run.folder });
    expect(run.folder).toContain(jobs.last.params.jobId.slice(-6));
  });

  it('shows its progress while it runs', async () => {
    const run = await experiments.start(request());
    const seen: number[] = [];
    experiments.onDidChange((changed) => seen.push(changed?.progress?.fraction ?? -1));
    jobs.last.progress.fire({ phase: 'pruning', fraction: 0.25, detail: 'conv1' });
    expect(seen).toEqual([0.25]);
    expect(experiments.find(run.folder)?.progress).toEqual({
      phase: 'pruning',
      fraction: 0.25,
      detail: 'conv1',
    });
    expect(experiments.running).toHaveLength(1);
  });

  it('is finished with its report', async () => {
    const run = await experiments.start(request());
    const end = ended();
    jobs.last.finish(report());
    const finished = await end;
    expect(finished.record.state).toBe('finished');
    expect(finished.report?.ratio).toBeCloseTo(0.2439);
    expect(storedRecord(run).state).toBe('finished');
    expect(experiments.running).toEqual([]);
    expect(experiments.runs).toHaveLength(1);
  });

  it('that fails keeps the code, its values and the last lines of the log', async () => {
    const run = await experiments.start(request());
    const end = ended();
    jobs.last.fail(new CounterweightError('ENGINE_DIED', { reason: 'signal SIGKILL', log: '' }));
    await end;
    const { state, failure } = storedRecord(run);
    expect(state).toBe('failed');
    expect(failure).toEqual({
      code: 'ENGINE_DIED',
      values: { reason: 'signal SIGKILL', log: '' },
      log: ['engine: one', 'engine: two'],
    });
  });

  it('that is cancelled is no failure, and shows at once that it will end', async () => {
    const run = await experiments.start(request());
    const end = ended();
    experiments.cancelJob(run.record.jobId);
    expect(experiments.find(run.folder)?.cancelling).toBe(true);
    expect((await end).record.state).toBe('cancelled');
    expect(storedRecord(run).failure).toBeUndefined();
  });

  it('is refused, with the reason, where its folder cannot be made', async () => {
    writeFileSync(path.join(folder, '.counterweight'), 'a file');
    const failure: unknown = await experiments.start(request()).catch((error: unknown) => error);
    expect(CounterweightError.is(failure, 'OUTPUT_UNWRITABLE')).toBe(true);
    expect(jobs.started).toEqual([]);
  });

  it('ends with its window, and is interrupted for the next one', async () => {
    const run = await experiments.start(request());
    const { result } = jobs.last;
    experiments.dispose();
    expect(await result).toBe(cancelled);
    expect(storedRecord(run).state).toBe('running');
    experiments = open();
    await experiments.refresh();
    expect(experiments.runs[0]?.record.failure?.code).toBe('RUN_INTERRUPTED');
  });
});

describe('After a reload', () => {
  it('finished runs are there with their reports, the latest first', async () => {
    const older = store('a', { created: '2026-01-01T00:00:00.000Z' });
    const newer = store('b', { created: '2026-02-01T00:00:00.000Z' });
    writeFileSync(path.join(newer, 'report.json'), JSON.stringify(report()));
    await experiments.refresh();
    expect(experiments.runs.map((run) => run.folder)).toEqual([newer, older]);
    expect(experiments.runs.map((run) => run.report !== undefined)).toEqual([true, false]);
  });

  it('a run whose process is gone is shown as interrupted, and what it was writing is removed', async () => {
    store('a', { state: 'running', owner: { pid: deadPid, session: 'another' } });
    const partial = path.join(folder, '.out.onnx.abc123.partial');
    const ofAnother = path.join(folder, '.out.onnx.other0.partial');
    writeFileSync(partial, 'half');
    writeFileSync(ofAnother, 'half');
    await experiments.refresh();
    expect(experiments.runs[0]?.record).toMatchObject({
      state: 'failed',
      failure: { code: 'RUN_INTERRUPTED' },
    });
    expect([existsSync(partial), existsSync(ofAnother)]).toEqual([false, true]);
  });

  it('a run of an earlier life of this very process is interrupted too', async () => {
    store('a', { state: 'running', owner: { pid: process.pid, session: 'another' } });
    await experiments.refresh();
    expect(experiments.runs[0]?.record.state).toBe('failed');
  });

  it('a run of another living window still runs, until it gives no sign of life', async () => {
    const run = store('a', { state: 'running', owner: { pid: process.ppid, session: 'another' } });
    await experiments.refresh();
    expect(experiments.runs[0]?.record.state).toBe('running');
    expect(experiments.runs[0]?.progress).toBeUndefined();
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(path.join(run, 'run.json'), longAgo, longAgo);
    await experiments.refresh();
    expect(experiments.runs[0]?.record.state).toBe('failed');
  });

  it('a folder that holds no record of ours is left out', async () => {
    mkdirSync(path.join(runs, 'x'), { recursive: true });
    writeFileSync(path.join(runs, 'x', 'run.json'), '{"version":1,"state":"finished"}');
    mkdirSync(path.join(runs, 'y'));
    writeFileSync(path.join(runs, 'y', 'run.json'), '{"version":1,');
    writeFileSync(path.join(runs, 'z'), 'a file');
    await experiments.refresh();
    expect(experiments.runs).toEqual([]);
  });

  it('a run that is asked for before the list was read is found', async () => {
    const run = store('a', {});
    expect((await experiments.lookUp(run))?.folder).toBe(run);
    expect(await experiments.lookUp(path.join(runs, 'nowhere'))).toBeUndefined();
  });
});

describe('Removing a run', () => {
  it('removes its folder and no model', async () => {
    const run = store('a', {});
    writeFileSync(path.join(folder, 'net.onnx'), 'model');
    writeFileSync(path.join(folder, 'out.onnx'), 'model');
    await experiments.refresh();
    await experiments.remove(experiments.find(run) as Run);
    expect(existsSync(run)).toBe(false);
    expect(experiments.runs).toEqual([]);
    expect(existsSync(path.join(folder, 'net.onnx'))).toBe(true);
    expect(existsSync(path.join(folder, 'out.onnx'))).toBe(true);
  });

  it('refuses a folder that holds no record', async () => {
    const run = store('a', {});
    await experiments.refresh();
    const found = experiments.find(run) as Run;
    await expect(experiments.remove({ ...found, folder })).rejects.toThrow('ENOENT');
    expect(existsSync(folder)).toBe(true);
  });
});
