// The options of quantization-aware training, as a recipe writes them.
import { z } from 'zod';
import { fineTuneSchema } from '../../../training/fineTuneOptions';

export const gridTrainingSchema = fineTuneSchema.extend({
  learnSteps: z
    .boolean()
    .default(true)
    .describe(
      'Whether the step sizes of grids are trained with the weights; if not, they stay what the observers found.',
    ),
});
