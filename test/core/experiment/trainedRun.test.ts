// Runs that train: what they write, measure and keep, alone and between other steps.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newModel } from '../../../src/core/architectures/architectures';
import { compressModel } from '../../../src/core/experiment/compressModel';
import { readEvents } from '../../../src/core/experiment/runFiles';
import { openModel } from '../../../src/core/formats/openModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import type { CurvesView, ReportView, StepsView } from '../../../src/shared/contracts/viewModels';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const data = 'glyphs:samples=400,size=12';

async function untrained(): Promise<string> {
  const path = folder.file('new.onnx');
  const model = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width: 0.25, seed: 1 });
  if (!existsSync(path)) await saveModel(model, path, { jobId: 'test' });
  return path;
}

interface Job {
  readonly steps: StepsView;
  readonly data?: string;
  readonly curves?: (curves: CurvesView) => void;
  readonly signal?: AbortSignal;
  readonly resume?: boolean;
}

async function run({ steps, curves, resume = false, ...job }: Job): Promise<ReportView> {
  return compressModel(
    {
      path: await untrained(),
      steps,
      output: folder.file('out.onnx'),
      reportPath: folder.file('run/report.json'),
      runFolder: folder.file('run'),
      ...('data' in job ? { data: job.data } : { data }),
      resume,
      jobId: 'job',
    },
    {
      signal: job.signal ?? new AbortController().signal,
      progress: () => undefined,
      ...(curves && { curves }),
    },
  );
}

function losses({ training }: ReportView): unknown {
  return training![0]!.history.map(({ trainLoss }) => trainLoss);
}

const train = { train: { epochs: 6, learningRate: 0.005 } };

function zerosOf(path: string): number {
  const weights = openModel(path).graph.initializers.filter(({ name }) => name.endsWith('.weight'));
  return weights.reduce((sum, tensor) => {
    const values = tensorNumbers(tensor);
    let zeros = 0;
    for (let i = 0; i < values.length; i++) zeros += Number(values[i] === 0);
    return sum + zeros;
  }, 0);
}

describe('a run that trains', () => {
  it('reports curves, verdict and the written file on train, validation and test samples', async () => {
    const seen: number[] = [];
    const report = await run({ steps: [train], curves: ({ history }) => seen.push(history.length) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const [training] = report.training!;
    expect(training!.history.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const { before, after } = report.generalization!;
    expect(after.test!.accuracy).toBeGreaterThan(0.5);
    expect(after.test!.accuracy).toBeGreaterThan(before.test!.accuracy! + 0.3);
    // The epoch whose weights were kept, as the written file has it.
    const best = training!.history[training!.bestEpoch!]!;
    expect(after.validation.loss).toBeCloseTo(best.validationLoss!, 5);
    expect(report.accuracy!.after).toEqual(after.test);
    const written = JSON.parse(readFileSync(folder.file('run/report.json'), 'utf8')) as ReportView;
    expect(written.training).toEqual(report.training);
    const markdown = readFileSync(folder.file('run/report.md'), 'utf8');
    expect(markdown).toContain('## Training (step 1)');
    expect(markdown).toContain(`Verdict: **${training!.diagnosis.verdict}**`);
    const epochs = (await readEvents(folder.file('run/events.jsonl'))).filter(
      ({ event }) => event === 'epoch',
    );
    expect(epochs).toHaveLength(7);
    expect(existsSync(folder.file('run/checkpoint'))).toBe(false);
  });

  it('keeps pruned weights zero, and quantizes what came out', async () => {
    const report = await run({ steps: [{ prune: { sparsity: 0.75 } }, train] });
    expect(report.compressed.sparsity).toBeCloseTo(0.75, 2);
    expect(zerosOf(folder.file('out.onnx'))).toBeGreaterThan(0);
    expect(report.original.sparsity).toBeLessThan(0.01);
    expect(report.generalization!.after.test!.accuracy).toBeGreaterThan(0.5);
  });

  it('says where the curves of each training step begin', async () => {
    const short = { train: { epochs: 1 } };
    const report = await run({ steps: [short, { prune: { sparsity: 0.5 } }, short, { quantize: {} }] });
    expect(report.training!.map(({ step }) => step)).toEqual([0, 2]);
    expect(report.layers.some(({ typeAfter }) => typeAfter === 'int8')).toBe(true);
  });

  it('measures the gap of a run that does not train too, where the data has training samples', async () => {
    const report = await run({ steps: [{ quantize: {} }] });
    expect(report.training).toBeUndefined();
    expect(report.generalization!.after.train.samples).toBe(400);
  });

  it('wants data, and leaves nothing without', async () => {
    await expect(run({ steps: [train], data: undefined as never })).rejects.toMatchObject({
      code: 'STEP_NEEDS_DATA',
    });
    expect(existsSync(folder.file('out.onnx'))).toBe(false);
  });

  it('goes on where a cancel stopped it, and ends with the same file', async () => {
    const whole = await run({ steps: [train] });
    const expected = readFileSync(folder.file('out.onnx'));
    const other = folder.file('again');
    const controller = new AbortController();
    const job = {
      path: await untrained(),
      steps: [train],
      output: folder.file('again.onnx'),
      reportPath: `${other}/report.json`,
      runFolder: other,
      data,
      jobId: 'job',
    };
    const stopped = compressModel(job, {
      signal: controller.signal,
      progress: () => undefined,
      curves: ({ history }) => {
        if (history.length === 3) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(job.output)).toBe(false);
    const context = { signal: new AbortController().signal, progress: () => undefined };
    await expect(compressModel(job, context)).rejects.toMatchObject({ code: 'RUN_UNFINISHED' });
    const resumed = await compressModel({ ...job, resume: true }, context);
    expect(readFileSync(job.output).equals(expected)).toBe(true);
    expect(losses(resumed)).toEqual(losses(whole));
  });
});
