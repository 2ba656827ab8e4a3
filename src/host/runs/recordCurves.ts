// Keeps the curves of a run on disk as they are told, one write after the other: what there is to see of a run that is
// cut off.
import type { CurvesView } from '../../shared/contracts/viewModels';
import { writeCurves } from './runFolders';

export interface CurvesRecorder {
  record(curves: CurvesView): void;
  /** Settles when the last curves are on disk. */
  settled(): Promise<void>;
}

/** What comes while a write is under way waits, and only the latest of it is written. */
export function recordCurves(folder: string, jobId: string, warn: (text: string) => void): CurvesRecorder {
  let waiting: CurvesView | undefined;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    while (waiting !== undefined) {
      const curves = waiting;
      waiting = undefined;
      await writeCurves(folder, jobId, curves).catch((error: unknown) => warn(String(error)));
    }
    writing = undefined;
  };
  return {
    record: (curves) => {
      waiting = curves;
      writing ??= write();
    },
    settled: () => writing ?? Promise.resolve(),
  };
}
