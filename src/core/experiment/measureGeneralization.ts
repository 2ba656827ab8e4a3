// Loss and accuracy of a written file on the samples that it was trained on, on those that it was validated on, and on
// those that it has never met.
import path from 'node:path';
import type { GeneralizationView, LossKind, MeasureView } from '../../shared/contracts/viewModels';
import type { ModelFile } from '../analysis/compareLayers';
import { evaluate } from '../analysis/evaluate';
import type { DataSet, DataSplits } from '../data/dataSet';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { measuredTrainSamples } from '../training/train';
import type { PhaseProgress } from './runProgress';

/**
 * Runs the file on all parts, as a training run measures its epochs. The loss is that of the run; cross-entropy for
 * classes and mse for values where it does not train. Throws RUNTIME_REFUSED, DATA_INVALID and the reason of an
 * aborted signal.
 */
export async function measureGeneralization(
  file: ModelFile,
  splits: DataSplits,
  lossKind: LossKind | undefined,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: PhaseProgress },
): Promise<GeneralizationView> {
  const { train, validation, test } = splits;
  const parts = test ? 3 : 2;
  const session = await (await onnxRuntime()).load(file.path);
  const measure = async (data: DataSet, part: number, limit?: number): Promise<MeasureView> => {
    const { loss, accuracy, samples } = await evaluate(session, data, {
      ...(limit !== undefined && { limit }),
      ...(lossKind && { loss: lossKind }),
      signal,
      progress: (fraction) => progress('measuring', (part + fraction) / parts, path.basename(file.path)),
    });
    return { loss, ...(accuracy !== undefined && { accuracy }), samples };
  };
  try {
    return {
      train: await measure(train, 0, measuredTrainSamples(splits)),
      validation: await measure(validation, 1),
      ...(test && { test: await measure(test, 2) }),
    };
  } finally {
    await session.dispose();
  }
}
