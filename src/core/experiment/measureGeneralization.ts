// Loss and accuracy of a written file on the samples that it was trained on and on those that it was validated on.
import path from 'node:path';
import type { GeneralizationView, LossKind, MeasureView } from '../../shared/contracts/viewModels';
import type { ModelFile } from '../analysis/compareLayers';
import { evaluate } from '../analysis/evaluate';
import type { DataSet, DataSplits } from '../data/dataSet';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { measuredTrainSamples } from '../training/train';
import type { PhaseProgress } from './runProgress';

/**
 * Runs the file on both parts, as a training run measures its epochs. The loss is that of the run; cross-entropy for
 * classes and mse for values where it does not train. Throws RUNTIME_REFUSED, DATA_INVALID and the reason of an aborted signal. */
export async function measureGeneralization(
  file: ModelFile,
  splits: DataSplits,
  lossKind: LossKind | undefined,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: PhaseProgress },
): Promise<GeneralizationView> {
  const session = await (await onnxRuntime()).load(file.path);
  const measure = async (data: DataSet, limit: number, from: number): Promise<MeasureView> => {
    const { loss, accuracy, samples } = await evaluate(session, data, {
      limit,
      ...(lossKind && { loss: lossKind }),
      signal,
      progress: (fraction) => progress('measuring', from + fraction / 2, path.basename(file.path)),
    });
    return { loss, ...(accuracy !== undefined && { accuracy }), samples };
  };
  try {
    return {
      train: await measure(splits.train, measuredTrainSamples(splits), 0),
      validation: await measure(splits.validation, splits.validation.count, 0.5),
    };
  } finally {
    await session.dispose();
  }
}
