// The job behind Diagnose Overfitting…: measures what a diagnosis is made from, beginning with what costs least, and
// writes the report.
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import { note, type Note } from '../../shared/base/messages';
import type {
  CurvesView,
  DiagnosisReportView,
  LearningPointView,
  ProgressView,
  SpectrumView,
} from '../../shared/contracts/viewModels';
import { measureBaseline } from '../analysis/overfitting/baseline';
import { diagnose } from '../analysis/overfitting/diagnose';
import type { CompressionResponse, DiagnosisFacts } from '../analysis/overfitting/diagnosisFacts';
import { sharedSamples } from '../analysis/overfitting/sharedSamples';
import { weightSpectrum } from '../analysis/weightSpectrum';
import { classCount, type DataSplits } from '../data/dataSet';
import { openSplits, type DataSource } from '../data/openData';
import { openModel } from '../formats/openModel';
import { layersOf } from '../operators/layers';
import { trainSchema } from '../training/trainOptions';
import { compressionResponse } from './diagnosis/compressionResponse';
import { diagnosisMarkdown } from './diagnosis/diagnosisMarkdown';
import { judgedModel, type Judged } from './diagnosis/judgedModel';
import { learningCurve } from './diagnosis/learningCurve';
import { openSubject, type Subject } from './diagnosis/subject';
import { measureParts, type MeasuredParts } from './measureParts';
import { diagnosisHtml } from './report/html/diagnosisHtml';
import { partOf, phases, type PhaseProgress } from './runProgress';
import { assertReportFree, makeReportFolder, writeReportTexts } from './writeReport';

export interface DiagnoseModelParams {
  /** A model file, the folder of a run, its report.json, or a recipe. */
  readonly path: string;
  /** As the command line's --data; runs and recipes bring their own. */
  readonly data?: string;
  /** Of what is held out for validation, and of everything random; that of the run where it has one. */
  readonly seed?: number;
  /** Trains on parts of the samples to draw a learning curve. */
  readonly learningCurve: boolean;
  /** Where the report goes as JSON, with one as Markdown beside it; nothing is written where it is not given. */
  readonly reportPath?: string;
  /** Marks the temporary files of this job. */
  readonly jobId: string;
}

export interface DiagnoseContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: ProgressView) => void;
  /** Gets the curves of a run that is made for the diagnosis, after each epoch. */
  readonly curves?: (curves: CurvesView) => void;
  /** Resolves at once, or when the run is no longer paused. */
  readonly gate?: () => Promise<void>;
}

/**
 * Judges a run, a recipe or a file. A recipe is done in memory first. Throws what opening the target and the data
 * throws, NOT_A_RUN, RUNTIME_REFUSED, OUTPUT_EXISTS, and the reason of an aborted signal; then nothing is written.
 */
export async function diagnoseModel(
  params: DiagnoseModelParams,
  context: DiagnoseContext,
): Promise<DiagnosisReportView> {
  const started = performance.now();
  const { signal } = context;
  signal.throwIfAborted();
  const { reportPath } = params;
  if (reportPath !== undefined) assertReportFree(reportPath);
  const subject = openSubject(params.path);
  const folder = reportPath === undefined ? undefined : await makeReportFolder(path.dirname(reportPath));
  try {
    const source = params.data ?? subject.data;
    const seed = subject.seed ?? params.seed ?? 1;
    const use = { input: openModel(subject.path).graph.inputs[0]?.shape };
    const splits = source === undefined ? undefined : await openSplits(source, seed, use);
    const measured = await measure({ subject, splits, seed, wantsCurve: params.learningCurve }, context);
    const report: DiagnosisReportView = {
      version: 1,
      kind: 'diagnosis',
      created: new Date().toISOString(),
      seconds: (performance.now() - started) / 1000,
      path: subject.path,
      data: nameOf(source),
      ...measured,
    };
    signal.throwIfAborted();
    if (reportPath !== undefined) {
      const texts = { markdown: diagnosisMarkdown(report), html: diagnosisHtml(report) };
      await writeReportTexts(report, texts, reportPath, params.jobId);
    }
    return report;
  } catch (error) {
    await folder?.removeIfMade();
    throw error;
  }
}

function nameOf(source: DataSource | undefined): string {
  return typeof source === 'object' ? source.name : (source ?? '');
}

interface Question {
  readonly subject: Subject;
  readonly splits: DataSplits | undefined;
  readonly seed: number;
  readonly wantsCurve: boolean;
}

/** Where each part of the work begins, as a part of the whole. */
const begins = { steps: 0, parts: 0.05, overlap: 0.1, spectrum: 0.2, response: 0.3, curve: 0.4 } as const;

type Measured = Omit<DiagnosisReportView, 'version' | 'kind' | 'created' | 'seconds' | 'path' | 'data'>;

