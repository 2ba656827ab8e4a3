// The recipe step "lowRank": layers become two or three that are narrow between them, which is what a matrix of low rank
// multiplies like.
import { z } from 'zod';
import { defineStep } from '../defineStep';
import { compactLayers } from './compactLayers';
import { compactShare } from './compactShare';
import { lowRankForm } from './lowRankForm';
import { layerNames, samples } from './sharedOptions';

const schema = z
  .strictObject({
    method: z
      .enum(['svd', 'tucker2'])
      .optional()
      .describe(
        'How layers are taken apart. svd: into two matrices; tucker2: a convolution into pointwise ones around a smaller one. Where not given, tucker2 for convolutions with a kernel of several elements and svd for all other layers.',
      ),
    rank: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Channels between the new layers, the same in every layer.'),
    energy: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        'In place of a rank: the fraction of the squared singular values of each layer that is kept.',
      ),
    ratio: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe('In place of a rank: the fraction of the weights of each layer that may remain.'),
    layers: layerNames('all layers that get smaller'),
    samples,
  })
  .superRefine(({ rank, energy, ratio }, context) => {
    const given = [rank, energy, ratio].filter((value) => value !== undefined).length;
    if (given === 1) return;
    const problem =
      given === 0
        ? 'give one of rank, energy and ratio'
        : 'rank, energy and ratio exclude each other; give one of them';
    context.addIssue({ code: 'custom', message: problem });
  });

type LowRankOptions = z.output<typeof schema>;

export const lowRank = defineStep({
  id: 'lowRank',
  title: 'Decompose layers',
  phase: 'compacting',
  schema,
  suffix,
  apply: (model, options, context) =>
    compactLayers(
      model,
      { ...options, step: 'lowRank', form: lowRankForm(options), initialize: 'leastSquares' },
      context,
    ),
  estimate: (share, options) => compactShare(share, lowRankForm(options), options.layers),
});

function suffix({ rank, energy, ratio }: LowRankOptions): string {
  if (rank !== undefined) return `rank${rank}`;
  return energy === undefined ? `lowrank${percent(ratio)}` : `energy${percent(energy)}`;
}

function percent(fraction = 1): number {
  return Number((100 * fraction).toFixed(2));
}
