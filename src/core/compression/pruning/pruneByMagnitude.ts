// Pruning of single weights by magnitude, of models of any size: nothing is held in memory, as the pruned content is
// made when it is read.
import { CounterweightError } from '../../../shared/base/errors';
import { pauseFor } from '../../ir/pacing';
import type { Tensor } from '../../ir/tensor';
import type { StepContext } from '../step';
import { magnitudeCuts } from './magnitudeCuts';
import type { PrunableWeight } from './prunableWeights';
import { prunedTensor } from './prunedTensor';
import { eachChunk } from './selectThreshold';
import type { Contest } from './sparsityOfLayers';

type Context = Pick<StepContext, 'signal' | 'progress'>;

/** Zeroes the weights of smallest magnitude in every contest. */
export async function pruneContestsByMagnitude(
  contests: readonly Contest<PrunableWeight>[],
  context: Context,
): Promise<Map<Tensor, Tensor>> {
  const replacements = new Map<Tensor, Tensor>();
  const pause = pauseFor(context.signal);
  let done = 0;
  for (const { layer, weights, sparsity } of contests) {
    const sources = weights.map(({ source }) => source);
    const cuts = await magnitudeCuts(sources, sparsity, pause, (fraction) =>
      context.progress((done + fraction) / contests.length, layer),
    );
    for (const [source, cut] of cuts) replacements.set(source.tensor, prunedTensor(source, cut));
    done++;
  }
  return replacements;
}

/** Zeroes every weight with |w| < threshold, compared in float32. Throws STEP_INVALID where that would be all of them. */
export async function pruneBelow(
  weights: readonly PrunableWeight[],
  threshold: number,
  { signal, progress }: Context,
): Promise<Map<Tensor, Tensor>> {
  const [key = 0] = new Uint32Array(Float32Array.of(threshold).buffer);
  const below = new Map(weights.map(({ source }) => [source, 0]));
  let largest = 0;
  let kept = 0;
  await eachChunk(
    weights.map(({ source }) => source),
    pauseFor(signal),
    progress,
    (keys, source) => {
      let smaller = 0;
      for (let i = 0; i < keys.length; i++) {
        const own = keys[i]!;
        if (own < key && own > 0) smaller++;
        if (own >= key) kept++;
        if (own > largest) largest = own;
      }
      below.set(source, below.get(source)! + smaller);
    },
  );
  if (kept === 0 && weights.length > 0) {
    const [magnitude = 0] = new Float32Array(Uint32Array.of(largest).buffer);
    throw new CounterweightError('STEP_INVALID', {
      step: 'prune',
      problem: `threshold ${threshold} is above every weight; the largest magnitude is ${Number(magnitude.toPrecision(3))}`,
    });
  }
  const changed = weights.filter(({ source }) => below.get(source)! > 0);
  return new Map(
    changed.map(({ source }) => [source.tensor, prunedTensor(source, { key, tiedBelow: 0 })] as const),
  );
}
