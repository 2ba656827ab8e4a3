// What a job is given to work with: progress and curves as often as the contract allows, and the gate that holds it
// while it is paused.
import type { SearchView } from '../../shared/contracts/searchViews';
import type { CurvesView, ProgressView } from '../../shared/contracts/viewModels';
import type { PauseGate } from '../pauseGate';
import { followed } from './followed';

/** What a process tells its parent, and what its parent tells it, while a job runs. */
export interface JobLinks {
  readonly emitProgress: (progress: ProgressView) => void;
  readonly emitCurves: (curves: CurvesView) => void;
  readonly emitSearch: (search: SearchView) => void;
  readonly gate: PauseGate;
}

export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: ProgressView) => void;
  readonly curves: (curves: CurvesView) => void;
  /** Resolves at once, or when the job is no longer paused. */
  readonly gate: () => Promise<void>;
}

/** Runs a job; its last progress and its last curves are told before the answer. */
export function runJob<T>(
  { emitProgress, emitCurves, gate }: JobLinks,
  signal: AbortSignal,
  work: (context: JobContext) => Promise<T>,
): Promise<T> {
  return followed(emitProgress, (progress) =>
    followed(emitCurves, (curves) => work({ signal, progress, curves, gate: () => gate.pass(signal) })),
  );
}
