// The criteria that ask how the loss would change without a weight: the terms of its Taylor series at w → 0,
// L(0) − L(w) ≈ −w·g + w²·h / 2, each measured on training samples.
import type { Model } from '../../../ir/graph';
import { tensorNumbers } from '../../../ir/numbers';
import type { Tensor } from '../../../ir/tensor';
import { meanGradients, meanSquaredGradients, type GradientTask } from '../../../training/gradientSums';
import type { Weight } from '../../weights';
import type { Criterion, CriterionContext } from './criterion';

/** First order. Before any training it is SNIP (Lee, Ajanthan, Torr; ICLR 2019), whose scores it equals up to a factor. */
export const gradient: Criterion = {
  id: 'gradient',
  description: 'the change of the loss to first order, |w·g| with the mean gradient g',
  needs: 'data',
  reference:
    'Molchanov et al.: Pruning convolutional neural networks; ICLR 2017. Lee et al.: SNIP; ICLR 2019',
  scores: async (model, weights, context) => {
    const gradients = await meanGradients(gradientTask(model, context));
    return scored(weights, gradients, (weight, g) => Math.abs(weight * g));
  },
};

/** Second order, with the diagonal of the empirical Fisher information in place of the Hessian's. */
export const secondOrder: Criterion = {
  id: 'secondOrder',
  description: 'the change of the loss to second order, w²·E[g²]/2 with the gradients g of single samples',
  needs: 'data',
  reference: 'LeCun, Denker, Solla: Optimal brain damage; NIPS 1989',
  scores: async (model, weights, context) => {
    const squares = await meanSquaredGradients(gradientTask(model, context));
    return scored(weights, squares, (weight, square) => (weight * weight * square) / 2);
  },
};

/** The task of summing gradients that a criterion's context describes. */
export function gradientTask(model: Model, context: CriterionContext): GradientTask {
  const { path, data, samples, seed, signal, progress } = context;
  if (!data) throw new Error('A criterion that needs data is asked without');
  return { model, path, data: data.train, samples, seed, signal, progress };
}

/** Scores of the weights that were measured; what is no number is kept longest. */
function scored(
  weights: readonly Weight[],
  measured: ReadonlyMap<Tensor, Float32Array>,
  scoreOf: (weight: number, measure: number) => number,
): Map<Tensor, Float32Array> {
  const scores = new Map<Tensor, Float32Array>();
  for (const { tensor } of weights) {
    const measures = measured.get(tensor);
    if (!measures) continue;
    const values = tensorNumbers(tensor);
    const own = measures.map((measure, i) => scoreOf(values[i]!, measure));
    for (let i = 0; i < own.length; i++) if (Number.isNaN(own[i])) own[i] = Infinity;
    scores.set(tensor, own);
  }
  return scores;
}
