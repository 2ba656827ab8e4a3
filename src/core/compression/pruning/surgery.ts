// Which weights are zero while they go on learning: those that are smallest at the moment, so that a weight which was
// cut and has grown since comes back (Guo, Yao, Chen: Dynamic network surgery for efficient DNNs; NIPS 2016).
import type { Model } from '../../ir/graph';
import type { Pause } from '../../ir/pacing';
import type { MaskedWeight, Masking, StepPlace } from '../../training/masking';
import { droppedMasks, type ScoredWeight } from './droppedUnits';
import { zerosOf } from './maskedTensor';
import { patternMask } from './nmPattern';
import { placesInOutput } from './placesInOutput';
import { prunableWeights, type PrunableWeight } from './prunableWeights';
import { defaultPattern, type PruneOptions } from './pruneOptions';
import { contestsOf, sparsityTarget } from './sparsityOfLayers';
import { sparsityAt } from './sparsityTargets';
import { unitsBy } from './unitsBy';
import { inputLines } from './weightAxes';

/**
 * Half the distance between the two thresholds of equation 3 relative to their mean: a weight is cut below 0.9·t and
 * comes back above 1.1·t, and in between stays what it is. t follows from the sparsity.
 */
const margin = 0.1;

/**
 * Masks for a training that prunes the model's weights. They are chosen every `every` steps at first and ever more
 * seldom then, for a sparsity that rises with the schedule; and for the last time after the part `until` of the
 * training, for exactly the sparsity that is asked for. The places of zeros change, but they never become fewer than
 * the model has.
 */
export function surgery(model: Model, options: PruneOptions): Masking {
  const { regrow, schedule, exclude } = options;
  if (!regrow) throw new Error('Surgery is asked for without its options');
  const { every, until } = regrow;
  const weights = prunableWeights(model, exclude).weights.map((weight): Candidate => {
    return { ...weight, zerosBefore: count(zerosOf(weight.source)) };
  });
  const last = ({ steps }: StepPlace): number => Math.floor(until * steps);
  return {
    key: JSON.stringify({ ...options, fineTune: undefined }),
    isDue: (place) => {
      const [step, end] = [place.step, last(place)];
      if (step >= end) return step === end;
      // The number of choices up to a step, when their distance is `every` / (1 − step / end).
      const choices = (after: number): number => Math.floor((after - after ** 2 / (2 * end)) / every);
      return step === 0 || choices(step) > choices(step - 1);
    },
    choose: async (masked, place, pause) => {
      const part = place.step < last(place) ? place.step / last(place) : 1;
      const target = sparsityTarget(options, (end) => sparsityAt(end, schedule, part));
      const scored = await scoresOf(weights, masked, options, pause);
      if (options.granularity === 'n:m') return patterns(scored, options, pause);
      const masks = new Map<string, Uint8Array>();
      for (const { weights: rivals, sparsity } of contestsOf(scored, target, options.scope)) {
        const zeros = rivals.reduce((sum, { zerosBefore }) => sum + zerosBefore, 0);
        const wanted = Math.max(zeros, Math.round(sparsity * elementsIn(rivals)));
        const dropped = await droppedMasks(rivals, wanted, unitsBy(options), pause);
        for (const [i, { value }] of rivals.entries()) masks.set(value, dropped[i]!);
      }
      return masks;
    },
    sparsity: (masked) => sparsityUnder(prunableWeights(model).weights, masked),
  };
}

interface Candidate extends PrunableWeight {
  /** Its zeros in the model that the training begins with. */
  readonly zerosBefore: number;
}

/** |w| behind the mask, times 1 + margin for weights that count and 1 − margin for those that would come back. */
async function scoresOf(
  weights: readonly Candidate[],
  masked: readonly MaskedWeight[],
  { scope }: PruneOptions,
  pause: Pause,
): Promise<readonly (Candidate & ScoredWeight)[]> {
  const byName = new Map(masked.map((each) => [each.value, each]));
  const scored: (Candidate & ScoredWeight)[] = [];
  for (const weight of weights) {
    const own = byName.get(weight.value);
    if (!own) continue;
    const { numbers, keep } = own;
    const scores = numbers.map((number, i) => Math.abs(number) * (keep[i] === 0 ? 1 - margin : 1 + margin));
    // What is no number is kept longest.
    for (let i = 0; i < scores.length; i++) if (Number.isNaN(scores[i])) scores[i] = Infinity;
    scored.push({
      ...weight,
      scores: scope === 'output' ? await placesInOutput(weight, scores, pause) : scores,
    });
  }
  return scored;
}

async function patterns(
  scored: readonly ScoredWeight[],
  { pattern = defaultPattern }: PruneOptions,
  pause: Pause,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const masks = new Map<string, Uint8Array>();
  for (const weight of scored) {
    if (inputLines(weight).length <= pattern.keep) continue;
    masks.set(weight.value, await patternMask(weight, weight.scores, pattern, pause));
  }
  return masks;
}

/** Fraction of all weights that can be pruned; those that are not trained have the zeros of the model. */
function sparsityUnder(weights: readonly PrunableWeight[], masked: readonly MaskedWeight[]): number {
  const byName = new Map(masked.map((each) => [each.value, each.keep]));
  let zeros = 0;
  for (const { value, source, tensor } of weights) {
    const keep = byName.get(value);
    zeros += keep ? tensor.elements - count(keep) : count(zerosOf(source));
  }
  return weights.length === 0 ? 0 : zeros / elementsIn(weights);
}

function elementsIn(weights: readonly PrunableWeight[]): number {
  return weights.reduce((sum, { tensor }) => sum + tensor.elements, 0);
}

/** The number of ones. */
function count(ones: Uint8Array | Float32Array): number {
  let sum = 0;
  for (const one of ones) sum += one;
  return sum;
}
