// What the editor keeps of a run beside its report: `run.json`. With it a run that failed, was cancelled or was cut
// off by a closed window is shown for what it is after a reload.
import type { ErrorCode } from '../../shared/base/messages';
import type { Budget } from '../../shared/base/searchBudget';
import type { SearchReportView, SearchView } from '../../shared/contracts/searchViews';
import type { SensitivityReportView } from '../../shared/contracts/sensitivityViews';
import type {
  CurvesView,
  DiagnosisReportView,
  ProgressView,
  ReportView,
  StepsView,
} from '../../shared/contracts/viewModels';

/** The content of run.json. */
export type RunRecord = CompressRecord | DiagnosisRecord | SearchRecord | SensitivityRecord;

interface AnyRecord {
  readonly version: 1;
  readonly state: 'running' | 'finished' | 'failed' | 'cancelled';
  /** Absolute path of the model that is compressed, trained or judged, or that a search is to write. */
  readonly model: string;
  /** The data of the run, as the command line's --data. */
  readonly data?: string;
  /** Of everything random; the engine's default where not given. */
  readonly seed?: number;
  readonly jobId: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly ended?: string;
  /** The window that runs the job: its extension host's process and a name that no other window has. */
  readonly owner: { readonly pid: number; readonly session: string };
  readonly failure?: RunFailure;
}

/** A run that writes a model: smaller, trained, or both. */
export interface CompressRecord extends AnyRecord {
  readonly kind: 'compress';
  readonly steps: StepsView;
  /** Absolute path of the file to write. */
  readonly output: string;
}

/** A diagnosis of a model. */
export interface DiagnosisRecord extends AnyRecord {
  readonly kind: 'diagnosis';
  /** Folder of the run that is judged, where it is one; it brings its own data. */
  readonly judged?: string;
  /** Trains on parts of the samples to draw a learning curve. */
  readonly learningCurve: boolean;
}

/** A search for a network under a budget. */
export interface SearchRecord extends AnyRecord {
  readonly kind: 'search';
  readonly data: string;
  readonly architectures: readonly string[];
  readonly budget: Budget;
  /** Networks to try. */
  readonly trials: number;
  /** Epochs of the winner. */
  readonly epochs: number;
}

/** A measurement of what each layer of a model can bear. */
export interface SensitivityRecord extends AnyRecord {
  readonly kind: 'sensitivity';
  readonly data: string;
  /** How a layer is compressed. */
  readonly method: 'prune' | 'quantize';
  /** As the option of that step. */
  readonly granularity?: string;
}

/** Why a run failed, as a code and its values, so that it is shown in the reader's language. */
export interface RunFailure {
  readonly code: ErrorCode;
  readonly values: Readonly<Record<string, string | number>>;
  /** The last lines that the engine wrote. */
  readonly log: readonly string[];
}

/** A run as the Experiments view shows it. */
export interface Run {
  /** The run's folder, absolute; no two runs share one. */
  readonly folder: string;
  readonly record: RunRecord;
  /** Of a run that is going on in this window. */
  readonly progress?: ProgressView;
  /** Of a run that trains, or did not get to its end. */
  readonly curves?: CurvesView;
  /** Of a search that is going on in this window, or did not get to its end. */
  readonly trials?: SearchView;
  /** The job holds before its next step. */
  readonly paused?: true;
  /** The job was told to stop and has not done so yet. */
  readonly cancelling?: true;
  /** It did not get to its end and has a checkpoint to go on from. */
  readonly resumable?: true;
  /** Of a finished run that wrote a model. */
  readonly report?: ReportView;
  /** Of a finished diagnosis. */
  readonly diagnosis?: DiagnosisReportView;
  /** Of a finished measurement of what layers can bear. */
  readonly sensitivity?: SensitivityReportView;
  /** Of a finished search. */
  readonly search?: SearchReportView;
}

/** The run's job runs in this window and is training, or holds. */
export function canPause(run: Run): boolean {
  if (run.record.state !== 'running' || run.cancelling) return false;
  return run.paused === true || run.progress?.phase === 'training';
}

/** Undefined for what is not a record of ours: folders can hold anything. */
export function parseRunRecord(text: string): RunRecord | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  // Records that are older than diagnoses do not name their kind.
  const { kind = 'compress', version, state, model, jobId, created, owner, failure, data, seed } = value;
  const whole =
    version === 1 &&
    ['running', 'finished', 'failed', 'cancelled'].includes(state as string) &&
    [model, jobId, created].every((entry) => typeof entry === 'string') &&
    (data === undefined || typeof data === 'string') &&
    (seed === undefined || typeof seed === 'number') &&
    isObject(owner) &&
    typeof owner['pid'] === 'number' &&
    typeof owner['session'] === 'string' &&
    (failure === undefined || isFailure(failure)) &&
    typeof kind === 'string' &&
    (isOfKind[kind]?.(value) ?? false);
  return whole ? ({ ...value, kind } as unknown as RunRecord) : undefined;
}

