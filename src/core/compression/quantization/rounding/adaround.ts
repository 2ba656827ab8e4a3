// Chooses for each weight of a layer whether it goes to the value of its grid below or above, so that the outputs of the
// layer stay. Nagel, Amjad, van Baalen, Louizos, Blankevoort: Up or down? Adaptive rounding for post-training
// quantization; ICML 2020. The choice is relaxed to a part of the way, trained, and driven to one of the ends.
import { layerOutputs, outputErrors } from './layerRows';
import type { RoundingErrors } from './roundWeight';
import { trainRoundings, type RoundingProblem, type TrainingControl } from './trainRoundings';

export interface TrainedRounding extends RoundingErrors {
  /** [groups, features, outputs], each the lower or the upper value. */
  readonly values: Float32Array;
}

/**
 * The rounding that training ends with; an output for which rounding to nearest has a smaller error is rounded so.
 * Undefined where outputs are not finite. The same for a seed, as far as the runtime computes the same. Throws the
 * reason of an aborted signal.
 */
export async function adaround(
  problem: RoundingProblem,
  control: TrainingControl,
): Promise<TrainedRounding | undefined> {
  const { shape, weights } = problem;
  const nearest = await errorsWith(problem, weights.nearest, control.signal);
  if (!nearest.every(Number.isFinite)) return undefined;
  const trained = await trainRoundings(problem, nearest, control);
  const values = trained.map((v, i) => (v >= 0 ? weights.upper[i]! : weights.lower[i]!));
  const found = await errorsWith(problem, values, control.signal);
  const { groups, features, outputs } = shape;
  let error = 0;
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < outputs; output++) {
      const at = group * outputs + output;
      const isBetter = found[at]! <= nearest[at]!;
      error += isBetter ? found[at]! : nearest[at]!;
      if (isBetter) continue;
      for (let j = 0; j < features; j++) {
        const place = (group * features + j) * outputs + output;
        values[place] = weights.nearest[place]!;
      }
    }
  }
  const signal = problem.targets.reduce((sum, value) => sum + value * value, 0);
  return { values, signal, errorOfNearest: nearest.reduce((sum, each) => sum + each, 0), error };
}

async function errorsWith(
  { shape, tail, inputs, targets }: RoundingProblem,
  weights: Float32Array,
  signal: AbortSignal,
): Promise<Float64Array> {
  const made = await layerOutputs({ shape, tail, inputs, weights }, signal);
  return outputErrors(shape, inputs.rows, made, targets);
}
