// What pruning does to the gap between training and validation. Weights that hold what the network knows by heart are
// many and small: without them it forgets its training samples rather than what carries over.
import type { GeneralizationView, LossKind } from '../../../shared/contracts/viewModels';
import type { CompressionResponse } from '../../analysis/overfitting/diagnosisFacts';
import { applySteps, parseSteps } from '../../compression/steps';
import type { DataSplits } from '../../data/dataSet';
import { modelToBytes } from '../../formats/modelBytes';
import type { Model } from '../../ir/graph';
import { measureParts } from '../measureParts';

export interface ResponseOptions {
  /** The model's file, for messages. */
  readonly path: string;
  readonly loss: LossKind;
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number) => void;
}

/** Half of the weights: enough for an effect, and what most networks bear without training afterwards. */
const sparsity = 0.5;

/**
 * Sets the smallest half of the weights to zero, in memory, and measures again. Throws NOTHING_TO_DO where there is
 * nothing to prune, and the reason of an aborted signal.
 */
export async function compressionResponse(
  model: Model,
  before: GeneralizationView,
  { train, validation }: Pick<DataSplits, 'train' | 'validation'>,
  { path, loss, signal, progress }: ResponseOptions,
): Promise<CompressionResponse> {
  const pruned = await applySteps(model, parseSteps([{ prune: { sparsity } }]), {
    path,
    signal,
    seed: 1,
    curves: () => undefined,
    gate: () => Promise.resolve(),
    progress: (fraction) => progress(fraction / 2),
  });
  const after = await measureParts(
    modelToBytes(pruned.model),
    { train, validation },
    {
      loss,
      signal,
      progress: (fraction) => progress(0.5 + fraction / 2),
    },
  );
  return { sparsity, before, after: { train: after.train, validation: after.validation } };
}
