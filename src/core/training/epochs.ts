// The loop of a training run: epochs of steps, each followed by a measurement, a checkpoint and the curves.
import type { EpochView, TrainingView } from '../../shared/contracts/viewModels';
import { augmentBatch, isAugmenting } from '../data/augment';
import { shuffledIndices } from '../data/shuffle';
import { pauseFor, type Pause } from '../ir/pacing';
import { batchesOf, batchSizes, type PrepareBatch } from './batches';
import { bestEpoch, hasStalled } from './bestEpoch';
import { writeCheckpoint, readCheckpoint, type RunState } from './checkpoint';
import { curvesOf } from './curves';
import { diverged } from './diverged';
import { hasDiverged, untroubled, watchHorizon, watchLoss } from './divergence';
import { fingerprintOf, type Fingerprint } from './fingerprint';
import type { StepPlace } from './masking';
import { passGate } from './passGate';
import type { Measures, RunParts } from './runParts';
import { learningRateAt } from './schedule';
import { dropoutSeed, orderSeed, sampleSeeds } from './seeds';
import type { TrainContext, TrainTask } from './trainTask';

export interface EpochsResult {
  readonly history: readonly EpochView[];
  readonly ended: TrainingView['ended'];
}

/** The part of an epoch's progress that its steps make; measuring makes the rest. */
const stepsPart = 0.9;

/**
 * Trains until all epochs are done or early stopping ends the run, and leaves the trainer with the weights to keep.
 * Goes on from the task's checkpoint where there is one. Throws TRAINING_DIVERGED after a last report of the curves,
 * what checkpoints throw, and the reason of an aborted signal.
 */
export async function runEpochs(parts: RunParts, context: TrainContext): Promise<EpochsResult> {
  const { task, trainer } = parts;
  const { options, checkpointFolder } = task;
  const checkpoints =
    checkpointFolder === undefined ? undefined : checkpointsIn(checkpointFolder, await fingerprintOf(task));
  const keepsBest = options.keep === 'best';
  const resumed = await checkpoints?.read();
  if (resumed) trainer.restore(resumed.now);
  let state: RunState = resumed ?? (await untrained(parts, context));
  let ended = endOf(state.history, task);
  context.curves(curvesOf(parts, state.history, { ended: ended !== undefined }));
  // One for the whole run, for an epoch can be shorter than the time between two turns of the event loop.
  const pause = pauseFor(context.signal);
  while (!ended) {
    const { view, watch } = await runEpoch(parts, state, context, pause);
    const history = [...state.history, view];
    const now = trainer.state();
    const best = bestEpoch(history) === view.epoch ? now : state.best;
    state = { history, watch, now, ...(keepsBest && best && { best }) };
    await checkpoints?.write(state, context.signal);
    ended = endOf(history, task);
    context.curves(curvesOf(parts, history, { ended: ended !== undefined }));
  }
  if (state.best) trainer.restore(state.best);
  context.progress(1);
  return { history: state.history, ended };
}

/** The run before its first epoch. */
async function untrained(parts: RunParts, { progress }: TrainContext): Promise<RunState> {
  const { task, trainer, measure } = parts;
  progress(0, `epoch 0 of ${task.options.epochs}`);
  const started = performance.now();
  const measures = await measure(() => undefined);
  const history = [epochView(0, measures, 0, secondsSince(started), maskedPart(parts))];
  const now = trainer.state();
  return { history, watch: untroubled, now, ...(task.options.keep === 'best' && { best: now }) };
}

function checkpointsIn(folder: string, fingerprint: Fingerprint) {
  return {
    read: () => readCheckpoint(folder, fingerprint),
    write: (state: RunState, signal: AbortSignal) => writeCheckpoint(folder, fingerprint, state, signal),
  };
}

/** Why the run is over after these epochs; undefined where it goes on. */
function endOf(
  history: readonly EpochView[],
  { options: { epochs, earlyStopping } }: TrainTask,
): TrainingView['ended'] | undefined {
  if ((history.at(-1)?.epoch ?? 0) >= epochs) return 'allEpochs';
  if (earlyStopping && hasStalled(history, earlyStopping.patience)) return 'earlyStopping';
  return undefined;
}

