// The loss of a model in memory, for whoever compares many variants of one.
import type { DataSet } from '../data/dataSet';
import { modelToBytes } from '../formats/modelBytes';
import type { Model } from '../ir/graph';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { evaluate, type EvaluateOptions } from './evaluate';

/** The mean loss over samples; see `evaluate`, which also says what is thrown. RUNTIME_REFUSED. */
export async function modelLoss(model: Model, data: DataSet, options: EvaluateOptions): Promise<number> {
  const session = await (await onnxRuntime()).load(modelToBytes(model));
  try {
    return (await evaluate(session, data, options)).loss;
  } finally {
    await session.dispose();
  }
}
