// Runs that train, and diagnoses: curves, holding and going on, checkpoints that a later window goes on from.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/host/runs/runRecord';
import { CounterweightError } from '../../../src/shared/base/errors';
import { curves, diagnosis, report } from './fakeJobs';
import { useRuns } from './runsFixture';

const at = useRuns();

/** A run that trains on glyphs and is at its second epoch. */
async function training(): Promise<Run> {
  const run = await at.experiments.start({
    ...at.request(),
    steps: [{ train: { epochs: 10 } }],
    data: 'glyphs',
    seed: 7,
  });
  at.jobs.last.progress.fire({ phase: 'training', fraction: 0.2 });
  at.jobs.last.curves.fire(curves(2));
  // On disk, so that no write goes on when the test has ended.
  await expect.poll(() => existsSync(path.join(run.folder, 'curves.json')), { interval: 2 }).toBe(true);
  return run;
}

function leaveCheckpoint(run: string): void {
  const checkpoint = path.join(run, 'checkpoint');
  mkdirSync(checkpoint, { recursive: true });
  writeFileSync(path.join(checkpoint, 'epoch-2'), 'weights');
}

function state(run: Run): Run | undefined {
  return at.experiments.find(run.folder);
}

describe('A run that trains', () => {
  it('is started with its data and its seed, which its record keeps', async () => {
    const run = await training();
    expect(at.jobs.last.kind).toBe('compress');
    expect(at.jobs.last.params).toMatchObject({ data: 'glyphs', seed: 7 });
    expect(at.jobs.last.params).not.toHaveProperty('resume');
    expect(at.storedRecord(run)).toMatchObject({ kind: 'compress', data: 'glyphs', seed: 7 });
  });

  it('carries its curves while it runs, and the report takes their place', async () => {
    const run = await training();
    expect(state(run)?.curves?.history).toHaveLength(2);
    const end = at.ended();
    at.jobs.last.finish(report());
    expect((await end).curves).toBeUndefined();
  });

  it('is held and let go on, once for each change', async () => {
    const run = await training();
    at.experiments.pause(run, true);
    at.experiments.pause(run, true);
    expect(state(run)?.paused).toBe(true);
    await at.experiments.resume(state(run) as Run);
    expect(state(run)?.paused).toBeUndefined();
    expect(at.jobs.last.pauses).toEqual([true, false]);
    expect(at.jobs.started).toHaveLength(1);
  });

  it('is not held where it does not train, and no longer when it does something else', async () => {
    const run = await at.experiments.start(at.request());
    at.jobs.last.progress.fire({ phase: 'pruning', fraction: 0.1 });
    at.experiments.pause(run, true);
    expect(at.jobs.last.pauses).toEqual([]);
    at.jobs.last.progress.fire({ phase: 'training', fraction: 0.2 });
    at.experiments.pause(run, true);
    at.jobs.last.progress.fire({ phase: 'measuring', fraction: 0.9 });
    expect(at.jobs.last.pauses).toEqual([true, false]);
    expect(state(run)?.paused).toBeUndefined();
  });

  it('is not held any more once it is cancelled', async () => {
    const run = await training();
    at.experiments.pause(run, true);
    at.experiments.cancel(run);
    expect(state(run)).toMatchObject({ cancelling: true });
    expect(state(run)?.paused).toBeUndefined();
  });

  it('that fails keeps its curves, and can go on where it left a checkpoint', async () => {
    const run = await training();
    leaveCheckpoint(run.folder);
    const end = at.ended();
    at.jobs.last.fail(new CounterweightError('ENGINE_DIED', { reason: 'signal SIGKILL', log: '' }));
    const failed = await end;
    expect(failed.curves?.history).toHaveLength(2);
    expect(failed.resumable).toBe(true);
    await at.experiments.refresh();
    expect(state(run)).toMatchObject({ resumable: true, curves: curves(2) });
  });

  it('that diverged would diverge again, so it cannot go on from its checkpoint', async () => {
    const run = await training();
    leaveCheckpoint(run.folder);
    const end = at.ended();
    const values = {
      path: '/m',
      epoch: 2,
      step: 3,
      loss: '9',
      start: '1',
      layer: 'fc',
      learningRate: '0.1',
      clipNorm: 1,
    };
    at.jobs.last.fail(new CounterweightError('TRAINING_DIVERGED', values));
    expect((await end).resumable).toBeUndefined();
    expect((await end).curves?.history).toHaveLength(2);
  });

  it('that fails without a checkpoint cannot go on', async () => {
    const run = await training();
    const end = at.ended();
    at.jobs.last.fail(new CounterweightError('DISK_FULL', { path: '/m' }));
    expect((await end).resumable).toBeUndefined();
    await at.experiments.resume(state(run) as Run);
    expect(at.jobs.started).toHaveLength(1);
  });

  it('goes on in its own folder with what it was started with, from its checkpoint', async () => {
    const run = await training();
    leaveCheckpoint(run.folder);
    const end = at.ended();
    at.experiments.cancel(run);
    await at.experiments.resume(await end);
    const { params } = at.jobs.last;
    const before = at.jobs.started[0]?.params;
    expect(params).toEqual({ ...before, jobId: params.jobId, resume: true });
    expect(params.jobId).not.toBe(before?.jobId);
    expect(at.storedRecord(run)).toMatchObject({ state: 'running', jobId: params.jobId });
    expect(at.storedRecord(run)).not.toHaveProperty('ended');
    expect(state(run)?.curves?.history).toHaveLength(2);
    expect(at.experiments.runs).toHaveLength(1);
    at.jobs.last.finish(report());
    expect((await at.ended()).record.state).toBe('finished');
  });

  it('goes on into another file where its own is there already', async () => {
    const run = await training();
    leaveCheckpoint(run.folder);
    const end = at.ended();
    at.jobs.last.fail(new CounterweightError('ENGINE_DIED', { reason: 'signal SIGKILL', log: '' }));
    writeFileSync(at.request().output, 'written before the process was killed');
    await at.experiments.resume(await end);
    expect(at.jobs.last.params).toMatchObject({ output: path.join(at.folder, 'my net.prune80-2.onnx') });
  });

  it('that ended with its window can go on in the next one, with the curves it had', async () => {
    const run = await training();
    leaveCheckpoint(run.folder);
    at.reopen();
    await at.experiments.refresh();
    expect(at.experiments.runs[0]).toMatchObject({
      record: { failure: { code: 'RUN_INTERRUPTED' } },
      resumable: true,
      curves: curves(2),
    });
  });

  it('writes the latest curves where they come faster than the disk', async () => {
    const run = await training();
    for (let done = 3; done <= 10; done++) at.jobs.last.curves.fire(curves(done));
    const end = at.ended();
    at.jobs.last.fail(new CounterweightError('DISK_FULL', { path: '/m' }));
    await end;
    const stored = JSON.parse(readFileSync(path.join(run.folder, 'curves.json'), 'utf8')) as unknown;
    expect(stored).toEqual(curves(10));
  });
});

