// The options of activations in the step "quantize", as a recipe writes them.
import { z } from 'zod';
import { observerIds, observers } from '../observers/observers';

export const activationSchema = z.strictObject({
  mode: z
    .enum(['static'])
    .default('static')
    .describe(
      'How the grids of activations are found. static: once, from samples that run through the network.',
    ),
  bits: z.number().int().min(2).max(8).default(8).describe('Bits of an activation.'),
  scheme: z
    .enum(['symmetric', 'asymmetric'])
    .default('asymmetric')
    .describe('Whether the grid is centred on zero, or follows the smallest and the largest activation.'),
  observer: z
    .enum(observerIds)
    .default('min-max')
    .describe(
      `What the range of a grid is. ${observerIds.map((id) => `${id}: ${observers[id].description}`).join('; ')}.`,
    ),
  percentile: z
    .number()
    .gt(50)
    .max(100)
    .optional()
    .describe(
      'Per cent of the activations that stay in the range (observer percentile only); 99.99 where not given.',
    ),
  samples: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Training samples, or random inputs, that ranges are observed on; 128 where not given.'),
  random: z
    .boolean()
    .optional()
    .describe('Observe ranges on random inputs in place of data. They are seldom those of real data.'),
});

export type ActivationOptions = z.output<typeof activationSchema>;

export const defaultCalibrationSamples = 128;
export const defaultPercentile = 99.99;
