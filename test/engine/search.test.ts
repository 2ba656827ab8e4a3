// A search through the real engine in a forked process: what it tells, holding and going on, cancelling and resuming.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { EngineProcess } from '../../src/host/engine/engineProcess';
import { JobRunner, type Job } from '../../src/host/engine/jobRunner';
import { CounterweightError } from '../../src/shared/base/errors';
import { cancelled, type Cancelled } from '../../src/shared/contracts/contract';
import type { SearchReportView, SearchView } from '../../src/shared/contracts/searchViews';
import { useBundle } from '../support/useBundle';
import { useTempFolder } from '../support/tempFolder';

const script = useBundle('src/engine/main.ts');
const runner = new JobRunner(() => ({ enginePath: script.path }));
const temp = useTempFolder();

afterAll(() => runner.dispose());

function start(
  name: string,
  change: { readonly resume?: true; readonly limit?: number } = {},
): Job<'search'> {
  const { limit = 20_000, resume } = change;
  return runner.start('search', {
    architectures: ['mlp', 'lenet-300-100'],
    data: 'glyphs:samples=200,size=8',
    budget: { measure: 'macs', limit },
    trials: 6,
    epochs: 8,
    seed: 2,
    output: temp.file(`${name}.onnx`),
    runFolder: temp.file(`run-${name}`),
    jobId: name,
    ...(resume && { resume }),
  });
}

function follow(job: Job<'search'>): SearchView[] {
  const views: SearchView[] = [];
  job.onSearch((view) => views.push(view));
  return views;
}

function answered(answer: SearchReportView | Cancelled): SearchReportView {
  if (answer === cancelled) throw new Error('It was cancelled');
  return answer;
}

describe('a search job', () => {
  it('tells what was tried, the last before its report, and writes the winner', async () => {
    const job = start('a');
    const views = follow(job);
    const report = answered(await job.result);
    expect(views.at(-1)).toEqual(report.search);
    expect(report.search.trials).toHaveLength(6);
    expect(report.winner.path).toBe(temp.file('a.onnx'));
    expect(existsSync(temp.file('a.onnx'))).toBe(true);
    expect(JSON.parse(await readFile(temp.file('run-a/report.json'), 'utf8'))).toEqual(report);
  });

  it('that is cancelled goes on where it was, and ends with the same weights', async () => {
    await start('whole').result;
    const job = start('b');
    const views = follow(job);
    await expect
      .poll(() => views.at(-1)?.trials.length ?? 0, { timeout: 30_000, interval: 5 })
      .toBeGreaterThan(1);
    job.cancel();
    expect(await job.result).toBe(cancelled);
    expect(existsSync(temp.file('b.onnx'))).toBe(false);
    const again = start('b', { resume: true });
    const later = follow(again);
    answered(await again.result);
    expect(later[0]?.trials.length).toBeGreaterThan(1);
    const [first, second] = await Promise.all(
      ['b', 'whole'].map((name) => readFile(temp.file(`${name}.onnx`))),
    );
    expect(first?.equals(second!)).toBe(true);
  });

  it('that nothing fits into says so and leaves nothing', async () => {
    const failed = start('c', { limit: 10 }).result;
    await expect(failed).rejects.toSatisfy((error) => CounterweightError.is(error, 'SEARCH_NOTHING_FITS'));
    expect(existsSync(temp.file('run-c'))).toBe(false);
  });
});

describe('the engine', () => {
  it('names the architectures that can be searched', async () => {
    const engine = new EngineProcess({ enginePath: script.path });
    const known = await engine.call('architectures', {});
    engine.dispose();
    await engine.ended;
    if (known === cancelled) throw new Error('It was cancelled');
    expect(known.find(({ id }) => id === 'mobilenet-v2')).toEqual({
      id: 'mobilenet-v2',
      description: expect.stringContaining('Sandler') as string,
      example: [3, 224, 224],
    });
    expect(known.some(({ id }) => id === 'autoencoder')).toBe(false);
  });
});
