// Movement pruning (Sanh, Wolf, Rush: Movement pruning: adaptive sparsity by fine-tuning; NeurIPS 2020): what matters is
// whether training moves a weight away from zero, not how far from zero it is.
import { movementSums } from '../../../training/gradientSums';
import type { Criterion } from './criterion';
import { gradientTask } from './lossCriteria';

/** Plain gradient descent, so that a step is the gradient and nothing of the optimizer's own. */
const trial = { batch: 32, optimizer: 'sgd', learningRate: 1e-2, momentum: 0 } as const;

export const movement: Criterion = {
  id: 'movement',
  description: 'how far fine-tuning moves a weight away from zero, −Σ w·g over the steps of a trial pass',
  needs: 'data',
  reference: 'Sanh, Wolf, Rush: Movement pruning: adaptive sparsity by fine-tuning; NeurIPS 2020',
  scores: async (model, weights, context) => {
    const moved = await movementSums(gradientTask(model, context), trial);
    const wanted = new Set(weights.map(({ tensor }) => tensor));
    const scores = [...moved].filter(([tensor]) => wanted.has(tensor));
    for (const [, values] of scores) {
      for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = Infinity;
    }
    return new Map(scores);
  },
};
