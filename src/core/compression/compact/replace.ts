// The recipe step "replace": convolutions become chains of smaller ones that come nearest to them, as compact networks
// are built of.
import { z } from 'zod';
import { defineStep } from '../defineStep';
import { bottleneckForm } from './bottleneckForm';
import type { CompactForm } from './compactForm';
import { compactLayers } from './compactLayers';
import { compactShare } from './compactShare';
import { groupedForm } from './groupedForm';
import { separableForm } from './separableForm';
import { layerNames, samples } from './sharedOptions';

const schema = z
  .strictObject({
    with: z
      .enum(['depthwise-separable', 'grouped-shuffle', 'bottleneck'])
      .describe(
        'What stands for a convolution afterwards. depthwise-separable: a convolution of each channel by itself, and a pointwise one that puts the channels together; grouped-shuffle: a convolution in groups, a shuffle of the channels, and a pointwise one in groups; bottleneck: a pointwise convolution to fewer channels, one with the kernel, and a pointwise one back.',
      ),
    initialize: z
      .enum(['leastSquares', 'random'])
      .default('leastSquares')
      .describe(
        'Whether the new layers come as near to the old ones as they can, or begin with random numbers.',
      ),
    layers: layerNames('all convolutions that get smaller'),
    multiplier: z
      .number()
      .int()
      .min(1)
      .max(64)
      .optional()
      .describe('Kernels for each input channel (depthwise-separable only); 1 where not given.'),
    groups: z
      .number()
      .int()
      .min(2)
      .max(1024)
      .optional()
      .describe('Groups of both convolutions (grouped-shuffle only); 4 where not given.'),
    width: z
      .number()
      .gt(0)
      .lt(1)
      .optional()
      .describe(
        'Channels between, as a fraction of the outputs of the layer (bottleneck only); 0.25 where not given.',
      ),
    samples,
  })
  .superRefine((options, context) => {
    const stray = (['multiplier', 'groups', 'width'] as const).find(
      (name) => options[name] !== undefined && !forms[options.with].options.includes(name),
    );
    if (stray === undefined) return;
    const owner = Object.entries(forms).find(([, form]) => form.options.includes(stray))?.[0] ?? '';
    context.addIssue({ code: 'custom', message: `option ${stray} is for with ${owner}` });
  });

type ReplaceOptions = z.output<typeof schema>;

export const replace = defineStep({
  id: 'replace',
  title: 'Replace convolutions',
  phase: 'compacting',
  schema,
  suffix: (options) => forms[options.with].suffix,
  apply: (model, options, context) =>
    compactLayers(model, { ...options, step: 'replace', form: forms[options.with].of(options) }, context),
  estimate: (share, options) => compactShare(share, forms[options.with].of(options), options.layers),
});

interface FormChoice {
  /** The options that are for this form alone. */
  readonly options: readonly string[];
  readonly suffix: string;
  readonly of: (options: Pick<ReplaceOptions, 'multiplier' | 'groups' | 'width'>) => CompactForm;
}

const forms: Readonly<Record<'depthwise-separable' | 'grouped-shuffle' | 'bottleneck', FormChoice>> = {
  'depthwise-separable': {
    options: ['multiplier'],
    suffix: 'separable',
    of: ({ multiplier = 1 }) => separableForm(multiplier),
  },
  'grouped-shuffle': {
    options: ['groups'],
    suffix: 'grouped',
    of: ({ groups = 4 }) => groupedForm(groups),
  },
  bottleneck: {
    options: ['width'],
    suffix: 'bottleneck',
    of: ({ width = 0.25 }) => bottleneckForm(width),
  },
};
