// Loss and accuracy of a network on training and validation samples, of a file or of a model in memory.
import type { GeneralizationView, LossKind, MeasureView } from '../../../shared/contracts/viewModels';
import { evaluate } from '../../analysis/evaluate';
import type { DataSet, DataSplits } from '../../data/dataSet';
import { onnxRuntime } from '../../runtime/onnxRuntime';
import { measuredTrainSamples } from '../../training/train';

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

/** `source` is a file or the bytes of one. Throws RUNTIME_REFUSED, DATA_INVALID and the reason of an aborted signal. */
export async function measureParts(
  source: string | Uint8Array,
  { train, validation }: Pick<DataSplits, 'train' | 'validation'>,
  { loss, signal, progress }: MeasureOptions,
): Promise<MeasuredParts> {
  const session = await (await onnxRuntime()).load(source);
  const measure = async (data: DataSet, from: number, limit?: number) => {
    const evaluation = await evaluate(session, data, {
      ...(loss && { loss }),
      ...(limit !== undefined && { limit }),
      signal,
      progress: (fraction) => progress(from + fraction / 2),
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
    const onValidation = await measure(validation, 0.5);
    return { train: onTrain.view, validation: onValidation.view, lossKind: onTrain.lossKind };
  } finally {
    await session.dispose();
  }
}
