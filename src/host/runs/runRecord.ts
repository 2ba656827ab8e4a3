// What the editor keeps of a run beside its report: `run.json`. With it a run that failed, was cancelled or was cut
// off by a closed window is shown for what it is after a reload.
import type { ErrorCode } from '../../shared/base/messages';
import type { ProgressView, ReportView, StepsView } from '../../shared/contracts/viewModels';

/** The content of run.json. */
export interface RunRecord {
  readonly version: 1;
  readonly state: 'running' | 'finished' | 'failed' | 'cancelled';
  /** Absolute path of the model that is compressed. */
  readonly model: string;
  readonly steps: StepsView;
  /** Absolute path of the file to write. */
  readonly output: string;
  readonly jobId: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly ended?: string;
  /** The window that runs the job: its extension host's process and a name that no other window has. */
  readonly owner: { readonly pid: number; readonly session: string };
  readonly failure?: RunFailure;
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
  /** The job was told to stop and has not done so yet. */
  readonly cancelling?: true;
  /** Of a finished run. */
  readonly report?: ReportView;
}

/** Undefined for what is not a record of ours: folders can hold anything. */
export function parseRunRecord(text: string): RunRecord | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { version, state, model, steps, output, jobId, created, owner, failure } = value;
  const whole =
    version === 1 &&
    ['running', 'finished', 'failed', 'cancelled'].includes(state as string) &&
    [model, output, jobId, created].every((entry) => typeof entry === 'string') &&
    Array.isArray(steps) &&
    steps.every(isObject) &&
    isObject(owner) &&
    typeof owner['pid'] === 'number' &&
    typeof owner['session'] === 'string' &&
    (failure === undefined || isFailure(failure));
  return whole ? (value as unknown as RunRecord) : undefined;
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
