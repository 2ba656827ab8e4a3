// The criterion that weighs each weight by the size of its input: a small weight on a strong input can matter more than
// a large one on an input that is hardly ever there.
import { activations, type InputSums } from '../../../analysis/activations';
import { weightValues } from '../../../analysis/weightValues';
import { pauseFor, type Pause } from '../../../ir/pacing';
import type { Tensor } from '../../../ir/tensor';
import type { Weight } from '../../weights';
import type { Criterion } from './criterion';

/**
 * S_ij = |W_ij| · ‖X_j‖₂ over all rows X of the layer's inputs (equation 1). The paper compares the weights of an
 * output with each other (§3): that is the scope `output`. Weights of layers that are no matrix product and no
 * convolution have no score.
 */
export const wanda: Criterion = {
  id: 'wanda',
  description: 'the size of what it contributes, |w|·‖x‖ with the norm of its input over samples',
  needs: 'data',
  reference:
    'Sun, Liu, Bair, Kolter: A simple and effective pruning approach for large language models; ICLR 2024',
  scores: async (model, weights, { data, samples, signal, progress }) => {
    if (!data) throw new Error('A criterion that needs data is asked without');
    const tensors = new Set(weights.map(({ tensor }) => tensor));
    const { sums } = await activations(model, data.train, tensors, {
      sums: 'squares',
      samples,
      signal,
      progress,
    });
    const pause = pauseFor(signal);
    const scores = new Map<Tensor, Float32Array>();
    for (const weight of weights) {
      const inputs = sums.get(weight.tensor);
      if (inputs) scores.set(weight.tensor, await contributions(weight, inputs, pause));
    }
    return scores;
  },
};

async function contributions(
  weight: Weight,
  { matrix, groups }: InputSums,
  pause: Pause,
): Promise<Float32Array> {
  const { outputs, features, outputStride, featureStride } = matrix;
  const scores = valuesOf(weight);
  const norms = groups.map((squares) => squares.map(Math.sqrt));
  for (let output = 0; output < outputs; output++) {
    await pause();
    const norm = norms[Math.floor((output * groups.length) / outputs)]!;
    const first = output * outputStride;
    for (let j = 0; j < features; j++) {
      const score = Math.abs(scores[first + j * featureStride]!) * norm[j]!;
      // What is no number is kept longest.
      scores[first + j * featureStride] = Number.isNaN(score) ? Infinity : score;
    }
  }
  return scores;
}

function valuesOf(weight: Weight): Float32Array {
  const values = new Float32Array(weight.tensor.elements);
  let at = 0;
  for (const part of weightValues(weight).chunks()) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}
