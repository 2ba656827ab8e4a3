// How the learning rate changes over a run. It depends on nothing but the options, the place in the run and the
// losses so far, so that a resumed run goes on with the same numbers.
import type { EpochView } from '../../shared/contracts/viewModels';
import type { TrainOptions } from './trainOptions';

/** A step of the optimizer, in the run. */
export interface Place {
  /** From 1. */
  readonly epoch: number;
  /** In the epoch, from 0. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
}

type ScheduleOptions = Pick<TrainOptions, 'epochs' | 'learningRate' | 'schedule' | 'warmup' | 'decay'>;

/**
 * The learning rate of a step; `history` holds the epochs before it.
 *
 * With t epochs done, w of warm-up and T in all, the rate is η times
 * - in warm-up (t < w): (t + 1/steps) / w, which ends at 1, whatever the schedule;
 * - constant: 1;
 * - step: factor^⌊t / every⌋, counting whole epochs;
 * - cosine: ½ (1 + cos(π (t − w) / (T − w))), step by step down to nearly 0 (I. Loshchilov, F. Hutter, "SGDR", 2017,
 *   equation 5, without restarts);
 * - plateau: see `plateauScale`.
 */
export function learningRateAt(
  options: ScheduleOptions,
  place: Place,
  history: readonly EpochView[],
): number {
  const { learningRate } = options;
  const { epoch, step, steps } = place;
  const done = (epoch - 1) * steps + step;
  const warmup = options.warmup * steps;
  if (done < warmup) return learningRate * Math.min(1, (done + 1) / warmup);
  return learningRate * scales[options.schedule](options, place, history);
}

const scales: Readonly<
  Record<
    TrainOptions['schedule'],
    (options: ScheduleOptions, place: Place, history: readonly EpochView[]) => number
  >
> = {
  constant: () => 1,
  step: ({ decay }, { epoch }) => decay.factor ** Math.floor((epoch - 1) / decay.every),
  cosine: ({ epochs, warmup }, { epoch, step, steps }) =>
    (1 + Math.cos((Math.PI * (epoch - 1 + step / steps - warmup)) / (epochs - warmup))) / 2,
  plateau: ({ decay }, _, history) => plateauScale(history, decay),
};

/**
 * What the learning rate is multiplied with after these epochs: `factor` once more whenever the validation loss has
 * not been lower than its lowest for `every` epochs in a row, since that lowest or since the last time.
 */
export function plateauScale(
  history: readonly EpochView[],
  { every, factor }: TrainOptions['decay'],
): number {
  let lowest = Infinity;
  let waited = 0;
  let scale = 1;
  for (const { validationLoss } of history) {
    if (validationLoss !== null && validationLoss < lowest) {
      lowest = validationLoss;
      waited = 0;
    } else if (++waited === every) {
      scale *= factor;
      waited = 0;
    }
  }
  return scale;
}