describe('A diagnosis', () => {
  const judged = { kind: 'diagnosis', model: '/models/net.onnx', learningCurve: true } as const;

  it('judges a run where there is one, else the model', async () => {
    await at.experiments.start({ ...judged, data: 'glyphs' });
    expect(at.jobs.last.kind).toBe('diagnose');
    expect(at.jobs.last.params).toMatchObject({
      path: '/models/net.onnx',
      data: 'glyphs',
      learningCurve: true,
    });
    await at.experiments.start({ ...judged, judged: '/runs/a' });
    expect(at.jobs.last.params).toMatchObject({ path: '/runs/a' });
  });

  it('is finished with what it found, also after a reload', async () => {
    const run = await at.experiments.start(judged);
    const end = at.ended();
    at.jobs.last.finish(diagnosis());
    expect((await end).diagnosis?.diagnosis.verdict).toBe('overfit');
    expect((await end).report).toBeUndefined();
    writeFileSync(path.join(run.folder, 'report.json'), JSON.stringify(diagnosis()));
    await at.experiments.refresh();
    expect(state(run)?.diagnosis).toEqual(diagnosis());
  });

  it('that did not get to its end starts anew', async () => {
    const run = await at.experiments.start(judged);
    leaveCheckpoint(run.folder);
    const end = at.ended();
    at.experiments.cancel(run);
    expect((await end).resumable).toBeUndefined();
  });
});
