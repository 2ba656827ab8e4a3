// The options that the compact steps have in common.
import { z } from 'zod';

export function layerNames(otherwise: string) {
  return z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(`Names of the layers that are changed; ${otherwise} where not given.`);
}

export const samples = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .default(200)
  .describe(
    'Training samples on which the new layers are fitted to the outputs of the old ones, where the run has data; without, they are fitted to their weights.',
  );
