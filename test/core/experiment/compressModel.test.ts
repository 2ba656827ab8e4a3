// The compression job from file to file: what it writes, what it reports of it, and what it leaves when it fails.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressModel } from '../../../src/core/experiment/compressModel';
import { modelFiles, openModel } from '../../../src/core/formats/openModel';
import { saveModel } from '../../../src/core/formats/saveModel';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import type { Tensor } from '../../../src/core/ir/tensor';
import { graphsWithin, storedTensors } from '../../../src/core/ir/traversal';
import { CounterweightError, isAbort } from '../../../src/shared/base/errors';
import type { ErrorCode } from '../../../src/shared/base/messages';
import { normals } from '../../../src/shared/base/random';
import type { ProgressView, ReportView, StepsView } from '../../../src/shared/contracts/viewModels';
import { floats, graph, input, model, node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();
const pruneAndQuantize: StepsView = [{ prune: { sparsity: 0.8 } }, { quantize: {} }];

interface Job {
  readonly path: string;
  readonly steps?: StepsView;
  readonly data?: string;
  readonly output?: string;
  readonly measure?: 'files';
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProgressView) => void;
}

function compressed(job: Job): Promise<ReportView> {
  return compressModel(
    {
      path: job.path,
      steps: job.steps ?? pruneAndQuantize,
      output: job.output ?? folder.file('out.onnx'),
      reportPath: folder.file('runs/one/report.json'),
      data: job.data,
      ...(job.measure && { measure: job.measure }),
      jobId: 'job',
    },
    { signal: job.signal ?? new AbortController().signal, progress: job.onProgress ?? (() => undefined) },
  );
}

/** A small classifier with a hidden layer, as a file in the temporary folder. */
async function smallModel(): Promise<string> {
  const content = model(
    graph({
      nodes: [
        node('Flatten', ['image'], ['flat'], {}, 'flatten'),
        node('Gemm', ['flat', 'w1', 'b1'], ['hidden'], {}, 'fc1'),
        node('Relu', ['hidden'], ['active'], {}, 'relu'),
        node('Gemm', ['active', 'w2', 'b2'], ['scores'], {}, 'fc2'),
      ],
      inputs: [input('image', ['N', 1, 28, 28])],
      outputs: [input('scores', ['N', 10])],
      initializers: [
        floats('w1', [784, 32], normals(784 * 32, 1)),
        floats('b1', [32], normals(32, 2)),
        floats('w2', [32, 10], normals(320, 3)),
        floats('b2', [10], normals(10, 4)),
      ],
    }),
  );
  await saveModel(content, folder.file('small.onnx'), { jobId: 'test' });
  return folder.file('small.onnx');
}

/** Every file below a folder with its content, and every folder. */
function snapshot(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    entries.map((name) => {
      const file = path.join(root, name);
      return [name, statSync(file).isDirectory() ? 'folder' : sha256(file)];
    }),
  );
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

