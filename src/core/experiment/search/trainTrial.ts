// One network of a search trained for one rung, and the winner for all epochs.
import { CounterweightError } from '../../../shared/base/errors';
import { seedOf } from '../../../shared/base/random';
import type { MeasureView, TrainingView } from '../../../shared/contracts/viewModels';
import type { DataSplits } from '../../data/dataSet';
import type { Model } from '../../ir/graph';
import { measuredTrainSamples, train } from '../../training/train';
import { trainSchema } from '../../training/trainOptions';

export interface RungTask {
  /** The network before the rung. */
  readonly model: Model;
  /** How messages call it. */
  readonly name: string;
  readonly data: DataSplits;
  /** Of this rung alone. */
  readonly epochs: number;
  /** From 0. The samples of each rung have an order of their own. */
  readonly rung: number;
  readonly seed: number;
  readonly checkpointFolder: string;
}

export interface RungContext {
  readonly signal: AbortSignal;
  /** From 0 to 1. */
  readonly progress: (fraction: number, detail?: string) => void;
  readonly gate: () => Promise<void>;
}

export interface RungResult {
  readonly model: Model;
  readonly training: TrainingView;
  /** Of the epoch with the lowest validation loss, whose weights are kept. */
  readonly train: MeasureView;
  readonly validation: MeasureView;
}

/**
 * Trains as `train` does without options: what a search finds can be made again with `new` and `train`. The optimizer
 * begins anew on each rung. Undefined where the training diverges or no epoch has a loss that is a number. Throws what `train` throws else.
 */
export async function trainRung(task: RungTask, context: RungContext): Promise<RungResult | undefined> {
  const { model, name, data, epochs, rung, seed, checkpointFolder } = task;
  try {
    const result = await train(
      {
        model,
        path: name,
        data,
        options: trainSchema.parse({ epochs }),
        seed: rung === 0 ? seed : seedOf(seed, rung),
        keepZeros: false,
        step: 0,
        checkpointFolder,
      },
      { ...context, curves: () => undefined },
    );
    const measures = measuresOf(result.training, data);
    return measures && { ...result, ...measures };
  } catch (error) {
    if (CounterweightError.is(error, 'TRAINING_DIVERGED')) return undefined;
    throw error;
  }
}

function measuresOf(
  { history, bestEpoch, samples }: TrainingView,
  data: DataSplits,
): Pick<RungResult, 'train' | 'validation'> | undefined {
  const best = history.find(({ epoch }) => epoch === bestEpoch);
  return (
    best && {
      train: measureOf(best.trainLoss, best.trainAccuracy, measuredTrainSamples(data)),
      validation: measureOf(best.validationLoss, best.validationAccuracy, samples.validation),
    }
  );
}

/** The losses of an epoch that is kept are numbers. */
function measureOf(loss: number | null, accuracy: number | undefined, samples: number): MeasureView {
  return { loss: loss!, ...(accuracy !== undefined && { accuracy }), samples };
}
