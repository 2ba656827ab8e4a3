// Loss and accuracy of a network, a file or a model in memory, on the samples that it was trained on, on those that it
// was validated on, and on those that it has never met.
import type { GeneralizationView, LossKind, MeasureView } from '../../shared/contracts/viewModels';
import { evaluate } from '../analysis/evaluate';
import type { DataSet, DataSplits } from '../data/dataSet';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { measuredTrainSamples } from '../training/train';

export interface MeasureOptions {
  /** The loss to measure; the usual one for the data where not given. */
  readonly loss?: LossKind;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

export interface MeasuredParts extends GeneralizationView {
  readonly lossKind: LossKind;
}

/**
 * Measures as a training run measures its epochs. `source` is a file or the bytes of one; test samples are measured
 * where there are some. Throws RUNTIME_REFUSED, DATA_INVALID and the reason of an aborted signal.
 */
export async function measureParts(
  source: string | Uint8Array,
  { train, validation, test }: DataSplits,
  { loss, signal, progress }: MeasureOptions,
): Promise<MeasuredParts> {
  const parts = test ? 3 : 2;
  const session = await (await onnxRuntime()).load(source);
  const measure = async (data: DataSet, part: number, limit?: number) => {
    const evaluation = await evaluate(session, data, {
      ...(loss && { loss }),
      ...(limit !== undefined && { limit }),
      signal,
      progress: (fraction) => progress((part + fraction) / parts),
    });
    const { accuracy, samples, lossKind } = evaluation;
    const view: MeasureView = {
      loss: evaluation.loss,
      ...(accuracy !== undefined && { accuracy }),
      samples,
    };
    return { view, lossKind };
  };
  try {
    const onTrain = await measure(train, 0, measuredTrainSamples({ train, validation }));
    return {
      train: onTrain.view,
      validation: (await measure(validation, 1)).view,
      ...(test && { test: (await measure(test, 2)).view }),
      lossKind: onTrain.lossKind,
    };
  } finally {
    await session.dispose();
  }
}
