// The job behind Compress…: reads a model, applies the steps, writes the result as a new file, and measures what was
// written by opening and running that very file. Either everything is there in the end, or nothing is.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import { externalDataPath } from '../../shared/base/externalData';
import { note, type Note } from '../../shared/base/messages';
import type {
  LatencyView,
  ProgressView,
  ReportView,
  SizesView,
  StepsView,
} from '../../shared/contracts/viewModels';
import type { ModelFile } from '../analysis/compareLayers';
import { compareOpened } from '../analysis/compareModels';
import { measureLatency } from '../analysis/latency';
import { modelSizes } from '../analysis/sizes';
import type { ParsedStep } from '../compression/step';
import { applySteps, parseSteps } from '../compression/steps';
import { openModel } from '../formats/openModel';
import { saveModel } from '../formats/saveModel';
import { assertReportFree, makeReportFolder, writeReport } from './writeReport';

export interface CompressModelParams {
  readonly path: string;
  readonly steps: StepsView;
  /** The file to write; it must not exist. */
  readonly output: string;
  /** Where the report goes as JSON, a new file; its folder is made, and the report as Markdown stands beside it. */
  readonly reportPath: string;
  /** Data to compare on; random inputs without. */
  readonly data?: string | undefined;
  /** Marks the temporary files of this job. */
  readonly jobId: string;
}

export interface CompressContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: ProgressView) => void;
}

/**
 * Compresses a model file into a new one and writes the report. Throws what opening, steps, data and writing throw,
 * RUNTIME_REFUSED where ONNX Runtime runs the original but not the result, and the reason of an aborted signal; in
 * all these cases nothing that was written stays.
 */
export async function compressModel(
  params: CompressModelParams,
  context: CompressContext,
): Promise<ReportView> {
  const started = performance.now();
  const { signal } = context;
  signal.throwIfAborted();
  const progress = phases(context);
  const parsed = parseSteps(params.steps);
  if (existsSync(params.output)) throw new CounterweightError('OUTPUT_EXISTS', { path: params.output });
  assertReportFree(params.reportPath);

  progress('reading', 0, path.basename(params.path));
  const original = { path: params.path, model: openModel(params.path) };
  const folder = await makeReportFolder(path.dirname(params.reportPath));
  const absent = [params.output, externalDataPath(params.output)].filter((file) => !existsSync(file));
  let written: readonly string[] = [];
  try {
    const notes = await write(original, parsed, params, context, progress);
    // Until here whoever failed has left nothing, and a file of this name would be somebody else's.
    written = absent;
    const compressed = { path: params.output, model: openModel(params.output) };
    signal.throwIfAborted();
    const measured = await measure(original, compressed, params.data, signal, progress);
    const report: ReportView = {
      version: 1,
      created: new Date().toISOString(),
      steps: parsed.map(({ id, options }) => ({ [id]: options })),
      ...measured,
      ratio: measured.compressed.bytes / measured.original.bytes,
      notes: [...original.model.notes, ...notes, ...measured.notes],
      seconds: (performance.now() - started) / 1000,
    };
    signal.throwIfAborted();
    await writeReport(report, params.reportPath, params.jobId);
    return report;
  } catch (error) {
    await Promise.all(written.map((file) => rm(file, { force: true })));
    await folder.removeIfMade();
    throw error;
  }
}

async function write(
  { path: source, model }: ModelFile,
  parsed: readonly ParsedStep[],
  { output, jobId }: CompressModelParams,
  { signal }: CompressContext,
  progress: Progress,
): Promise<readonly Note[]> {
  const applied = await applySteps(model, parsed, {
    path: source,
    signal,
    progress: (fraction, detail) => {
      const step = parsed[Math.min(parsed.length - 1, Math.floor(fraction * parsed.length))];
      progress(step?.phase ?? 'pruning', 0.02 + 0.4 * fraction, detail);
    },
  });
  progress('writing', 0.42, path.basename(output));
  await saveModel(applied.model, output, { jobId, signal });
  return applied.notes;
}

type Measured = Pick<
  ReportView,
  'layers' | 'outputs' | 'comparedOn' | 'accuracy' | 'notes' | 'original' | 'compressed' | 'latency'
>;

async function measure(
  original: ModelFile,
  compressed: ModelFile,
  data: string | undefined,
  signal: AbortSignal,
  progress: Progress,
): Promise<Measured> {
  progress('measuring', 0.5, path.basename(original.path));
  const before = await modelSizes(original, signal);
  progress('measuring', 0.55, path.basename(compressed.path));
  const after = await modelSizes(compressed, signal);

  const { comparison, refused, feeds } = await compareOpened(original, compressed, data, {
    signal,
    progress: (fraction, detail) =>
      progress(
        'comparing',
        0.6 + 0.3 * fraction,
        detail === compressed.path ? path.basename(detail) : detail,
      ),
  });
  if (refused.after && !refused.before) throw refused.after;

  let latency: LatencyView | undefined;
  if (feeds) {
    progress('measuring', 0.9, path.basename(compressed.path));
    latency = await measureLatency(original.path, compressed.path, feeds, signal);
  }
  progress('measuring', 1);
  return {
    ...comparison,
    original: { path: original.path, ...before },
    compressed: { path: compressed.path, ...after },
    ...(latency ? { latency } : {}),
    notes: [...comparison.notes, ...sparsityNotes(before, after, latency)],
  };
}

/** Why zeros that were made do not show in the file or in the time, where they do not. */
function sparsityNotes(before: SizesView, after: SizesView, latency: LatencyView | undefined): Note[] {
  if (after.sparsity - before.sparsity < 0.01) return [];
  const isFaster = latency !== undefined && latency.afterMs < 0.95 * latency.beforeMs;
  return [note('SPARSE_NOT_SMALLER', {}), ...(isFaster ? [] : [note('SPARSE_NOT_FASTER', {})])];
}

type Progress = (phase: ProgressView['phase'], fraction: number, detail?: string) => void;

/** Progress never goes back, whatever rounding its parts do. */
function phases({ progress }: CompressContext): Progress {
  let furthest = 0;
  return (phase, fraction, detail) => {
    furthest = Math.max(furthest, Math.min(1, fraction));
    progress({ phase, fraction: furthest, ...(detail === undefined ? {} : { detail }) });
  };
}
