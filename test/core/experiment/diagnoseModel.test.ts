// The diagnosis from target to report: what is judged of a file, a run, a run that was cut off and a recipe, and what
// it says and leaves when it cannot.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { newModel } from '../../../src/core/architectures/architectures';
import { compressModel } from '../../../src/core/experiment/compressModel';
import { diagnoseModel, type DiagnoseModelParams } from '../../../src/core/experiment/diagnoseModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import { CounterweightError, isAbort } from '../../../src/shared/base/errors';
import type { ErrorCode } from '../../../src/shared/base/messages';
import type {
  CurvesView,
  DiagnosisReportView,
  ProgressView,
  ReportView,
  StepsView,
} from '../../../src/shared/contracts/viewModels';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const { signal } = new AbortController();
const data = 'glyphs:samples=300,size=12';

async function untrained(width = 0.25): Promise<string> {
  const model = newModel({ architecture: 'mlp', input: [1, 12, 12], classes: 10, width, seed: 1 });
  await saveModel(model, folder.file('m.onnx'), { jobId: 'j', signal });
  return folder.file('m.onnx');
}

/** A finished run in the folder `run`. */
async function finishedRun(
  steps: StepsView = [{ train: { epochs: 4, learningRate: 0.004 } }],
): Promise<ReportView> {
  return compressModel(
    {
      path: await untrained(),
      steps,
      output: folder.file('out.onnx'),
      reportPath: folder.file('run/report.json'),
      runFolder: folder.file('run'),
      data,
      seed: 3,
      jobId: 'j',
    },
    { signal, progress: () => undefined },
  );
}

interface More {
  readonly onProgress?: (progress: ProgressView) => void;
  readonly onCurves?: (curves: CurvesView) => void;
  readonly signal?: AbortSignal;
}

function diagnosed(
  params: Partial<DiagnoseModelParams> & { readonly path: string },
  { onProgress, onCurves, signal: given = signal }: More = {},
): Promise<DiagnosisReportView> {
  return diagnoseModel(
    { learningCurve: false, jobId: 'j', ...params },
    { signal: given, progress: onProgress ?? (() => undefined), ...(onCurves && { curves: onCurves }) },
  );
}

describe('a model file', () => {
  test('is judged by what it does on both parts of the data', async () => {
    const report = await diagnosed({ path: await untrained(), data });
    expect(report.diagnosis.verdict).toBe('underfit');
    expect(report).toMatchObject({ kind: 'diagnosis', version: 1, data });
    expect(report.generalization?.train.samples).toBe(300);
    expect(report.generalization?.validation.samples).toBe(500);
    expect(report.curves).toBeUndefined();
    expect(report.spectrum.map(({ layer, exponent }) => [layer, exponent === null])).toEqual([
      ['fc1', false],
      ['fc2', false],
      ['fc3', true],
    ]);
    expect(codes(report)).toEqual(
      expect.arrayContaining(['TRAINING_POOR', 'SAMPLES_APART', 'PRUNING_HELPS_NOT', 'SPECTRUM_SKIPPED']),
    );
  });

  test('without data has nothing but its weights to tell', async () => {
    const report = await diagnosed({ path: await untrained(), learningCurve: true });
    expect(report.diagnosis.verdict).toBe('undecided');
    expect(codes(report)).toContain('NOTHING_MEASURED');
    expect(report.diagnosis.advice.map(({ note }) => note.code)).toEqual(['ADVICE_GIVE_DATA']);
    expect(report.spectrum).toHaveLength(3);
    expect(report.notes.map(({ code }) => code)).toContain('LEARNING_CURVE_NEEDS_DATA');
  });
});

describe('a run', () => {
  test('is judged by its curves and its result, on its own data and split', async () => {
    const run = await finishedRun();
    const report = await diagnosed({ path: folder.file('run'), seed: 9 });
    expect(report.path).toBe(folder.file('out.onnx'));
    expect(report.data).toBe(data);
    expect(report.curves).toEqual({ ...run.training?.[0], diagnosis: report.diagnosis });
    expect(report.generalization?.validation.loss).toBeCloseTo(run.generalization!.after.validation.loss, 9);
    const byFile = await diagnosed({ path: folder.file('run/report.json') });
    expect(byFile.diagnosis).toEqual(report.diagnosis);
    expect(report.diagnosis.advice.map(({ edit }) => edit?.set)).not.toContainEqual({
      'train.learningRate': 0.003,
    });
  });

  test('that was quantized afterwards is judged by its quantized result', async () => {
    await finishedRun([{ train: { epochs: 2 } }, { quantize: {} }]);
    const report = await diagnosed({ path: folder.file('run') });
    expect(report.generalization?.train.accuracy).toBeGreaterThan(0);
    expect(report.spectrum[0]?.exponent).toBeGreaterThan(1);
  });

  test('that was cut off is judged by the curves that it left', async () => {
    const run = await finishedRun();
    const { diagnosis, ...curves } = run.training![0]!;
    const history = [
      ...curves.history,
      { epoch: 5, trainLoss: null, validationLoss: null, learningRate: 1, seconds: 1 },
    ];
    mkdirSync(folder.file('cut'));
    const record = { kind: 'compress', model: folder.file('m.onnx'), steps: run.steps, data, seed: 3 };
    writeFileSync(folder.file('cut/run.json'), JSON.stringify(record));
    writeFileSync(folder.file('cut/curves.json'), JSON.stringify({ ...curves, history, diagnosis }));
    const report = await diagnosed({ path: folder.file('cut') });
    expect(report.diagnosis.verdict).toBe('diverged');
    expect(report.diagnosis.advice[0]?.edit).toEqual({ set: { 'train.learningRate': 0.0004 } });
    expect(report.generalization).toBeUndefined();
    expect(report.spectrum).toEqual([]);
  });
});

