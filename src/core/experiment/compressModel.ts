// The job behind Compress… and Train…: reads a model, applies the steps, writes the result as a new file, and measures
// what was written by opening and running that very file. Either everything is there in the end, or nothing but the
// checkpoints that an unfinished run goes on from.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import { externalDataPath } from '../../shared/base/externalData';
import type { CurvesView, ReportView, StepsView } from '../../shared/contracts/viewModels';
import type { ModelFile } from '../analysis/compareLayers';
import type { ParsedStep } from '../compression/step';
import { applySteps, parseSteps, type StepsResult } from '../compression/steps';
import { openModel } from '../formats/openModel';
import { saveModel } from '../formats/saveModel';
import type { DataSource } from '../data/openData';
import { finishedSteps } from './finishedSteps';
import { measureFiles } from './measureFiles';
import { measureRun } from './measureRun';
import type { Recipe } from './recipe/recipe';
import { recipeText } from './recipe/recipeText';
import type { RunAgain } from './report/html/reportHtml';
import { openRunData, type RunData } from './runData';
import { openRunFiles, recipePath, type RunFiles } from './runFiles';
import { partOf, phases, type PhaseProgress, type RunProgress } from './runProgress';
import { assertReportFree, makeReportFolder, writeReport } from './writeReport';

export interface CompressModelParams {
  readonly path: string;
  readonly steps: StepsView;
  /** The file to write; it must not exist. */
  readonly output: string;
  /** Where the report goes as JSON, a new file; its folder is made, and the report as Markdown stands beside it. */
  readonly reportPath: string;
  /** Data to train and to compare on; random inputs without. */
  readonly data?: DataSource | undefined;
  /** Of everything random in the run; 1 where not given. */
  readonly seed?: number;
  /** Keeps what happened and the checkpoints of training steps; without it a killed run starts anew. */
  readonly runFolder?: string;
  /** Goes on from the checkpoints in the run's folder, where there are some. */
  readonly resume?: boolean;
  /** 'files' leaves out what takes running the two files: differences of outputs, accuracy and time. */
  readonly measure?: 'all' | 'files';
  /** Marks the temporary files of this job. */
  readonly jobId: string;
}

export interface CompressContext extends RunProgress {
  readonly signal: AbortSignal;
  /** Gets the curves of a training step after each epoch. */
  readonly curves?: (curves: CurvesView) => void;
  /** Resolves at once, or when the run is no longer paused. */
  readonly gate?: () => Promise<void>;
}

/**
 * Compresses or trains a model file into a new one and writes the report. Throws what opening, steps, data and writing
 * throw, RUNTIME_REFUSED where ONNX Runtime runs the original but not the result, RUN_UNFINISHED where the run's
 * folder holds checkpoints and `resume` is not set, and the reason of an aborted signal; in all these cases no model
 * and no report that was written stays.
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
  const { measure = 'all', seed = 1 } = params;
  const data = await openRunData(parsed, params.data, seed, {
    input: original.model.graph.inputs[0]?.shape,
    ...(measure === 'files' && { only: 'steps' }),
  });
  const folder = await makeReportFolder(path.dirname(params.reportPath));
  const absent = [params.output, externalDataPath(params.output)].filter((file) => !existsSync(file));
  let written: readonly string[] = [];
  let files: RunFiles | undefined;
  try {
    files = await filesOf(params, parsed, seed);
    const { notes, training } = await write(
      original,
      parsed,
      { params, seed, data, files },
      context,
      progress,
    );
    // Until here whoever failed has left nothing, and a file of this name would be somebody else's.
    written = absent;
    const compressed = { path: params.output, model: openModel(params.output) };
    signal.throwIfAborted();
    const measuring = { signal, progress: partOf(progress, 0.04 + workShare(parsed), 1) };
    const measured =
      measure === 'files'
        ? await measureFiles(original, compressed, measuring)
        : await measureRun(original, compressed, data, { ...measuring, steps: parsed, training });
    const report: ReportView = {
      version: 1,
      created: new Date().toISOString(),
      steps: parsed.map(({ id, options }) => ({ [id]: options })),
      ...measured,
      ...(params.data !== undefined && { data: nameOf(params.data), seed }),
      ...(training.length > 0 && { training }),
      ratio: measured.compressed.bytes / measured.original.bytes,
      notes: [...original.model.notes, ...notes, ...measured.notes],
      seconds: (performance.now() - started) / 1000,
    };
    signal.throwIfAborted();
    await writeReport(report, runAgain(params, parsed, seed), params.reportPath, params.jobId);
    await files?.finish();
    return report;
  } catch (error) {
    await Promise.all(written.map((file) => rm(file, { force: true })));
    await files?.stop(error);
    await folder.removeIfMade();
    throw error;
  }
}

/**
 * The part of a run's time that its steps take, roughly. Training takes nearly all of it; a step that changes weights
 * once takes no longer than measuring.
 */
