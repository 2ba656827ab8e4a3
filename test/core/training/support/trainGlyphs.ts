// The child of the resume tests: trains a small network with everything that has a state, prints a dot before each
// step, and writes the trained model. It is killed at any moment and started again with the same arguments.
import { writeFileSync, writeSync } from 'node:fs';
import { openGlyphs, glyphDefaults } from '../../../../src/core/data/glyphs';
import { modelToBytes } from '../../../../src/core/formats/modelBytes';
import { train } from '../../../../src/core/training/train';
import { trainSchema } from '../../../../src/core/training/trainOptions';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 10;
const glyphs = { ...glyphDefaults, size, seed: 3 };

async function main(checkpointFolder: string, output: string): Promise<void> {
  const result = await train(
    {
      model: smallConvNet(size),
      path: 'glyphs.onnx',
      data: {
        train: openGlyphs({ ...glyphs, samples: 96 }),
        // Wrong labels make the best epoch come before the last, so that its weights have to be kept.
        validation: openGlyphs({ ...glyphs, samples: 64, labelNoise: 0.9, split: 'validation' }),
      },
      options: trainSchema.parse({
        epochs: 5,
        batch: 16,
        optimizer: 'adam',
        learningRate: 0.02,
        schedule: 'plateau',
        warmup: 0.5,
        decay: { every: 1, factor: 0.5 },
        weightDecay: 1e-4,
        dropout: 0.2,
        augment: { shift: 0.1, rotate: 10, noise: 0.05 },
      }),
      seed: 7,
      keepZeros: false,
      checkpointFolder,
      step: 0,
    },
    {
      signal: new AbortController().signal,
      progress: () => undefined,
      curves: () => undefined,
      gate: () => {
        writeSync(1, '.');
        return Promise.resolve();
      },
    },
  );
  const { history, bestEpoch } = result.training;
  const timeless = history.map((epoch) => ({ ...epoch, seconds: 0 }));
  writeFileSync(`${output}.json`, JSON.stringify({ history: timeless, bestEpoch }));
  writeFileSync(output, modelToBytes(result.model));
}

void main(process.argv[2]!, process.argv[3]!);