describe('a recipe', () => {
  test('is done in memory, with its curves told, and judged', async () => {
    await untrained();
    const recipe = {
      model: 'm.onnx',
      data,
      seed: 2,
      steps: [{ train: { epochs: 3 } }, { prune: { sparsity: 0.5 } }],
    };
    writeFileSync(folder.file('recipe.yaml'), JSON.stringify(recipe));
    const told: CurvesView[] = [];
    const report = await diagnosed(
      { path: folder.file('recipe.yaml') },
      { onCurves: (view) => told.push(view) },
    );
    expect(told.at(-1)?.history.at(-1)?.epoch).toBe(3);
    expect(report.curves?.history).toEqual(told.at(-1)?.history);
    expect(report.data).toBe(data);
    expect(existsSync(folder.file('report.json'))).toBe(false);
  });
});

describe('a learning curve', () => {
  test('has points for growing parts and tells that more data helps', async () => {
    const model = newModel({ architecture: 'mlp', input: [1, 8, 8], classes: 10, width: 0.25, seed: 1 });
    await saveModel(model, folder.file('small.onnx'), { jobId: 'j', signal });
    const parts = {
      train: 'glyphs:samples=160,size=8,split=train',
      validation: 'glyphs:samples=100,size=8,split=validation',
    };
    writeFileSync(folder.file('data.yaml'), JSON.stringify(parts));
    const told: CurvesView[] = [];
    const report = await diagnosed(
      { path: folder.file('small.onnx'), data: folder.file('data.yaml'), learningCurve: true },
      { onCurves: (view) => told.push(view) },
    );
    expect(report.learningCurve?.map(({ samples }) => samples)).toEqual([20, 40, 80, 160]);
    const losses = report.learningCurve!.map(({ validation }) => validation.loss);
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    expect(codes(report)).toContain('DATA_HELPS');
    // As many steps for each: epochs of 20, 40, 80 and 160 samples at 64 in a step.
    const epochs = [0, 1, 2, 3].map((step) => told.filter((view) => view.step === step).at(-1)?.epochs);
    expect(epochs).toEqual([90, 90, 45, 30]);
    expect(report.curves?.samples.train).toBe(160);
  }, 60_000);
});

describe('the report', () => {
  test('is written as JSON and as text, over nothing, and progress never goes back', async () => {
    const reportPath = folder.file('runs/d/report.json');
    const fractions: number[] = [];
    const params = { path: await untrained(), data, reportPath };
    const report = await diagnosed(params, { onProgress: ({ fraction }) => fractions.push(fraction) });
    expect(JSON.parse(readFileSync(reportPath, 'utf8'))).toEqual(report);
    expect(readFileSync(folder.file('runs/d/report.md'), 'utf8')).toContain('## Evidence');
    expect(readFileSync(folder.file('runs/d/report.html'), 'utf8')).toContain('<h2>Evidence</h2>');
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    await fails('OUTPUT_EXISTS', diagnosed(params));
  });

  test('is not written, and its folder not left, when the diagnosis is cancelled', async () => {
    const cancel = new AbortController();
    const reportPath = folder.file('runs/d/report.json');
    const running = diagnosed(
      { path: await untrained(), data, reportPath },
      { signal: cancel.signal, onProgress: ({ fraction }) => fraction > 0.1 && cancel.abort() },
    );
    await expect(running).rejects.toSatisfy(isAbort);
    expect(existsSync(folder.file('runs'))).toBe(false);
  });
});

describe('what cannot be judged', () => {
  test.each<readonly [string, ErrorCode, string]>([
    ['nothing.onnx', 'FILE_NOT_FOUND', ''],
    ['other.json', 'NOT_A_RUN', '{"a": 1}'],
    ['broken.json', 'NOT_A_RUN', '{'],
    ['missing.json', 'NOT_A_RUN', ''],
    ['diagnosis.json', 'NOT_A_RUN', '{"version": 1, "kind": "diagnosis"}'],
    ['empty/', 'RUN_WITHOUT_REPORT', ''],
  ])('%s is refused with %s', async (name, code, content) => {
    if (name.endsWith('/')) mkdirSync(folder.file(name));
    else if (content !== '') writeFileSync(folder.file(name), content);
    await fails(code, diagnosed({ path: path.resolve(folder.file(name)), data }));
  });

  test('data that do not fit the model are named', async () => {
    await fails('DATA_INVALID', diagnosed({ path: await untrained(), data: 'glyphs:size=16' }));
  });
});

function codes({ diagnosis }: DiagnosisReportView): readonly string[] {
  return diagnosis.evidence.map(({ note }) => note.code);
}

async function fails(code: ErrorCode, running: Promise<unknown>): Promise<void> {
  await expect(running).rejects.toSatisfy((error) => CounterweightError.is(error, code));
}
