// The options of a training run, as a recipe writes them: the one source of their ranges, defaults and descriptions.
import { z } from 'zod';

const count = (most: number) => z.number().int().min(1).max(most);

export const trainSchema = z.strictObject({
  epochs: count(100_000).default(10).describe('Passes over the training samples.'),
  batch: count(65_536).default(64).describe('Samples in one step of the optimizer.'),
  optimizer: z
    .enum(['sgd', 'adam', 'adamw', 'rmsprop'])
    .default('adam')
    .describe('How gradients change the weights.'),
  learningRate: z.number().positive().max(100).default(1e-3).describe('Size of a step.'),
  momentum: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .describe('Part of the last step that is taken again (sgd only).'),
  nesterov: z.boolean().default(false).describe('Look ahead along the momentum (sgd only).'),
  weightDecay: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'Pulls weights, not biases and normalization, to zero; part of the gradient, for adamw apart from it.',
    ),
  l1: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe('Weight of the sum of magnitudes of weights in the loss.'),
  schedule: z
    .enum(['constant', 'step', 'cosine', 'plateau'])
    .default('constant')
    .describe('How the learning rate changes.'),
  warmup: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .describe('Epochs in which the learning rate rises to its value.'),
  decay: z
    .strictObject({
      every: count(10_000)
        .default(10)
        .describe('Epochs between steps; for plateau, epochs without improvement.'),
      factor: z.number().positive().lt(1).default(0.1).describe('What the learning rate is multiplied with.'),
    })
    .prefault({})
    .describe('Of the schedules step and plateau.'),
  earlyStopping: z
    .strictObject({
      patience: count(10_000)
        .default(5)
        .describe('Epochs without a lower validation loss before the run ends.'),
    })
    .optional()
    .describe('Ends the run when the validation loss no longer falls.'),
  keep: z
    .enum(['best', 'last'])
    .default('best')
    .describe('Weights to keep: of the epoch with the lowest validation loss, or of the last.'),
  clipNorm: z.number().positive().optional().describe('Largest norm of the gradient over all weights.'),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'Fraction of the inputs of fully connected layers, beyond the first, that is dropped in each step.',
    ),
  augment: z
    .strictObject({
      shift: z
        .number()
        .min(0)
        .max(0.5)
        .default(0)
        .describe('Largest move, as a fraction of width and height.'),
      rotate: z.number().min(0).max(180).default(0).describe('Largest turn in degrees.'),
      flip: z.boolean().default(false).describe('Mirror half of the images left to right.'),
      noise: z.number().min(0).max(10).default(0).describe('Standard deviation of noise on every input.'),
    })
    .prefault({})
    .describe('Changes to training samples, drawn anew in each epoch.'),
  loss: z
    .enum(['auto', 'crossEntropy', 'binaryCrossEntropy', 'mse', 'mae', 'huber'])
    .default('auto')
    .describe('What is made small; auto is cross-entropy for classes and mse for values.'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Probability that is spread over all classes (cross-entropy only).'),
  keepZeros: z
    .boolean()
    .optional()
    .describe('Weights that are zero stay zero; by default, where an earlier step pruned.'),
});

export type TrainOptions = z.output<typeof trainSchema>;
