// The life of a run on a real disk: how it ends, and what a later window makes of what it left.
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/host/runs/runRecord';
import { CounterweightError } from '../../../src/shared/base/errors';
import { cancelled } from '../../../src/shared/contracts/contract';
import { report } from './fakeJobs';
import { useRuns } from './runsFixture';

const at = useRuns();

/** The process id of a process that has ended. */
const deadPid = 2 ** 22 + 12_345;

describe('A run', () => {
  it('is recorded before its job starts, in a folder named after time, model and job', async () => {
    const run = await at.experiments.start(at.request());
    expect(path.dirname(run.folder)).toBe(at.runs);
    expect(path.basename(run.folder)).toMatch(/^\d{8}T\d{6}Z-my_net-\w{6}$/);
    expect(at.storedRecord(run)).toMatchObject({ state: 'running', model: at.request().model });
    expect(at.jobs.last.params).toMatchObject({ path: at.request().model, runFolder: run.folder });
    expect(run.folder).toContain(at.jobs.last.params.jobId.slice(-6));
  });

  it('shows its progress while it runs', async () => {
    const run = await at.experiments.start(at.request());
    const seen: number[] = [];
    at.experiments.onDidChange((changed) => seen.push(changed?.progress?.fraction ?? -1));
    at.jobs.last.progress.fire({ phase: 'pruning', fraction: 0.25, detail: 'conv1' });
    expect(seen).toEqual([0.25]);
    expect(at.experiments.find(run.folder)?.progress).toEqual({
      phase: 'pruning',
      fraction: 0.25,
      detail: 'conv1',
    });
    expect(at.experiments.running).toHaveLength(1);
  });

  it('is finished with its report', async () => {
    const run = await at.experiments.start(at.request());
    const end = at.ended();
    at.jobs.last.finish(report());
    const finished = await end;
    expect(finished.record.state).toBe('finished');
    expect(finished.report?.ratio).toBeCloseTo(0.2439);
    expect(at.storedRecord(run).state).toBe('finished');
    expect(at.experiments.running).toEqual([]);
    expect(at.experiments.runs).toHaveLength(1);
  });

  it('is finished also where it ends while records are read', async () => {
    const states: string[] = [];
    for (let delay = 0; delay < 24; delay++) {
      const run = await at.experiments.start(at.request());
      const end = at.ended();
      const reading = at.experiments.refresh();
      for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
      at.jobs.last.finish(report());
      await Promise.all([end, reading]);
      states.push(at.experiments.find(run.folder)!.record.state);
    }
    expect(new Set(states)).toEqual(new Set(['finished']));
  });

  it('that fails keeps the code, its values and the last lines of the log', async () => {
    const run = await at.experiments.start(at.request());
    const end = at.ended();
    at.jobs.last.fail(new CounterweightError('ENGINE_DIED', { reason: 'signal SIGKILL', log: '' }));
    await end;
    const { state, failure } = at.storedRecord(run);
    expect(state).toBe('failed');
    expect(failure).toEqual({
      code: 'ENGINE_DIED',
      values: { reason: 'signal SIGKILL', log: '' },
      log: ['engine: one', 'engine: two'],
    });
  });

  it('that is cancelled is no failure, and shows at once that it will end', async () => {
    const run = await at.experiments.start(at.request());
    const end = at.ended();
    at.experiments.cancel(at.experiments.findJob(run.record.jobId) as Run);
    expect(at.experiments.find(run.folder)?.cancelling).toBe(true);
    expect((await end).record.state).toBe('cancelled');
    expect(at.storedRecord(run).failure).toBeUndefined();
  });

  it('is refused, with the reason, where its folder cannot be made', async () => {
    writeFileSync(path.join(at.folder, '.counterweight'), 'a file');
    const failure: unknown = await at.experiments.start(at.request()).catch((error: unknown) => error);
    expect(CounterweightError.is(failure, 'OUTPUT_UNWRITABLE')).toBe(true);
    expect(at.jobs.started).toEqual([]);
  });

  it('ends with its window, and is interrupted for the next one', async () => {
    const run = await at.experiments.start(at.request());
    const { result } = at.jobs.last;
    at.experiments.dispose();
    expect(await result).toBe(cancelled);
    expect(at.storedRecord(run).state).toBe('running');
    at.reopen();
    await at.experiments.refresh();
    expect(at.experiments.runs[0]?.record.failure?.code).toBe('RUN_INTERRUPTED');
  });
});

