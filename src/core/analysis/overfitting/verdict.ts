// The rules of the verdict, in the order in which they are asked: what makes the numbers worthless comes first, then
// what is worse for the user of the network.
import type { Verdict } from '../../../shared/contracts/viewModels';
import type { CurveMeasures } from './curveMeasures';
import type { DiagnosisFacts } from './diagnosisFacts';
import * as limits from './diagnosisLimits';
import type { Signs } from './signs';

/**
 * - diverged: losses are no numbers, or training made the network worse than it started or than guessing.
 * - leaking: validation samples are training samples, so that the other measures mean little.
 * - undecided: fewer than three epochs, and no measured file.
 * - overfit: the validation loss turned around, or the decline from training to validation is above the limit and
 *   certain. Where training is poor too, most of what was learned has to be lost, else the network underfits.
 * - underfit: poor on its own training samples. While a run goes on and the loss falls, that is undecided.
 * - balanced: none of these.
 */
export function verdictOf(facts: DiagnosisFacts, measures: CurveMeasures, signs: Signs): Verdict {
  if (signs.divergence) return 'diverged';
  if (signs.overlap?.leaks) return 'leaking';
  if (!isEnough(facts, measures)) return 'undecided';
  if (overfits(signs)) return 'overfit';
  if (signs.training?.poor) return !facts.ended && signs.falling ? 'undecided' : 'underfit';
  // Without a baseline the level of a loss says nothing; that it still falls does.
  if (!measures.baseline && signs.falling) return facts.ended ? 'underfit' : 'undecided';
  return 'balanced';
}

/** Whether there is something to judge: a beginning of a trend, or a file. */
function isEnough({ generalization }: DiagnosisFacts, { epochs }: CurveMeasures): boolean {
  return epochs.length >= limits.leastEpochs || generalization !== undefined;
}

function overfits({ turned, degradation, lossRatio, training }: Signs): boolean {
  if (turned) return true;
  if (lossRatio !== undefined && degradation === undefined) return lossRatio > limits.lossRatioLimit;
  if (!degradation || !degradation.large || !degradation.certain) return false;
  return !training?.poor || training.lost >= limits.lostSkillLimit;
}
