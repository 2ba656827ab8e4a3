// The curves of several trainings as those of one: epochs go on counting, and each tells the sparsity that it had.
import type { CurvesView, EpochView, RoundView } from '../../../shared/contracts/viewModels';
import { fineTuneAdvice } from './fineTuneAdvice';

/** What a training contributes to the whole. */
export interface RoundCurves {
  readonly history: readonly EpochView[];
  /** Fraction of the weights that were zero in it. */
  readonly sparsity: number;
}

export interface Joining {
  /** The trainings before this one. */
  readonly earlier: readonly RoundCurves[];
  /** Fraction of the weights that are zero in this one. */
  readonly sparsity: number;
  /** Epochs of all trainings together. */
  readonly epochs: number;
}

/**
 * The view of a training with the earlier ones before it. Its epoch 0, the network before it, is no epoch of the whole
 * where there are earlier ones, since its number is that of their last epoch; the rounds tell it. Where the best epoch
 * is that one, so is the joined best. The diagnosis is that of this training.
 */
export function joinRounds<View extends CurvesView>(
  view: View,
  { earlier, sparsity, epochs }: Joining,
): View {
  const history: EpochView[] = [];
  const rounds: RoundView[] = [];
  for (const round of [...earlier, { history: view.history, sparsity }]) {
    const last = history.at(-1)?.epoch;
    const numbered = round.history.map((epoch) => ({
      ...epoch,
      epoch: (last ?? 0) + epoch.epoch,
      sparsity: round.sparsity,
    }));
    const start = round.history[0]?.epoch === 0 && last !== undefined ? numbered[0] : undefined;
    history.push(...(start ? numbered.slice(1) : numbered));
    rounds.push({ from: (last ?? 0) + 1, sparsity: round.sparsity, ...(start && { start }) });
  }
  const before = earlier.reduce((sum, round) => sum + (round.history.at(-1)?.epoch ?? 0), 0);
  const bestEpoch = view.bestEpoch === null ? null : before + view.bestEpoch;
  return { ...view, epochs, history, rounds, bestEpoch, diagnosis: fineTuneAdvice(view.diagnosis) };
}
