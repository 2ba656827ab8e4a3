// The engine as its parent sees it: the real bundle in a forked process, asked and killed over the real channel.
import { fork } from 'node:child_process';
import { copyFile, readdir, readFile, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModel } from '../../src/core/formats/openModel';
import { EngineProcess } from '../../src/host/engine/engineProcess';
import { JobRunner } from '../../src/host/engine/jobRunner';
import { CounterweightError } from '../../src/shared/base/errors';
import { uniform } from '../../src/shared/base/random';
import { cancelled, type Cancelled } from '../../src/shared/contracts/contract';
import type { CompressParams } from '../../src/shared/contracts/engineContract';
import type { ProgressView, ReportView } from '../../src/shared/contracts/viewModels';
import { useBundle } from '../support/useBundle';
import { denseModel, writeModel } from '../support/sampleModels';
import { useTempFolder } from '../support/tempFolder';

const script = useBundle('src/engine/main.ts');
const temp = useTempFolder();

describe('the engine', () => {
  let engine: EngineProcess;

  beforeEach(() => {
    engine = new EngineProcess({ enginePath: script.path });
  });
  afterEach(async () => {
    engine.dispose();
    await engine.ended;
  });

  it('sums up a model', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    const model = answered(await engine.call('inspect', { path: file }));
    expect(model.totals).toMatchObject({ parameters: 160, macs: 160 });
    expect(model.layers.map(({ name }) => name)).toEqual(['dense0', 'dense1']);
  });

  it('answers with the code of what is wrong', async () => {
    expect((await failure(engine.call('inspect', { path: temp.file('none.onnx') }))).code).toBe(
      'FILE_NOT_FOUND',
    );
    const file = await writeModel(temp.file('m.onnx'), denseModel([16, 4]));
    expect((await failure(engine.call('layer', { path: file, layer: 'none' }))).code).toBe('LAYER_UNKNOWN');
  });

  it('draws a layer before and after a compression, and a part of it in finer cells', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([1024, 600, 4]));
    const compressed = temp.file('small.onnx');
    answered(await engine.call('compress', compression(file, compressed)));
    const detail = answered(await engine.call('layer', { path: file, layer: 'dense0', compressed }));
    expect(detail.before.heatmap.mean).toBeInstanceOf(Float32Array);
    expect(detail.before.heatmap.mean).toHaveLength(512 * 512);
    expect(detail.after?.tensor.sparsity).toBeGreaterThan(0.7);
    expect(detail.error?.mse).toBeGreaterThan(0);
    const region = { row: 0, column: 0, rows: 8, columns: 4 };
    const request = { path: file, layer: 'dense0', tensor: 'w0', compressed, region } as const;
    for (const side of ['before', 'after', 'error'] as const) {
      const finer = answered(await engine.call('region', { ...request, side }));
      expect(finer).toMatchObject({ cellRows: 8, cellColumns: 4, region });
      expect(finer.mean).toHaveLength(32);
    }
  });

  it('sees that a file was changed', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([16, 8], 1));
    const first = answered(await engine.call('layer', { path: file, layer: 'dense0' }));
    expect(answered(await engine.call('layer', { path: file, layer: 'dense0' }))).toEqual(first);
    await writeModel(file, denseModel([16, 8], 2));
    await utimes(file, new Date(), new Date(Date.now() + 5_000));
    const second = answered(await engine.call('layer', { path: file, layer: 'dense0' }));
    expect(second.before.heatmap.mean).not.toEqual(first.before.heatmap.mean);
  });

  it('estimates what a compression would weigh, near to what it then weighs', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([512, 256, 10]));
    const steps = [{ prune: { sparsity: 0.8 } }, { quantize: { bits: 8 } }];
    const estimate = answered(await engine.call('estimate', { path: file, steps }));
    expect(estimate.bytesBefore).toBe((await stat(file)).size);
    answered(await engine.call('compress', compression(file, temp.file('small.onnx'))));
    const { size } = await stat(temp.file('small.onnx'));
    expect(Math.abs(estimate.bytesAfter / size - 1)).toBeLessThan(0.05);
  });

  it('compresses with progress that never goes back, at most ten times a second, and writes the report', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([1024, 1024, 1024, 10]));
    const progress: ProgressView[] = [];
    engine.channel.on('progress', (value) => progress.push(value));
    const started = performance.now();
    const report = answered(await engine.call('compress', compression(file, temp.file('small.onnx'))));
    const seconds = (performance.now() - started) / 1000;
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.length).toBeLessThanOrEqual(10 * seconds + 2);
    expect(progress.at(-1)?.fraction).toBe(1);
    expect(progress.map(({ fraction }) => fraction)).toEqual(
      progress.map(({ fraction }) => fraction).toSorted((a, b) => a - b),
    );
    expect(report.compressed.bytes).toBe((await stat(temp.file('small.onnx'))).size);
    expect(JSON.parse(await readFile(temp.file('run/report.json'), 'utf8'))).toEqual(report);
  });

  it('tells what the steps of a recipe can be told', async () => {
    const options = answered(await engine.call('stepOptions', {}));
    const rate = options['train']?.find(({ name }) => name === 'learningRate');
    expect(rate).toMatchObject({ kind: 'number', minimum: 0, excludesMinimum: true, default: 0.001 });
    expect(Object.keys(options)).toEqual(expect.arrayContaining(['prune', 'quantize']));
  });

  it('compares two files', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    await copyFile(file, temp.file('copy.onnx'));
    const comparison = answered(
      await engine.call('compare', { before: file, after: temp.file('copy.onnx') }),
    );
    expect(comparison.layers.map(({ mse }) => mse)).toEqual([0, 0]);
  });

  it('stops at a cancel and leaves nothing but the record of the run', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel(Array<number>(9).fill(1024)));
    const controller = new AbortController();
    const job = engine.call('compress', compression(file, temp.file('small.onnx')), controller.signal);
    await new Promise<void>((resolve) => {
      engine.channel.on('progress', ({ phase }) => {
        if (phase === 'quantizing') resolve();
      });
    });
    controller.abort();
    expect(await job).toBe(cancelled);
    expect(await readdir(temp.path)).toEqual(['m.onnx', 'run']);
    const kept = await readdir(temp.file('run'));
    expect(kept).toContain('events.jsonl');
    expect(kept.filter((name) => /report|partial|checkpoint/.test(name))).toEqual([]);
  });

  it('writes nothing to stdout and ends by itself when its parent disconnects', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel([16, 8, 4]));
    const child = fork(script.path, { execArgv: [], serialization: 'advanced', silent: true });
    const written: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => written.push(text));
    }
    const answer = new Promise((resolve) => child.once('message', resolve));
    child.send({ jsonrpc: '2.0', id: 1, method: 'inspect', params: [{ path: file }] });
    expect(await answer).toMatchObject({ id: 1, result: { answer: { path: file } } });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await ended).toBe(0);
    expect(written).toEqual([]);
  });
});