async function runEpoch(
  parts: RunParts,
  { history, watch: before }: RunState,
  context: TrainContext,
  pause: Pause,
): Promise<{ readonly view: EpochView; readonly watch: RunState['watch'] }> {
  const { task, trainer, measure } = parts;
  const { data, options, seed } = task;
  const { train } = data;
  const epoch = history.length;
  const sizes = batchSizes(train.count, trainer.batch);
  const order = shuffledIndices(train.count, orderSeed(seed, epoch));
  const watched = { baseline: parts.baseline?.loss ?? 0, horizon: watchHorizon(sizes.length) };
  const report = (fraction: number, loss: number): void =>
    context.progress(
      (epoch - 1 + fraction) / options.epochs,
      `epoch ${epoch} of ${options.epochs}, loss ${loss.toPrecision(4)}`,
    );
  const started = performance.now();
  let paused = 0;
  let watch = before;
  let step = 0;
  let sum = 0;
  let learningRate = 0;
  for await (const batch of batchesOf(train, order, sizes, augmentation(task, epoch))) {
    paused += await passGate(context.gate, context.signal);
    await pause();
    await chooseMasks(
      parts,
      { step: (epoch - 1) * sizes.length + step, steps: options.epochs * sizes.length },
      pause,
    );
    learningRate = learningRateAt(options, { epoch, step, steps: sizes.length }, history);
    const { loss } = await trainer.step(batch, { learningRate, seed: dropoutSeed(seed, epoch, step) });
    step++;
    watch = watchLoss(watch, loss, watched);
    if (hasDiverged(watch, loss)) {
      const seconds = secondsSince(started) - paused;
      const view = epochView(epoch, undefined, learningRate, seconds, maskedPart(parts));
      throw diverged(parts, { history: [...history, view], step, loss, watch }, context);
    }
    sum += loss;
    report((stepsPart * step) / sizes.length, sum / step);
  }
  const measuring = (fraction: number): void => report(stepsPart + (1 - stepsPart) * fraction, sum / step);
  const measures = trainer.notFinite() === undefined ? await measure(measuring) : undefined;
  const seconds = secondsSince(started) - paused;
  const view = epochView(epoch, measures, learningRate, seconds, maskedPart(parts));
  if (view.trainLoss === null || view.validationLoss === null) {
    throw diverged(parts, { history: [...history, view], step, loss: Number.NaN, watch }, context);
  }
  return { view, watch };
}

async function chooseMasks({ task, trainer }: RunParts, place: StepPlace, pause: Pause): Promise<void> {
  const { masking } = task;
  if (!masking || !trainer.masks || !masking.isDue(place)) return;
  trainer.masks.set(await masking.choose(trainer.masks.weights(), place, pause));
}

/** Fraction of the weights that count as zero, where masks change. */
function maskedPart({ task, trainer }: RunParts): number | undefined {
  return trainer.masks && task.masking?.sparsity(trainer.masks.weights());
}

function augmentation({ data: { train }, options, seed }: TrainTask, epoch: number): PrepareBatch {
  if (!isAugmenting(options.augment)) return (batch) => batch;
  const seedFor = sampleSeeds(seed, epoch);
  return (batch, indices) => augmentBatch(batch, train.inputs, options.augment, Array.from(indices, seedFor));
}

function epochView(
  epoch: number,
  measures: Measures | undefined,
  learningRate: number,
  seconds: number,
  sparsity?: number,
): EpochView {
  const trainAccuracy = measures?.train.accuracy;
  const validationAccuracy = measures?.validation.accuracy;
  return {
    epoch,
    trainLoss: finiteOrNull(measures?.train.loss),
    validationLoss: finiteOrNull(measures?.validation.loss),
    ...(trainAccuracy !== undefined && { trainAccuracy }),
    ...(validationAccuracy !== undefined && { validationAccuracy }),
    learningRate,
    seconds,
    ...(sparsity !== undefined && { sparsity }),
  };
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
