// The recipe step "replace": convolutions become chains of smaller ones that come nearest to them, as compact networks
// are built of.
import { z } from 'zod';
import { defineStep } from '../defineStep';
import type { WeightShare } from '../step';
import type { CompactForm } from './compactForm';
import { compactLayers } from './compactLayers';
import { compactShare } from './compactShare';
import { separableForm } from './separableForm';

const schema = z.strictObject({
  with: z
    .enum(['depthwise-separable'])
    .describe(
      'What stands for a convolution afterwards. depthwise-separable: a convolution of each channel by itself, and a pointwise one that puts the channels together.',
    ),
  initialize: z
    .enum(['leastSquares', 'random'])
    .default('leastSquares')
    .describe(
      'Whether the new layers come as near to the old ones as they can, or begin with random numbers.',
    ),
  layers: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Names of the layers that are replaced; all convolutions that get smaller where not given.'),
  multiplier: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Depthwise kernels for each input channel (depthwise-separable only).'),
});

type ReplaceOptions = z.output<typeof schema>;

export const replace = defineStep({
  id: 'replace',
  title: 'Replace convolutions',
  phase: 'compacting',
  schema,
  suffix: (options) => suffixes[options.with],
  apply: (model, options, context) =>
    compactLayers(model, { ...options, step: 'replace', form: formOf(options) }, context),
  estimate: (share: WeightShare, options) => compactShare(share, formOf(options), options.layers),
});

const suffixes: Readonly<Record<ReplaceOptions['with'], string>> = {
  'depthwise-separable': 'separable',
};

function formOf({ multiplier }: ReplaceOptions): CompactForm {
  return separableForm(multiplier);
}