async function measure(question: Question, context: DiagnoseContext): Promise<Measured> {
  const { subject, splits } = question;
  const { signal } = context;
  // A recipe trains first, which takes most of the time.
  const work = subject.steps ? 0.6 : 0;
  const all = phases(context);
  const progress = partOf(all, work, 1);
  const judged = await judgedModel(subject, splits, trainContext(context, partOf(all, 0, work)));
  const { result, curves } = judged;
  const parts =
    result && splits ? await measuredParts(result.source, question, judged, context, progress) : undefined;
  const loss = curves?.loss ?? parts?.lossKind;
  const baseline = splits && loss ? await measureBaseline(splits.train, loss, signal) : undefined;
  const overlap =
    splits &&
    (await sharedSamples(splits.train, splits.validation, {
      signal,
      progress: (done) => progress('diagnosing', between('overlap', 'spectrum', done)),
    }));
  const spectrum = result ? await spectra(result.model, signal, progress) : [];
  const response = await pruned(question, judged, parts, context, progress);
  const curve = await drawnCurve(question, judged, context, progress);
  const facts: DiagnosisFacts = {
    history: curves?.history ?? [],
    epochs: curves?.epochs ?? 0,
    ended: true,
    loss: loss ?? 'crossEntropy',
    ...classesOf(splits),
    samples: curves?.samples ?? {
      train: splits?.train.count ?? 0,
      validation: splits?.validation.count ?? 0,
    },
    parameters: curves?.parameters ?? (result ? parametersOf(result.model) : 0),
    ...(baseline && { baseline }),
    ...(subject.options && { options: subject.options }),
    ...divergenceOf(curves),
    ...(overlap && { overlap }),
    ...(parts && { generalization: parts }),
    ...(curve.points.length > 0 && { learningCurve: curve.points }),
    spectrum,
    ...(response.response && { compression: response.response }),
  };
  const diagnosis = diagnose(facts);
  // The run judged itself by its curves alone.
  const shown = curves ? { ...curves, diagnosis } : curve.curves;
  return {
    diagnosis,
    ...(parts && { generalization: { train: parts.train, validation: parts.validation } }),
    ...(shown && { curves: shown }),
    ...(curve.points.length > 0 && { learningCurve: curve.points }),
    spectrum,
    notes: [...(result?.model.notes ?? []), ...judged.notes, ...response.notes, ...curve.notes],
  };
}

function between(from: keyof typeof begins, to: keyof typeof begins | 'end', done: number): number {
  const end = to === 'end' ? 1 : begins[to];
  return begins[from] + done * (end - begins[from]);
}

function measuredParts(
  source: string | Uint8Array,
  { splits, subject }: Question,
  { curves }: Judged,
  { signal }: DiagnoseContext,
  progress: PhaseProgress,
): Promise<MeasuredParts> {
  const name = path.basename(subject.path);
  const { train, validation } = splits!;
  return measureParts(
    source,
    { train, validation },
    {
      ...(curves && { loss: curves.loss }),
      signal,
      progress: (done) => progress('measuring', between('parts', 'overlap', done), name),
    },
  );
}

function spectra(
  model: Parameters<typeof weightSpectrum>[0],
  signal: AbortSignal,
  progress: PhaseProgress,
): Promise<readonly SpectrumView[]> {
  return weightSpectrum(model, {
    signal,
    progress: (done, layer) => progress('diagnosing', between('spectrum', 'response', done), layer),
  });
}

/** How the network answers to pruning, where that can be tried. */
async function pruned(
  { subject, splits }: Question,
  { result }: Judged,
  parts: MeasuredParts | undefined,
  { signal }: DiagnoseContext,
  progress: PhaseProgress,
): Promise<{ readonly response?: CompressionResponse; readonly notes: readonly Note[] }> {
  if (!result || !splits || !parts) return { notes: [] };
  try {
    const { train, validation, lossKind } = parts;
    const response = await compressionResponse(result.model, { train, validation }, splits, {
      path: subject.path,
      loss: lossKind,
      signal,
      progress: (done) => progress('pruning', between('response', 'curve', done)),
    });
    return { response, notes: [] };
  } catch (error) {
    if (!CounterweightError.is(error, 'NOTHING_TO_DO')) throw error;
    return { notes: [note('PRUNING_NOT_TRIED', { problem: error.message })] };
  }
}

interface DrawnCurve {
  readonly points: readonly LearningPointView[];
  readonly curves?: CurvesView;
  readonly notes: readonly Note[];
}

async function drawnCurve(
  { subject, splits, seed, wantsCurve }: Question,
  { result }: Judged,
  context: DiagnoseContext,
  progress: PhaseProgress,
): Promise<DrawnCurve> {
  if (!wantsCurve) return { points: [], notes: [] };
  if (!splits) return { points: [], notes: [note('LEARNING_CURVE_NEEDS_DATA', {})] };
  const isFile = result?.source === subject.architecture;
  try {
    return await learningCurve(
      {
        model: isFile ? result.model : openModel(subject.architecture),
        path: subject.architecture,
        data: splits,
        options: subject.options ?? trainSchema.parse({}),
        seed,
      },
      trainContext(context, partOf(progress, begins.curve, 1)),
    );
  } catch (error) {
    if (!CounterweightError.is(error, 'NOT_TRAINABLE')) throw error;
    return { points: [], notes: [note('LEARNING_CURVE_SKIPPED', { problem: error.message })] };
  }
}

function trainContext({ signal, curves, gate }: DiagnoseContext, progress: PhaseProgress) {
  return {
    signal,
    curves: (view: CurvesView) => curves?.(view),
    gate: () => gate?.() ?? Promise.resolve(),
    progress: (done: number, detail?: string) => progress('training', done, detail),
  };
}

/** Only the run itself knew which layer went out of bounds; it said so in its own diagnosis. */
function divergenceOf(curves: CurvesView | undefined): Pick<DiagnosisFacts, 'divergence'> {
  const said = curves?.diagnosis.evidence.find(({ note: { code } }) => code === 'LAYER_GREW')?.note.values;
  if (!said) return {};
  return { divergence: { epoch: Number(said['epoch']), layer: String(said['layer']) } };
}

function classesOf(splits: DataSplits | undefined): Pick<DiagnosisFacts, 'classes'> {
  const classes = splits && classCount(splits.train);
  return classes === undefined ? {} : { classes };
}

function parametersOf(model: Parameters<typeof layersOf>[0]): number {
  return layersOf(model).reduce(
    (sum, { tensors }) => sum + tensors.reduce((all, { parameters }) => all + parameters, 0),
    0,
  );
}
