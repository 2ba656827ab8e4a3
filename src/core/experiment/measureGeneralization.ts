// Loss and accuracy of a written file, as its report has them.
import path from 'node:path';
import type { LossKind } from '../../shared/contracts/viewModels';
import type { ModelFile } from '../analysis/compareLayers';
import type { DataSplits } from '../data/dataSet';
import { measureParts, type MeasuredParts } from './measureParts';
import type { PhaseProgress } from './runProgress';

/**
 * Runs the file on all parts. The loss is that of the run; cross-entropy for classes and mse for values where it does
 * not train. Throws RUNTIME_REFUSED, DATA_INVALID and the reason of an aborted signal.
 */
export async function measureGeneralization(
  file: ModelFile,
  splits: DataSplits,
  lossKind: LossKind | undefined,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: PhaseProgress },
): Promise<MeasuredParts> {
  return measureParts(file.path, splits, {
    ...(lossKind && { loss: lossKind }),
    signal,
    progress: (fraction) => progress('measuring', fraction, path.basename(file.path)),
  });
}
