// Runs that search for a network: what their jobs are given, what is shown of them, and how they go on.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRunRecord } from '../../../src/host/runs/runRecord';
import { resultText, runItemTexts } from '../../../src/host/runs/runTexts';
import type { SearchRequest } from '../../../src/host/runs/experiments';
import { CounterweightError } from '../../../src/shared/base/errors';
import { searchReport, trials } from './fakeJobs';
import { useRuns } from './runsFixture';

const at = useRuns();

function request(): SearchRequest {
  return {
    kind: 'search',
    model: path.join(at.folder, 'found.onnx'),
    data: 'glyphs',
    architectures: ['resnet-8', 'mlp'],
    budget: { measure: 'macs', limit: 2e6 },
    trials: 4,
    epochs: 6,
  };
}

/** What the engine leaves once it has trained a network. */
function leaveTrial(folder: string): void {
  mkdirSync(path.join(folder, 'trials', '1'), { recursive: true });
  writeFileSync(path.join(folder, 'trials', '1', 'rung-0.onnx'), 'weights');
}

describe('A search', () => {
  it('is started with what was asked for, and writes where its record says', async () => {
    const run = await at.experiments.start(request());
    expect(at.jobs.last.kind).toBe('search');
    const { kind: _, model: output, ...asked } = request();
    expect(at.jobs.last.params).toMatchObject({ ...asked, output, runFolder: run.folder });
    expect(at.storedRecord(run)).toMatchObject({ ...request(), state: 'running' });
  });

  it('shows what was tried so far, beside its progress', async () => {
    const run = await at.experiments.start(request());
    at.jobs.last.search.fire(trials(2));
    at.jobs.last.progress.fire({ phase: 'training', fraction: 0.5, detail: 'trial 3 of 4' });
    expect(at.experiments.find(run.folder)?.trials).toEqual(trials(2));
    expect(runItemTexts(at.experiments.find(run.folder)!)).toEqual({
      label: '50% · training · trial 3 of 4',
      description: 'found.onnx · search, macs ≤ 2M',
    });
  });

  it('is finished with its report, also after a reload', async () => {
    const run = await at.experiments.start(request());
    const end = at.ended();
    at.jobs.last.finish(searchReport());
    const finished = await end;
    expect(finished.search).toEqual(searchReport());
    expect(finished.report).toBeUndefined();
    expect(resultText(finished)).toBe('resnet-8 · accuracy 84.0% · macs 400,000');
    writeFileSync(path.join(run.folder, 'report.json'), JSON.stringify(searchReport()));
    at.reopen();
    await at.experiments.refresh();
    expect(at.experiments.find(run.folder)?.search).toEqual(searchReport());
  });

  it.each([
    ['another version', { version: 2 }],
    ['no winner', { winner: undefined }],
    ['no budget', { search: { ...trials(4), budget: undefined } }],
  ])('with a report of %s has none', async (_, change) => {
    const run = await at.experiments.start(request());
    const end = at.ended();
    at.jobs.last.finish(searchReport());
    await end;
    writeFileSync(path.join(run.folder, 'report.json'), JSON.stringify({ ...searchReport(), ...change }));
    at.reopen();
    await at.experiments.refresh();
    expect(at.experiments.find(run.folder)?.search).toBeUndefined();
  });

  it('that was cancelled goes on in its folder, without overwriting what was written', async () => {
    const run = await at.experiments.start(request());
    const end = at.ended();
    leaveTrial(run.folder);
    at.experiments.cancel(run);
    const cancelledRun = await end;
    expect(cancelledRun.resumable).toBe(true);
    writeFileSync(request().model, 'somebody else');
    await at.experiments.resume(cancelledRun);
    expect(existsSync(request().model)).toBe(true);
    expect(at.jobs.last.params).toMatchObject({
      resume: true,
      runFolder: run.folder,
      output: path.join(at.folder, 'found-2.onnx'),
    });
    expect(at.jobs.started).toHaveLength(2);
  });

  it('that was cut off shows what it had tried, from what the engine left', async () => {
    const run = await at.experiments.start(request());
    leaveTrial(run.folder);
    const tried = trials(2).trials.map((trial) => ({ ...trial, path: `trials/${trial.trial}/rung-0.onnx` }));
    const promoted = { ...tried[0]!, rung: 1, epochs: 3, path: 'trials/1/rung-1.onnx' };
    const lines = [...tried, { trial: 'x' }, promoted].map((line) => JSON.stringify(line));
    writeFileSync(path.join(run.folder, 'trials.jsonl'), `${lines.join('\n')}\n{"trial":3,"arch`);
    at.reopen();
    await at.experiments.refresh();
    const found = at.experiments.find(run.folder);
    expect(found?.record.state).toBe('failed');
    expect(found?.resumable).toBe(true);
    expect(found?.trials).toEqual({
      budget: { measure: 'macs', limit: 2e6 },
      wanted: 4,
      rungs: [2, 3],
      trials: [promoted, tried[1]!].map((trial) => ({ ...trial, path: path.join(run.folder, trial.path) })),
    });
  });

  it('that was cancelled shows what it had tried', async () => {
    const run = await at.experiments.start(request());
    at.jobs.last.search.fire(trials(2));
    const end = at.ended();
    at.experiments.cancel(run);
    expect((await end).trials).toEqual(trials(2));
  });

  it.each([
    ['nothing was tried', 'RUN_INTERRUPTED', false],
    ['everything diverged', 'SEARCH_ALL_DIVERGED', true],
  ] as const)('starts anew where %s', async (_, code, tried) => {
    const run = await at.experiments.start(request());
    const end = at.ended();
    if (tried) leaveTrial(run.folder);
    at.jobs.last.fail(new CounterweightError(code, { count: 4, path: run.folder }));
    expect((await end).resumable).toBeUndefined();
  });

  it.each([
    ['architectures', 'mlp'],
    ['budget', { measure: 'macs' }],
    ['trials', '4'],
    ['data', undefined],
  ])('is no record of ours with another %s', async (key, value) => {
    const run = await at.experiments.start(request());
    const record = at.storedRecord(run);
    expect(parseRunRecord(JSON.stringify(record))).toEqual(record);
    expect(parseRunRecord(JSON.stringify({ ...record, [key]: value }))).toBeUndefined();
  });
});
