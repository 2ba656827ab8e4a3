// A folder of runs on a real disk, with the Experiments of a window and the jobs that a test ends as it likes.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { Experiments, type CompressRequest } from '../../../src/host/runs/experiments';
import type { CompressRecord, Run, RunRecord } from '../../../src/host/runs/runRecord';
import { FakeJobs } from './fakeJobs';

export interface RunsFixture {
  /** The workspace. */
  readonly folder: string;
  /** The folder in it that holds the runs. */
  readonly runs: string;
  readonly jobs: FakeJobs;
  readonly experiments: Experiments;
  /** Closes the window and opens another one. */
  reopen(): void;
  request(): CompressRequest;
  /** The next run that ends. */
  ended(): Promise<Run>;
  /** Writes a run of an earlier window, finished where nothing else is said, and gives its folder. */
  store(name: string, record: Partial<CompressRecord>): string;
  storedRecord(run: Run): RunRecord;
}

/** New for every test of the file. A warning that a test brings about and does not expect is a failure. */
export function useRuns(): RunsFixture {
  let folder = '';
  let jobs = new FakeJobs();
  let experiments: Experiments;
  const warnings: string[] = [];
  const runs = (): string => path.join(folder, '.counterweight', 'runs');
  const open = (): void => {
    experiments = new Experiments({
      jobs,
      folders: () => [runs()],
      folderFor: runs,
      warn: (text) => warnings.push(text),
    });
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cw-runs-'));
    jobs = new FakeJobs();
    open();
  });

  afterEach(() => {
    experiments.dispose();
    rmSync(folder, { recursive: true });
    expect(warnings.splice(0)).toEqual([]);
  });

  return {
    get folder() {
      return folder;
    },
    get runs() {
      return runs();
    },
    get jobs() {
      return jobs;
    },
    get experiments() {
      return experiments;
    },
    reopen: () => {
      experiments.dispose();
      open();
    },
    request: () => ({
      kind: 'compress',
      model: path.join(folder, 'my net.onnx'),
      steps: [{ prune: { sparsity: 0.8 } }],
      output: path.join(folder, 'my net.prune80.onnx'),
    }),
    ended: () =>
      new Promise((resolve) => {
        experiments.onDidEnd(resolve);
      }),
    store: (name, record) => {
      const run = path.join(runs(), name);
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
    },
    storedRecord: ({ folder: run }) =>
      JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')) as RunRecord,
  };
}
