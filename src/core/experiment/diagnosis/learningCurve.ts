// Learning curves: the same architecture trained anew on growing parts of the samples. Where the validation loss still
// falls with the last doubling, more data would help; where it does not, the network or its training is the limit.
import { CounterweightError } from '../../../shared/base/errors';
import { note, type Note } from '../../../shared/base/messages';
import type { CurvesView, LearningPointView, MeasureView } from '../../../shared/contracts/viewModels';
import type { DataSet, DataSplits } from '../../data/dataSet';
import { fraction, subset } from '../../data/subset';
import type { Model } from '../../ir/graph';
import { reinitialize } from '../../training/reinitialize';
import { measuredTrainSamples, train, type TrainResult } from '../../training/train';
import type { TrainOptions } from '../../training/trainOptions';
import type { TrainContext } from '../../training/trainTask';

export interface LearningCurveTask {
  readonly model: Model;
  /** The model's file, for messages. */
  readonly path: string;
  readonly data: Pick<DataSplits, 'train' | 'validation'>;
  readonly options: TrainOptions;
  readonly seed: number;
}

export interface LearningCurve {
  readonly points: readonly LearningPointView[];
  /** Of the run on all samples. */
  readonly curves?: CurvesView;
  readonly notes: readonly Note[];
}

/** Parts of the samples, each twice the one before. */
const parts = [1 / 8, 1 / 4, 1 / 2, 1] as const;

/** What the whole is cut to, so that the time is bounded: four runs of some thousand steps at most. */
const mostSamples = 20_000;
const mostValidation = 2000;

/** Steps of each run: as many as this if that is no more than so many epochs over the whole, but at least one epoch. */
const wantedSteps = 1000;
const mostEpochs = 30;

/**
 * Trains on an eighth, a quarter, a half and all of the samples, with as many steps each, from the same drawn weights,
 * with the options of a run but without early stopping and schedules, which count in epochs. The measures are those of
 * each run's best epoch. A run that diverges ends the curve, with a note. Throws NOT_TRAINABLE and the reason of an
 * aborted signal.
 */
export async function learningCurve(task: LearningCurveTask, context: TrainContext): Promise<LearningCurve> {
  const model = reinitialize(task.model, task.seed);
  const whole = limited(task.data.train, mostSamples);
  const validation = limited(task.data.validation, mostValidation);
  const steps = stepsOfEach(whole.count, task.options.batch);
  const points: LearningPointView[] = [];
  let curves: CurvesView | undefined;
  for (const [i, part] of parts.entries()) {
    const samples = fraction(whole, part, task.seed);
    const data = { train: samples, validation };
    const options = { ...task.options, epochs: epochsFor(steps, samples.count, task.options.batch) };
    try {
      const { training } = await train(
        { ...task, model, data, options: plain(options), keepZeros: false, step: i },
        {
          ...context,
          progress: (done, detail) =>
            context.progress((i + done) / parts.length, `${samples.count} samples, ${detail ?? ''}`),
        },
      );
      points.push(pointOf(training, data));
      curves = training;
    } catch (error) {
      if (!CounterweightError.is(error, 'TRAINING_DIVERGED')) throw error;
      const { epoch } = error.values;
      return { points, notes: [note('LEARNING_CURVE_DIVERGED', { samples: samples.count, epoch })] };
    }
  }
  return { points, ...(curves && { curves }), notes: [] };
}

function limited(data: DataSet, most: number): DataSet {
  if (data.count <= most) return data;
  return subset(
    data,
    Int32Array.from({ length: most }, (_, i) => Math.floor((i * data.count) / most)),
  );
}

function stepsOfEach(samples: number, batch: number): number {
  const stepsPerEpoch = Math.ceil(samples / batch);
  return Math.max(stepsPerEpoch, Math.min(wantedSteps, mostEpochs * stepsPerEpoch));
}

function epochsFor(steps: number, samples: number, batch: number): number {
  return Math.max(1, Math.round(steps / Math.ceil(samples / batch)));
}

/** The part of the options that means the same for every number of epochs. */
function plain(options: TrainOptions): TrainOptions {
  return { ...options, earlyStopping: undefined, schedule: 'constant', warmup: 0, keep: 'best' };
}

function pointOf(
  { history, bestEpoch, samples }: TrainResult['training'],
  data: Pick<DataSplits, 'train' | 'validation'>,
): LearningPointView {
  const best = history.find(({ epoch }) => epoch === bestEpoch)!;
  return {
    samples: samples.train,
    train: measureOf(best.trainLoss, best.trainAccuracy, measuredTrainSamples(data)),
    validation: measureOf(best.validationLoss, best.validationAccuracy, samples.validation),
  };
}

/** The losses of a run that did not diverge are numbers. */
function measureOf(loss: number | null, accuracy: number | undefined, samples: number): MeasureView {
  return { loss: loss!, ...(accuracy !== undefined && { accuracy }), samples };
}
