// The criterion that weighs each weight by the size of its input: a small weight on a strong input can matter more than
// a large one on an input that is hardly ever there.
import { activations, type InputSums } from '../../../analysis/activations';
import { weightValues } from '../../../analysis/weightValues';
import { pauseFor } from '../../../ir/pacing';
import type { Tensor } from '../../../ir/tensor';
import type { Weight } from '../../weights';
import type { Criterion } from './criterion';

/**
 * S_ij = |W_ij| · ‖X_j‖₂ over all rows X of the layer's inputs (equation 1), compared within an output (§3): the score
 * is the place of S_ij among those of its output, from 0 to below 1. So every output loses the same fraction of its
 * weights, whatever they compete with. Weights of layers that are no matrix product and no convolution have none.
 */
export const wanda: Criterion = {
  id: 'wanda',
  description:
    'the size of its contribution, |w|·‖x‖ with the norm of its input over samples, among those of its output',
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
      if (inputs) scores.set(weight.tensor, await placesWithinOutputs(weight, inputs, pause));
    }
    return scores;
  },
};

async function placesWithinOutputs(
  weight: Weight,
  { matrix, groups }: InputSums,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const { outputs, features, outputStride, featureStride } = matrix;
  const values = valuesOf(weight);
  const norms = groups.map((squares) => squares.map(Math.sqrt));
  const places = new Float32Array(values.length);
  const scores = new Float64Array(features);
  const order = new Uint32Array(features);
  for (let output = 0; output < outputs; output++) {
    await pause();
    const norm = norms[Math.floor((output * groups.length) / outputs)]!;
    const first = output * outputStride;
    for (let j = 0; j < features; j++) {
      const score = Math.abs(values[first + j * featureStride]!) * norm[j]!;
      scores[j] = Number.isNaN(score) ? Infinity : score;
      order[j] = j;
    }
    // Of equal ones the first is the smaller, as everywhere in pruning. Infinities are not subtracted.
    order.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[a]! < scores[b]! ? -1 : 1));
    for (let place = 0; place < features; place++) {
      places[first + order[place]! * featureStride] = place / features;
    }
  }
  return places;
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
