// Trains a network: makes its trainer, runs the epochs and measures after each of them how good the network is.
import { note, type Note } from '../../shared/base/messages';
import type { TrainingView } from '../../shared/contracts/viewModels';
import { evaluate } from '../analysis/evaluate';
import { measureBaseline } from '../analysis/overfitting/baseline';
import { modelToBytes } from '../formats/modelBytes';
import type { Model } from '../ir/graph';
import { onnxRuntime } from '../runtime/onnxRuntime';
import { bestEpoch } from './bestEpoch';
import { checkTask } from './checkTask';
import { curvesOf } from './curves';
import { runEpochs } from './epochs';
import type { Forms, TrainedForm } from './forms';
import type { Measures, RunParts } from './runParts';
import { createTrainer, type Trainer } from './trainer';
import type { TrainContext, TrainTask } from './trainTask';

export interface TrainResult {
  readonly model: Model;
  /** What the task's forms have learned; those that have no part in the trained network are not in it. */
  readonly ownNumbers: ReadonlyMap<TrainedForm, Readonly<Record<string, Float32Array>>>;
  readonly training: TrainingView;
  readonly notes: readonly Note[];
}

/**
 * Trains the model's weights on the task's data; the given model is not changed. The same task gives the same weights,
 * to the last bit, on the same machine: interrupted and resumed any number of times too, where it has a folder for
 * checkpoints. Such a folder holds the checkpoint of the last epoch when the run is over, from which the same task
 * gives its result without training again.
 *
 * Throws DATA_INVALID, STEP_INVALID and NOT_TRAINABLE where the task cannot be done; TRAINING_DIVERGED after a last
 * report of the curves; CHECKPOINT_MISMATCH, CHECKPOINT_DAMAGED, OUTPUT_UNWRITABLE, DISK_FULL; and the reason of an
 * aborted signal.
 */
export async function train(task: TrainTask, context: TrainContext): Promise<TrainResult> {
  const { model, path, data, options, keepZeros, masking, forms } = task;
  const { signal } = context;
  const targets = checkTask(task);
  const { inputs } = data.train;
  const { name } = data.train;
  const trainer = await createTrainer({
    model,
    path,
    inputs,
    targets,
    data: name,
    options,
    keepZeros,
    ...(masking && { masked: true }),
    ...(forms && { forms }),
    signal,
  });
  try {
    const parts: RunParts = {
      task,
      trainer,
      baseline: await measureBaseline(data.train, trainer.loss, signal),
      measure: (progress) => measure(trainer, task, signal, progress),
    };
    const { history, ended } = await runEpochs(parts, context);
    return {
      model: trainer.model(),
      ownNumbers: ownNumbersOf(trainer, forms),
      training: {
        ...curvesOf(parts, history, { ended: true }),
        ended,
        seconds: history.reduce((sum, { seconds }) => sum + seconds, 0),
        frozen: trainer.frozen,
      },
      notes: [
        ...trainer.notes,
        ...(options.keep === 'best' && bestEpoch(history) === 0 ? [note('TRAINING_NO_BETTER', {})] : []),
      ],
    };
  } finally {
    await trainer.dispose();
  }
}

function ownNumbersOf(trainer: Trainer, forms: Forms | undefined): TrainResult['ownNumbers'] {
  const all = forms ? [...forms.weights.values(), ...forms.values.values()] : [];
  return new Map(
    all.flatMap((form) => {
      const numbers = trainer.ownNumbers(form);
      return numbers ? [[form, copied(numbers)] as const] : [];
    }),
  );
}

function copied(numbers: Readonly<Record<string, Float32Array>>): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(Object.entries(numbers).map(([name, vector]) => [name, vector.slice()]));
}

/**
 * Training samples that are measured, spread evenly over the data: as many as validate, so that both means are about
 * equally sure, but enough for a small validation set too.
 */
export function measuredTrainSamples({ train, validation }: TrainTask['data']): number {
  return Math.min(train.count, Math.max(validation.count, 2000));
}

/**
 * Runs the network as it would be written: in its inference form, with constant weights, on samples without
 * augmentation. The losses of the steps are none of a single network, and dropout raises them.
 */
async function measure(
  trainer: Trainer,
  { data }: TrainTask,
  signal: AbortSignal,
  progress: (fraction: number) => void,
): Promise<Measures> {
  const session = await (await onnxRuntime()).load(modelToBytes(trainer.running()));
  try {
    const limit = measuredTrainSamples(data);
    const common = { loss: trainer.loss, scores: trainer.scores, signal };
    const part = limit / (limit + data.validation.count);
    const train = await evaluate(session, data.train, {
      ...common,
      limit,
      progress: (fraction) => progress(part * fraction),
    });
    const validation = await evaluate(session, data.validation, {
      ...common,
      progress: (fraction) => progress(part + (1 - part) * fraction),
    });
    return { train, validation };
  } finally {
    await session.dispose();
  }
}
