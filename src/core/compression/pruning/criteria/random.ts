// The control: what any criterion has to beat.
import { seedOf, uniform } from '../../../../shared/base/random';
import type { Criterion } from './criterion';

export const random: Criterion = {
  id: 'random',
  description: 'a number drawn by chance, the control that every other criterion has to beat',
  needs: 'weights',
  reference: 'none; it is the control',
  scores: (_model, weights, { seed, signal }) => {
    const scores = weights.map(({ tensor }, index) => {
      signal.throwIfAborted();
      const next = uniform(seedOf(seed, index));
      return [tensor, Float32Array.from({ length: tensor.elements }, next)] as const;
    });
    return Promise.resolve(new Map(scores));
  },
};