describe('a compression job whose process is killed', () => {
  it('leaves no partial file, and no output or a whole one', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel(Array<number>(5).fill(768)));
    const runner = new JobRunner(() => ({ enginePath: script.path }));
    const whole = await timed(
      () => runner.start('compress', compression(file, temp.file('whole.onnx'), 'whole')).result,
    );
    const next = uniform(7);
    const outcomes: string[] = [];
    for (let n = 0; n < 12; n++) {
      const output = temp.file(`out-${n}.onnx`);
      const job = runner.start('compress', compression(file, output, `job-${n}`));
      const settled = settle(job.result);
      await new Promise((resolve) => setTimeout(resolve, whole.milliseconds * next()));
      if (job.pid !== undefined && !(await isSettled(settled))) process.kill(job.pid, 'SIGKILL');
      const result = await settled;
      outcomes.push(CounterweightError.is(result) ? result.code : 'finished');
      if (CounterweightError.is(result)) expect(result.values).toMatchObject({ reason: 'signal SIGKILL' });
      const names = await readdir(temp.path, { recursive: true });
      expect(names.filter((name) => name.includes('partial'))).toEqual([]);
      if (names.includes(path.basename(output))) expect(openModel(output).graph.nodes).not.toEqual([]);
    }
    expect(outcomes).toContain('ENGINE_DIED');
  });

  it('is killed while it writes: no partial file and no output', async () => {
    const file = await writeModel(temp.file('m.onnx'), denseModel(Array<number>(9).fill(1024)));
    const runner = new JobRunner(() => ({ enginePath: script.path }));
    const output = temp.file('small.onnx');
    const job = runner.start('compress', {
      ...compression(file, output),
      steps: [{ prune: { sparsity: 0.5 } }],
    });
    const settled = settle(job.result);
    const partial = temp.file('.small.onnx.job.partial');
    await expect
      .poll(
        () =>
          stat(partial).then(
            ({ size }) => size,
            () => 0,
          ),
        { timeout: 30_000, interval: 1 },
      )
      .toBeGreaterThan(0);
    process.kill(job.pid ?? 0, 'SIGKILL');
    expect(await settled).toMatchObject({ code: 'ENGINE_DIED' });
    expect((await readdir(temp.path)).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

function compression(file: string, output: string, jobId = 'job'): CompressParams {
  return {
    path: file,
    steps: [{ prune: { sparsity: 0.8 } }, { quantize: { bits: 8 } }],
    output,
    runFolder: path.join(path.dirname(output), jobId === 'job' ? 'run' : `run-${jobId}`),
    jobId,
  };
}

function answered<T>(answer: T | Cancelled): T {
  if (answer === cancelled) return expect.fail('the call was cancelled');
  return answer;
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; milliseconds: number }> {
  const started = performance.now();
  const result = await work();
  return { result, milliseconds: performance.now() - started };
}

function settle(result: Promise<ReportView | Cancelled>): Promise<unknown> {
  return result.catch((error: unknown) => error);
}

function isSettled(result: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    result.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
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