function workShare(steps: readonly ParsedStep[]): number {
  return steps.some(({ needsData }) => needsData) ? 0.85 : 0.4;
}

async function filesOf(
  params: CompressModelParams,
  parsed: readonly ParsedStep[],
  seed: number,
): Promise<RunFiles | undefined> {
  const { runFolder, resume = false, jobId } = params;
  if (runFolder === undefined) return undefined;
  return openRunFiles(runFolder, recipeOf(params, parsed, seed), { resume, jobId });
}

function recipeOf(
  { path: model, data }: CompressModelParams,
  parsed: readonly ParsedStep[],
  seed: number,
): Recipe {
  const steps = parsed.map(({ id, options }) => ({ [id]: options }));
  return { model: path.resolve(model), ...(data !== undefined && { data }), seed, steps };
}

/** The recipe, and where it is kept the command that does it again, for whoever stands in the folder of the report. */
function runAgain(params: CompressModelParams, parsed: readonly ParsedStep[], seed: number): RunAgain {
  const recipe = recipeText(recipeOf(params, parsed, seed));
  if (params.runFolder === undefined) return { recipe };
  const file = path.relative(path.dirname(path.resolve(params.reportPath)), recipePath(params.runFolder));
  return { recipe, command: `counterweight compress --recipe ${quoted(file)} -o again` };
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./\\-]+$/.test(word) ? word : `"${word}"`;
}

function nameOf(data: DataSource): string {
  return typeof data === 'string' ? data : data.name;
}

interface Run {
  readonly params: CompressModelParams;
  readonly seed: number;
  readonly data: RunData;
  readonly files: RunFiles | undefined;
}

async function write(
  { path: source, model }: ModelFile,
  parsed: readonly ParsedStep[],
  { params, seed, data, files }: Run,
  { signal, curves, gate }: CompressContext,
  progress: PhaseProgress,
): Promise<StepsResult> {
  const { output, jobId } = params;
  const share = workShare(parsed);
  const recipe = recipeOf(params, parsed, seed);
  const folder = files?.checkpointFolder;
  let recorded: Promise<void> | undefined;
  const applying = applySteps(model, parsed, {
    path: source,
    signal,
    seed,
    ...(data.splits && { data: data.splits }),
    ...(folder !== undefined && {
      checkpointFolder: folder,
      keeper: finishedSteps({ folder, original: { path: source, model }, recipe, jobId, signal }),
    }),
    gate: gate ?? (() => Promise.resolve()),
    curves: (view) => {
      recorded = files?.recordCurves(view);
      curves?.(view);
    },
    progress: (fraction, { phase }, detail) => progress(phase, 0.02 + share * fraction, detail),
  });
  try {
    const applied = await applying;
    progress('writing', 0.02 + share, path.basename(output));
    await saveModel(applied.model, output, { jobId, signal });
    return applied;
  } finally {
    await recorded;
  }
}
