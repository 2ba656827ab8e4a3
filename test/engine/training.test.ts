// Training through the real engine in a forked process: curves, holding and going on, cancelling, and a run that is
// killed and resumed.
import { readdir, readFile, stat } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openModel } from '../../src/core/formats/openModel';
import { JobRunner, type Job } from '../../src/host/engine/jobRunner';
import { CounterweightError } from '../../src/shared/base/errors';
import { cancelled, type Cancelled } from '../../src/shared/contracts/contract';
import type { CompressParams } from '../../src/shared/contracts/engineContract';
import type { CurvesView, ReportView } from '../../src/shared/contracts/viewModels';
import { useBundle } from '../support/useBundle';
import { smallNetwork } from '../support/sampleWorkspace';
import { writeModel } from '../support/sampleModels';
import { useTempFolder } from '../support/tempFolder';

const script = useBundle('src/engine/main.ts');
const runner = new JobRunner(() => ({ enginePath: script.path }));
const temp = useTempFolder();

afterAll(() => runner.dispose());

/** Curves are told ten times a second, so that a short run would be over when its second epoch is heard of. */
const many = { epochs: 30 };

describe('a training job', () => {
  it('tells its curves after every epoch, the last before its report', async () => {
    const job = await start({ epochs: 4 });
    const curves = follow(job);
    const report = answered(await job.result);
    const [training] = report.training ?? [];
    expect(curves.at(-1)?.history).toEqual(training?.history);
    expect(training?.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(training?.ended).toBe('allEpochs');
    expect(['overfit', 'underfit', 'balanced', 'undecided']).toContain(training?.diagnosis.verdict);
    expect(report).toMatchObject({ data: glyphs, seed: 3, steps: [{ train: { epochs: 4, batch: 32 } }] });
    expect(report.generalization?.after.validation.samples).toBe(training?.samples.validation);
    expect(await readdir(temp.file('run'))).not.toContain('checkpoint');
  });

  it('holds while it is paused, and comes to the same end as one that was never held', async () => {
    const free = answered(await (await start(many, 'free')).result);
    const job = await start(many);
    const curves = follow(job);
    await reaches(curves, 2);
    job.pause(true);
    const held = await still(curves);
    await sleep(700);
    expect(curves.length).toBe(held);
    expect(curves.at(-1)?.history.length).toBeLessThan(many.epochs + 1);
    job.pause(false);
    const report = answered(await job.result);
    expect(losses(report)).toEqual(losses(free));
    expect(await bytes('out.onnx')).toEqual(await bytes('free.onnx'));
  });

  it('that is paused can be cancelled, leaves no model, and can go on from its checkpoint', async () => {
    const whole = answered(await (await start(many, 'whole')).result);
    const job = await start(many);
    const curves = follow(job);
    await reaches(curves, 2);
    job.pause(true);
    await still(curves);
    const asked = performance.now();
    job.cancel();
    expect(await job.result).toBe(cancelled);
    expect(performance.now() - asked).toBeLessThan(4_000);
    expect(await readdir(temp.path)).not.toContain('out.onnx');
    const again = await start(many, 'out', { resume: true });
    const later = follow(again);
    const resumed = answered(await again.result);
    // It does not begin anew: the first curves that are told have what was done before.
    expect(later[0]?.history.length).toBeGreaterThan(1);
    expect(losses(resumed)).toEqual(losses(whole));
  });

  it('that is killed is finished by the run that goes on, bit for bit as if nothing had happened', async () => {
    const whole = answered(await (await start(many, 'whole')).result);
    const job = await start(many);
    const curves = follow(job);
    const settled = job.result.catch((error: unknown) => error);
    await reaches(curves, 3);
    process.kill(job.pid!, 'SIGKILL');
    expect(CounterweightError.is(await settled, 'ENGINE_DIED')).toBe(true);
    expect(await readdir(temp.file('run/checkpoint'))).toEqual(['step-0']);
    expect(await readdir(temp.path)).not.toContain('out.onnx');
    const resumed = answered(await (await start(many, 'out', { resume: true })).result);
    expect(losses(resumed)).toEqual(losses(whole));
    expect(await bytes('out.onnx')).toEqual(await bytes('whole.onnx'));
    expect(openModel(temp.file('out.onnx')).graph.nodes).not.toEqual([]);
  });

  it('names what is wrong with its data or its model', async () => {
    const noData = await failure((await start({ epochs: 1 }, 'out', { data: undefined })).result);
    expect(noData.code).toBe('STEP_NEEDS_DATA');
    const wrong = await failure((await start({ epochs: 1 }, 'out', { data: 'glyphs:size=16' })).result);
    expect(wrong.code).toBe('DATA_INVALID');
    expect(await readdir(temp.path)).not.toContain('out.onnx');
    expect(await readdir(temp.file('run'))).not.toContain('checkpoint');
  });

  it('names epoch and layer where it diverges, and its last curves say so', async () => {
    const job = await start({ epochs: 5, optimizer: 'sgd', learningRate: 100 });
    const curves = follow(job);
    const error = await failure(job.result);
    expect(error.code).toBe('TRAINING_DIVERGED');
    expect(curves.at(-1)?.diagnosis.verdict).toBe('diverged');
    expect((await stat(temp.file('run'))).isDirectory()).toBe(true);
  });
});

describe('a diagnosis', () => {
  it('judges the run that trained a model on the data of that run, with the curves it had', async () => {
    const report = answered(await (await start({ epochs: 3 })).result);
    const job = runner.start('diagnose', {
      path: temp.file('run'),
      learningCurve: false,
      runFolder: temp.file('diagnosis'),
      jobId: 'diagnosis',
    });
    const diagnosis = answered(await job.result);
    expect(diagnosis).toMatchObject({ kind: 'diagnosis', data: glyphs, path: temp.file('out.onnx') });
    expect(diagnosis.curves?.history).toEqual(report.training?.[0]?.history);
    const written: unknown = JSON.parse(await readFile(temp.file('diagnosis/report.json'), 'utf8'));
    expect(written).toEqual(diagnosis);
  });

  it('of a model trains on parts of the samples where a learning curve is wanted, and can be cancelled', async () => {
    const path = await writeModel(temp.file('m.onnx'), smallNetwork());
    const job = runner.start('diagnose', {
      path,
      data: glyphs,
      learningCurve: true,
      runFolder: temp.file('diagnosis'),
      jobId: 'diagnosis',
    });
    const phases = new Set<string>();
    await new Promise<void>((resolve) => {
      job.onProgress(({ phase, fraction }) => {
        phases.add(phase);
        if (fraction > 0.5) resolve();
      });
    });
    job.cancel();
    expect(await job.result).toBe(cancelled);
    expect([...phases]).toContain('training');
    expect(await readdir(temp.path)).toEqual(['m.onnx']);
  });
});

const glyphs = 'glyphs:samples=400';

/** Trains the small network on few glyphs into `<name>.onnx`. */
async function start(
  options: Readonly<Record<string, unknown>>,
  name = 'out',
  change: { readonly resume?: true; readonly data?: string | undefined } = {},
): Promise<Job<'compress'>> {
  const { data, resume } = { data: glyphs, ...change };
  const params: CompressParams = {
    path: await writeModel(temp.file('m.onnx'), smallNetwork()),
    steps: [{ train: { batch: 32, ...options } }],
    output: temp.file(`${name}.onnx`),
    runFolder: temp.file(name === 'out' ? 'run' : `run-${name}`),
    seed: 3,
    jobId: name,
    ...(data !== undefined && { data }),
    ...(resume && { resume }),
  };
  return runner.start('compress', params);
}

/** What the job tells of its curves, growing. */
function follow(job: Job): CurvesView[] {
  const curves: CurvesView[] = [];
  job.onCurves((value) => curves.push(value));
  return curves;
}

/** Waits until so many epochs are done, epoch 0 not counted. */
async function reaches(curves: readonly CurvesView[], epochs: number): Promise<void> {
  await expect
    .poll(() => curves.at(-1)?.history.at(-1)?.epoch ?? -1, { timeout: 20_000, interval: 5 })
    .toBeGreaterThanOrEqual(epochs);
}

/** Waits until nothing more is told, since what was under way when the job was paused may still come. */
async function still(curves: readonly CurvesView[]): Promise<number> {
  for (;;) {
    const { length } = curves;
    await sleep(300);
    if (curves.length === length) return length;
  }
}

function losses({ training }: ReportView): readonly unknown[] {
  return (training?.[0]?.history ?? []).map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]);
}

function bytes(name: string): Promise<Buffer> {
  return readFile(temp.file(name));
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function answered<T>(answer: T | Cancelled): T {
  if (answer === cancelled) return expect.fail('the job was cancelled');
  return answer;
}

async function failure(result: Promise<unknown>): Promise<CounterweightError> {
  try {
    await result;
  } catch (error) {
    expect(error).toBeInstanceOf(CounterweightError);
    return error as CounterweightError;
  }
  return expect.fail('the job did not fail');
}
