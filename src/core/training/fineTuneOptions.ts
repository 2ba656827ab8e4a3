// The options of a training that another step ends with.
import { trainSchema } from './trainOptions';

/** Those of a training run that matter for a few epochs after weights were changed; the others have their defaults. */
export const fineTuneSchema = trainSchema.pick({
  epochs: true,
  batch: true,
  optimizer: true,
  learningRate: true,
  momentum: true,
  weightDecay: true,
  schedule: true,
  keep: true,
  dropout: true,
  augment: true,
  loss: true,
});
