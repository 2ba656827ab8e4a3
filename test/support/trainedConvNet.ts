// A small convolutional network that has learned glyphs, with the data that it has learned and is judged on.
import { applySteps, parseSteps } from '../../src/core/compression/steps';
import { glyphDefaults, openGlyphs } from '../../src/core/data/glyphs';
import type { Model } from '../../src/core/ir/graph';
import { stepsContext } from './applyStep';
import { smallConvNet } from './smallConvNet';

/** Glyphs of [1, size, size]: 400 to train on and 200 to validate. */
export function glyphSplits(size: number) {
  const glyphs = { ...glyphDefaults, size, seed: 5, noise: 0.05 };
  return {
    train: openGlyphs({ ...glyphs, samples: 400 }),
    validation: openGlyphs({ ...glyphs, samples: 200, split: 'validation' }),
  };
}

/** `smallConvNet` after so many epochs on these glyphs. */
export async function trainedConvNet(size: number, epochs: number): Promise<Model> {
  const steps = parseSteps([{ train: { epochs, batch: 32, learningRate: 0.01 } }]);
  return (await applySteps(smallConvNet(size), steps, stepsContext({ data: glyphSplits(size) }))).model;
}
