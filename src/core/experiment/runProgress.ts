// Progress of a run through its phases, never going back.
import type { ProgressView } from '../../shared/contracts/viewModels';

export interface RunProgress {
  readonly progress: (progress: ProgressView) => void;
}

export type PhaseProgress = (phase: ProgressView['phase'], fraction: number, detail?: string) => void;

/** Progress never goes back, whatever rounding its parts do. */
export function phases({ progress }: RunProgress): PhaseProgress {
  let furthest = 0;
  return (phase, fraction, detail) => {
    furthest = Math.max(furthest, Math.min(1, fraction));
    progress({ phase, fraction: furthest, ...(detail === undefined ? {} : { detail }) });
  };
}

/** The part of a run from one fraction to another, as a progress of its own from 0 to 1. */
export function partOf(progress: PhaseProgress, from: number, to: number): PhaseProgress {
  return (phase, fraction, detail) => progress(phase, from + fraction * (to - from), detail);
}
