// The options of quantization, as a recipe writes them: the one source of their ranges, defaults and descriptions.
import { z } from 'zod';

export const quantizeSchema = z.strictObject({
  bits: z.literal(8).default(8).describe('Bits of a stored weight.'),
  scheme: z
    .enum(['symmetric', 'asymmetric'])
    .default('symmetric')
    .describe('Whether the grid is centred on zero, or follows the smallest and the largest weight.'),
  granularity: z
    .enum(['tensor', 'channel'])
    .default('channel')
    .describe('Whether each output channel has a scale of its own, or the whole tensor has one.'),
  exclude: z.array(z.string().min(1)).optional().describe('Names of layers that keep their type.'),
});

export type QuantizeOptions = z.output<typeof quantizeSchema>;