describe('After a reload', () => {
  it('finished runs are there with their reports, the latest first', async () => {
    const older = at.store('a', { created: '2026-01-01T00:00:00.000Z' });
    const newer = at.store('b', { created: '2026-02-01T00:00:00.000Z' });
    writeFileSync(path.join(newer, 'report.json'), JSON.stringify(report()));
    await at.experiments.refresh();
    expect(at.experiments.runs.map((run) => run.folder)).toEqual([newer, older]);
    expect(at.experiments.runs.map((run) => run.report !== undefined)).toEqual([true, false]);
  });

  it('a run whose process is gone is shown as interrupted, and what it was writing is removed', async () => {
    at.store('a', { state: 'running', owner: { pid: deadPid, session: 'another' } });
    const partial = path.join(at.folder, '.out.onnx.abc123.partial');
    const ofAnother = path.join(at.folder, '.out.onnx.other0.partial');
    writeFileSync(partial, 'half');
    writeFileSync(ofAnother, 'half');
    await at.experiments.refresh();
    expect(at.experiments.runs[0]?.record).toMatchObject({
      state: 'failed',
      failure: { code: 'RUN_INTERRUPTED' },
    });
    expect([existsSync(partial), existsSync(ofAnother)]).toEqual([false, true]);
  });

  it('a run of an earlier life of this very process is interrupted too', async () => {
    at.store('a', { state: 'running', owner: { pid: process.pid, session: 'another' } });
    await at.experiments.refresh();
    expect(at.experiments.runs[0]?.record.state).toBe('failed');
  });

  it('a run of another living window still runs, until it gives no sign of life', async () => {
    const run = at.store('a', { state: 'running', owner: { pid: process.ppid, session: 'another' } });
    await at.experiments.refresh();
    expect(at.experiments.runs[0]?.record.state).toBe('running');
    expect(at.experiments.runs[0]?.progress).toBeUndefined();
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(path.join(run, 'run.json'), longAgo, longAgo);
    await at.experiments.refresh();
    expect(at.experiments.runs[0]?.record.state).toBe('failed');
  });

  it('a folder that holds no record of ours is left out', async () => {
    mkdirSync(path.join(at.runs, 'x'), { recursive: true });
    writeFileSync(path.join(at.runs, 'x', 'run.json'), '{"version":1,"state":"finished"}');
    mkdirSync(path.join(at.runs, 'y'));
    writeFileSync(path.join(at.runs, 'y', 'run.json'), '{"version":1,');
    writeFileSync(path.join(at.runs, 'z'), 'a file');
    await at.experiments.refresh();
    expect(at.experiments.runs).toEqual([]);
  });

  it('a record from before there were diagnoses is of a run that writes a model', async () => {
    const run = at.store('a', {});
    await at.experiments.refresh();
    expect(at.experiments.find(run)?.record.kind).toBe('compress');
  });

  it('curves that are none are left out', async () => {
    const run = at.store('a', { state: 'cancelled' });
    writeFileSync(path.join(run, 'curves.json'), '{"history":7}');
    await at.experiments.refresh();
    expect(at.experiments.find(run)).not.toHaveProperty('curves');
  });

  it('a run that is asked for before the list was read is found', async () => {
    const run = at.store('a', {});
    expect((await at.experiments.lookUp(run))?.folder).toBe(run);
    expect(await at.experiments.lookUp(path.join(at.runs, 'nowhere'))).toBeUndefined();
  });
});

describe('Removing a run', () => {
  it('removes its folder and no model', async () => {
    const run = at.store('a', {});
    writeFileSync(path.join(at.folder, 'net.onnx'), 'model');
    writeFileSync(path.join(at.folder, 'out.onnx'), 'model');
    await at.experiments.refresh();
    await at.experiments.remove(at.experiments.find(run) as Run);
    expect(existsSync(run)).toBe(false);
    expect(at.experiments.runs).toEqual([]);
    expect(existsSync(path.join(at.folder, 'net.onnx'))).toBe(true);
    expect(existsSync(path.join(at.folder, 'out.onnx'))).toBe(true);
  });

  it('refuses a folder that holds no record', async () => {
    const run = at.store('a', {});
    await at.experiments.refresh();
    const found = at.experiments.find(run) as Run;
    await expect(at.experiments.remove({ ...found, folder: at.folder })).rejects.toThrow('ENOENT');
    expect(existsSync(at.folder)).toBe(true);
  });
});
