// Notices that a run diverges: its loss is no number, or stays far above that of a network that has learned nothing.

/** What is known of a run's losses. Plain data, for it is part of a checkpoint. */
export interface Watch {
  /** The loss that others are held against; null before the first step. */
  readonly reference: number | null;
  /** The part of the last steps, as an exponential mean, whose loss was far above the reference. */
  readonly farAbove: number;
}

export const untroubled: Watch = { reference: null, farAbove: 0 };

export interface WatchOptions {
  /** The loss of a network that does not look at its input. */
  readonly baseline: number;
  /** How many steps the mean looks back. */
  readonly horizon: number;
}

/** How many times the reference is far above it. */
const farFactor = 10;

/**
 * Takes in the loss of a step. The reference is the loss of the first step, but at least the baseline: fine-tuning
 * begins with a tiny loss, which dropout and augmentation raise many times over without any harm.
 */
export function watchLoss(watch: Watch, loss: number, { baseline, horizon }: WatchOptions): Watch {
  const reference = watch.reference ?? Math.max(loss, baseline);
  const isFarAbove = loss > farFactor * reference ? 1 : 0;
  return { reference, farAbove: watch.farAbove + (isFarAbove - watch.farAbove) / horizon };
}

/** About an epoch, but long enough to outlast a few bad steps and short enough to save time. */
export function watchHorizon(stepsPerEpoch: number): number {
  return Math.min(100, Math.max(10, stepsPerEpoch));
}

/** Whether the loss of the last step is no number, or most of the last steps were far above the reference. */
export function hasDiverged({ farAbove }: Watch, loss: number): boolean {
  return !Number.isFinite(loss) || farAbove > 0.5;
}
