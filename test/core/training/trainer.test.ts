// The trainer as a whole: that it trains, repeats itself exactly, and gives back the model that it was given.
import { describe, expect, it } from 'vitest';
import { classes, denseNetwork, randomBatch, trainerFor } from './support/trainNetwork';

const sample = [6];
const targets = classes(3);

describe('a trainer', () => {
  it('lowers the loss of a batch that it sees again and again', async () => {
    const trainer = await trainerFor({
      model: denseNetwork([6, 16, 3]),
      sample,
      targets,
      options: { batch: 8 },
    });
    const batch = randomBatch(8, sample, targets, 1);
    const losses: number[] = [];
    for (let seed = 0; seed < 200; seed++)
      losses.push((await trainer.step(batch, { learningRate: 0.02, seed })).loss);
    await trainer.dispose();
    expect(losses[0]).toBeGreaterThan(0.9);
    expect(losses.at(-1)).toBeLessThan(0.01);
    expect(trainer).toMatchObject({ loss: 'crossEntropy', parameters: 6 * 16 + 16 + 16 * 3 + 3, frozen: [] });
  });
});