/** Undefined for what is not a report that this version can show. */
export function parseReport(text: string): ReportView | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { version, ratio, original, compressed, layers, outputs, notes, steps } = value;
  const whole =
    version === 1 &&
    typeof ratio === 'number' &&
    [original, compressed].every((side) => isObject(side) && typeof side['path'] === 'string') &&
    [layers, outputs, notes, steps].every(Array.isArray);
  return whole ? (value as unknown as ReportView) : undefined;
}

/** The same of a diagnosis. */
export function parseDiagnosis(text: string): DiagnosisReportView | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { version, kind, path, data, diagnosis, spectrum, notes, curves } = value;
  const whole =
    version === 1 &&
    kind === 'diagnosis' &&
    [path, data].every((entry) => typeof entry === 'string') &&
    isVerdict(diagnosis) &&
    (curves === undefined || isCurves(curves)) &&
    [spectrum, notes].every(Array.isArray);
  return whole ? (value as unknown as DiagnosisReportView) : undefined;
}

/** The same of a measured sensitivity. */
export function parseSensitivity(text: string): SensitivityReportView | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { version, kind, path, data, step, settings, baseline, layers, notes } = value;
  const whole =
    version === 1 &&
    kind === 'sensitivity' &&
    [path, data].every((entry) => typeof entry === 'string') &&
    (step === 'prune' || step === 'quantize') &&
    isObject(baseline) &&
    [settings, layers, notes].every(Array.isArray) &&
    (layers as readonly unknown[]).every(isMeasuredLayer);
  return whole ? (value as unknown as SensitivityReportView) : undefined;
}

function isMeasuredLayer(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['name'] === 'string' &&
    Array.isArray(value['points']) &&
    value['points'].every(isObject)
  );
}

/** The same of a search. */
export function parseSearch(text: string): SearchReportView | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { version, kind, data, search, winner, notes } = value;
  const whole =
    version === 1 &&
    kind === 'search' &&
    typeof data === 'string' &&
    isObject(search) &&
    isBudget(search['budget']) &&
    [search['trials'], search['rungs'], notes].every(Array.isArray) &&
    isObject(winner) &&
    typeof winner['path'] === 'string' &&
    [winner['costs'], winner['generalization'], winner['training']].every(isObject);
  return whole ? (value as unknown as SearchReportView) : undefined;
}

/** The same of the curves of a run that did not get to its end. */
export function parseCurves(text: string): CurvesView | undefined {
  const value = parseJson(text);
  return isCurves(value) ? value : undefined;
}

/** What the records of each kind have beside those of all. */
const isOfKind: Readonly<Record<string, (value: Readonly<Record<string, unknown>>) => boolean>> = {
  compress: isCompress,
  diagnosis: isDiagnosis,
  search: isSearch,
  sensitivity: isSensitivity,
} satisfies Record<RunRecord['kind'], unknown>;

function isSensitivity({ data, method, granularity }: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof data === 'string' &&
    (method === 'prune' || method === 'quantize') &&
    (granularity === undefined || typeof granularity === 'string')
  );
}

function isSearch({
  data,
  architectures,
  budget,
  trials,
  epochs,
}: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof data === 'string' &&
    Array.isArray(architectures) &&
    architectures.every((id) => typeof id === 'string') &&
    isBudget(budget) &&
    typeof trials === 'number' &&
    typeof epochs === 'number'
  );
}

function isBudget(value: unknown): boolean {
  return isObject(value) && typeof value['measure'] === 'string' && typeof value['limit'] === 'number';
}

function isCompress({ steps, output }: Readonly<Record<string, unknown>>): boolean {
  return typeof output === 'string' && Array.isArray(steps) && steps.every(isObject);
}

function isDiagnosis({ judged, learningCurve }: Readonly<Record<string, unknown>>): boolean {
  return (judged === undefined || typeof judged === 'string') && typeof learningCurve === 'boolean';
}

function isCurves(value: unknown): value is CurvesView {
  return (
    isObject(value) &&
    typeof value['epochs'] === 'number' &&
    Array.isArray(value['history']) &&
    value['history'].every(isObject) &&
    isVerdict(value['diagnosis'])
  );
}

function isVerdict(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['verdict'] === 'string' &&
    Array.isArray(value['evidence']) &&
    Array.isArray(value['advice'])
  );
}

function isFailure(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value['code'] === 'string' &&
    isObject(value['values']) &&
    Array.isArray(value['log'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first run of the list that measured what the layers of a model bear when they are quantized. */
export function quantizationSensitivity(
  runs: readonly Run[],
  model: string,
): SensitivityReportView | undefined {
  return runs.find(({ record, sensitivity }) => record.model === model && sensitivity?.step === 'quantize')
    ?.sensitivity;
}
