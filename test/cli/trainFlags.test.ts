// What the flags of `train` mean as a step of a recipe.
import { describe, expect, it } from 'vitest';
import { trainStepOf } from '../../src/cli/trainFlags';

describe('trainStepOf', () => {
  it('makes one step, of what was given', () => {
    expect(trainStepOf({ set: [] })).toEqual([{ train: {} }]);
    const flags = { epochs: '3', batch: '16', optimizer: 'sgd', learningRate: '1e-2' };
    expect(trainStepOf({ ...flags, set: [] })).toEqual([
      { train: { epochs: 3, batch: 16, optimizer: 'sgd', learningRate: 0.01 } },
    ]);
  });

  it('sets every option by its path, after the flags', () => {
    const set = ['train.epochs=5', 'train.earlyStopping.patience=3', 'train.augment.flip=true'];
    expect(trainStepOf({ epochs: '3', set })).toEqual([
      { train: { epochs: 5, earlyStopping: { patience: 3 }, augment: { flip: true } } },
    ]);
  });

  it.each(['prune.sparsity=0.5', 'epochs=3', 'trainepochs=3', 'train=3'])('refuses --set %s', (setting) => {
    expect(() => trainStepOf({ set: [setting] })).toThrow(
      expect.objectContaining({ code: 'USAGE' }) as Error,
    );
  });

  it('leaves values that are none to the schema', () => {
    expect(trainStepOf({ epochs: 'many', set: [] })).toEqual([{ train: { epochs: 'many' } }]);
  });
});
