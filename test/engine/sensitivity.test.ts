// The measurement of what layers can bear through the real engine in a forked process: its answer, its progress, its
// folder, and a cancel.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { JobRunner, type Job } from '../../src/host/engine/jobRunner';
import { parseSensitivity } from '../../src/host/runs/runRecord';
import { cancelled } from '../../src/shared/contracts/contract';
import type { SensitivityJobParams } from '../../src/shared/contracts/engineContract';
import type { ProgressView } from '../../src/shared/contracts/viewModels';
import { useBundle } from '../support/useBundle';
import { writeModel } from '../support/sampleModels';
import { smallNetwork } from '../support/sampleWorkspace';
import { useTempFolder } from '../support/tempFolder';

const script = useBundle('src/engine/main.ts');
const runner = new JobRunner(() => ({ enginePath: script.path }));
const temp = useTempFolder();

afterAll(() => runner.dispose());

async function start(more: Partial<SensitivityJobParams> = {}): Promise<Job<'sensitivity'>> {
  return runner.start('sensitivity', {
    path: await writeModel(temp.file('net.onnx'), smallNetwork()),
    data: 'glyphs:samples=200',
    kind: 'prune',
    runFolder: temp.file('run'),
    jobId: 'job-1',
    ...more,
  });
}

describe('a job that measures what layers can bear', () => {
  it('answers with what it writes into its folder, and tells how far it is', async () => {
    const job = await start();
    const told: ProgressView[] = [];
    job.onProgress((progress) => told.push(progress));
    const report = await job.result;
    if (report === cancelled) throw new Error('It was cancelled');
    expect(report.layers.map(({ name }) => name).toSorted()).toEqual(['conv1', 'conv2', 'fc']);
    const text = await readFile(path.join(temp.file('run'), 'report.json'), 'utf8');
    expect(parseSensitivity(text)).toEqual(report);
    expect((await readdir(temp.file('run'))).toSorted()).toEqual(['report.json', 'report.md']);
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ phase: 'measuring', fraction: 1 });
  });

  it('removes channels of layers where it is told to', async () => {
    const report = await (await start({ granularity: 'channel', seed: 5 })).result;
    expect(report).toMatchObject({ granularity: 'channel', seed: 5, step: 'prune' });
    if (report === cancelled) throw new Error('It was cancelled');
    expect(report.layers.map(({ name }) => name).toSorted()).toEqual(['conv1', 'conv2']);
  });

  it('is cancelled at once, and leaves nothing', async () => {
    const job = await start();
    const measuring = new Promise<void>((resolve) => {
      job.onProgress(({ phase }) => phase === 'measuring' && resolve());
    });
    await measuring;
    job.cancel();
    expect(await job.result).toBe(cancelled);
    expect(existsSync(temp.file('run'))).toBe(false);
  });

  it('says what is wrong with its data, in a code', async () => {
    const job = await start({ data: temp.file('nowhere.npz') });
    await expect(job.result).rejects.toMatchObject({ name: 'CounterweightError' });
    expect(existsSync(temp.file('run'))).toBe(false);
  });
});