describe('compressModel', () => {
  it('writes the model and its report in three forms, and nothing else', async () => {
    const source = await smallModel();
    const report = await compressed({ path: source, data: 'glyphs:samples=100' });
    expect(Object.keys(snapshot(folder.path))).toEqual([
      'out.onnx',
      'runs',
      'runs/one',
      'runs/one/report.html',
      'runs/one/report.json',
      'runs/one/report.md',
      'small.onnx',
    ]);
    expect(JSON.parse(readFileSync(folder.file('runs/one/report.json'), 'utf8'))).toEqual(report);
    expect(readFileSync(folder.file('runs/one/report.md'), 'utf8')).toContain('| fc1 | Gemm |');
    expect(readFileSync(folder.file('runs/one/report.html'), 'utf8')).toContain('>fc1<');
    expect(report.steps[0]).toEqual({
      prune: {
        sparsity: 0.8,
        criterion: 'magnitude',
        granularity: 'element',
        scope: 'global',
        schedule: 'one-shot',
        reconstruct: 'none',
      },
    });
    expect(report.accuracy!.before.samples).toBe(100);
    expect(report.latency!.beforeMs).toBeGreaterThan(0);
    expect(report.notes.map(({ code }) => code)).toContain('SPARSE_NOT_SMALLER');
  });

  it('writes the same model without running it, and says what was not measured', async () => {
    const steps = [{ quantize: { activations: {} } }];
    const job = { path: await smallModel(), data: 'glyphs:samples=40', steps };
    const measured = await compressed(job);
    const first = readFileSync(folder.file('out.onnx'));
    rmSync(folder.file('out.onnx'));
    rmSync(folder.file('runs'), { recursive: true });
    const report = await compressed({ ...job, measure: 'files' });
    expect(readFileSync(folder.file('out.onnx'))).toEqual(first);
    const sameFields = ['original', 'compressed', 'layers', 'ratio', 'steps'] as const;
    for (const field of sameFields) expect(report[field]).toEqual(measured[field]);
    expect(report).toMatchObject({ outputs: [], comparedOn: 'nothing' });
    for (const field of ['accuracy', 'latency', 'generalization'] as const) {
      expect(measured[field]).toBeDefined();
      expect(report).not.toHaveProperty(field);
    }
    expect(report.notes.map(({ code }) => code)).toContain('NOT_MEASURED');
    expect(measured.notes.map(({ code }) => code)).not.toContain('NOT_MEASURED');
    expect(readFileSync(folder.file('runs/one/report.md'), 'utf8')).toContain('was not measured');
  });

  it('reports progress that only goes forward, from 0 to 1, through every phase', async () => {
    const seen: ProgressView[] = [];
    await compressed({ path: await smallModel(), onProgress: (progress) => seen.push(progress) });
    const fractions = seen.map(({ fraction }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
    const phases = seen.map(({ phase }) => phase);
    expect(phases.filter((phase, i) => phase !== phases[i - 1])).toEqual([
      'reading',
      'pruning',
      'quantizing',
      'writing',
      'measuring',
      'comparing',
      'measuring',
    ]);
  });

  it('leaves everything as it was when it is cancelled, at whichever report of progress', async () => {
    const source = await smallModel();
    const before = snapshot(folder.path);
    let reports = 0;
    const cancelAt = async (count: number) => {
      const controller = new AbortController();
      reports = 0;
      return compressed({
        path: source,
        signal: controller.signal,
        onProgress: () => {
          if (reports++ === count) controller.abort();
        },
      }).then(
        () => 'done',
        (error: unknown) => (isAbort(error) ? 'cancelled' : error),
      );
    };
    let count = 0;
    for (; (await cancelAt(count)) === 'cancelled'; count++) expect(snapshot(folder.path)).toEqual(before);
    // The last report of progress is followed by nothing but the writing of the report.
    expect(count).toBeGreaterThan(10);
    expect(await cancelAt(0)).toMatchObject({ code: 'OUTPUT_EXISTS' });
  });

  it('leaves everything as it was when it is cancelled, at whichever time', async () => {
    const source = await smallModel();
    const before = snapshot(folder.path);
    let cancelled = 0;
    for (let wait = 0; wait < 400; wait += 10) {
      const signal = AbortSignal.any([AbortSignal.timeout(wait)]);
      const outcome = await compressed({ path: source, signal }).then(
        () => 'done',
        () => 'cancelled',
      );
      if (outcome === 'done') break;
      cancelled++;
      expect(snapshot(folder.path)).toEqual(before);
    }
    expect(cancelled).toBeGreaterThan(0);
  });

  it.each<[string, (source: string) => Partial<Job>, ErrorCode]>([
    ['a step that is unknown', () => ({ steps: [{ shrink: {} }] }), 'STEP_INVALID'],
    ['data that does not fit', () => ({ data: 'glyphs:size=16' }), 'DATA_INVALID'],
    ['a folder that is missing', () => ({ output: folder.file('nowhere/out.onnx') }), 'OUTPUT_UNWRITABLE'],
    ['the original as its output', (source) => ({ output: source }), 'OUTPUT_EXISTS'],
    ['steps that change nothing', () => ({ steps: [] }), 'NOTHING_TO_DO'],
  ])('leaves everything as it was with %s', async (_, change, code) => {
    const source = await smallModel();
    const before = snapshot(folder.path);
    await expect(compressed({ path: source, ...change(source) })).rejects.toMatchObject({ code });
    expect(snapshot(folder.path)).toEqual(before);
  });

  it('keeps a report and a file beside it that were there', async () => {
    const source = await smallModel();
    mkdirSync(folder.file('runs/one'), { recursive: true });
    writeFileSync(folder.file('runs/one/report.md'), 'mine');
    const before = snapshot(folder.path);
    await expect(compressed({ path: source })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    expect(snapshot(folder.path)).toEqual(before);
  });

  it('refuses a report folder that is a file', async () => {
    const source = await smallModel();
    writeFileSync(folder.file('runs'), 'mine');
    const before = snapshot(folder.path);
    const attempt = compressed({ path: source });
    await expect(attempt).rejects.toSatisfy((error) => CounterweightError.is(error, 'OUTPUT_UNWRITABLE'));
    expect(snapshot(folder.path)).toEqual(before);
  });
});

/** Weights of a written file, counted from its nodes and stored tensors alone: quantized ones and those of the notes. */
function recount(file: string, report: ReportView): { weights: number; zeros: number } {
  const notQuantized = new Set(
    report.notes.filter(({ code }) => code === 'NOT_QUANTIZED').map(({ values }) => values['tensor']),
  );
  let weights = 0;
  let zeros = 0;
  const count = (tensor: Tensor, isZero: (value: number, index: number) => boolean) => {
    weights += tensor.elements;
    zeros += tensorNumbers(tensor).filter(isZero).length;
  };
  for (const part of graphsWithin(openModel(file).graph)) {
    const stored = storedTensors(part);
    for (const name of notQuantized) {
      const tensor = stored.get(String(name));
      if (tensor) count(tensor, (value) => value === 0);
    }
    for (const { operator, inputs } of part.nodes) {
      if (operator !== 'DequantizeLinear') continue;
      // Symmetric: every zero point is 0.
      expect(tensorNumbers(stored.get(inputs[2]!)!).every((zero) => zero === 0)).toBe(true);
      count(stored.get(inputs[0]!)!, (value) => value === 0);
    }
  }
  return { weights, zeros };
}

describe.runIf(hasShared)('compressModel on real files', () => {
  it.each([
    'burn_mnist.onnx',
    'cifar10_resnet_4b.onnx',
    'cntk_mnist-8.onnx',
    'dtln_model_1.onnx',
    'mnistfc_256x2.onnx',
    'tinyphysics.onnx',
    'vit_ibp_3_3_8.onnx',
    'external_resnet_fp32/model.onnx',
  ])('reports of %s what a recount of the written file finds', async (name) => {
    const source = sharedFile(`models/onnx/${name}`);
    const originals = modelFiles(openModel(source), source);
    const hashes = originals.map(sha256);
    const report = await compressed({ path: source });

    expect(originals.map(sha256)).toEqual(hashes);
    const output = folder.file('out.onnx');
    const written = [output, `${output}.data`].filter((file) => existsSync(file));
    expect(modelFiles(openModel(output), output).toSorted()).toEqual(written.toSorted());
    const bytes = written.reduce((sum, file) => sum + statSync(file).size, 0);
    const gzipBytes = written.reduce(
      (sum, file) => sum + gzipSync(readFileSync(file), { level: 6 }).length,
      0,
    );
    expect(report.compressed).toMatchObject({ path: output, bytes, gzipBytes });
    expect(report.original.bytes).toBe(originals.reduce((sum, file) => sum + statSync(file).size, 0));
    expect(report.ratio).toBe(bytes / report.original.bytes);

    const { weights, zeros } = recount(output, report);
    expect(report.compressed.sparsity).toBe(zeros / weights);
    // Of n weights, floor(0.8 n) are pruned.
    expect(report.compressed.sparsity).toBeGreaterThan(0.8 - 1 / weights);
    expect(report.compressed.sparsity).toBeLessThan(0.82);
    expect(report.outputs.length).toBeGreaterThan(0);
    expect(report.comparedOn).toMatch(/^random inputs of seed 1/);
    expect(report.layers.some(({ typeAfter }) => typeAfter === 'int8')).toBe(true);

    // Four of five weights are gone: leaving them out is worth more than it costs, and no coder gets below the bound.
    expect(report.compressed.sparseBytes).toBeLessThan(bytes);
    expect(report.compressed.entropyBytes).toBeLessThan(report.compressed.sparseBytes!);
    for (const layer of report.layers) {
      expect(layer.sparseBytesAfter).toBeGreaterThanOrEqual(layer.entropyBytesAfter!);
      expect(layer.sparseBytesAfter).toBeLessThanOrEqual(layer.bytesAfter + 4);
    }
  });

  it('compresses a copy whose folder it shares', async () => {
    const source = folder.file('model.onnx');
    copyFileSync(sharedFile('models/onnx/mnistfc_256x2.onnx'), source);
    const report = await compressed({ path: source, output: folder.file('model.prune80.int8.onnx') });
    expect(report.ratio).toBeLessThan(0.26);
  });
});
