// Training behind masks: the network has the masked weights, the gradient reaches those behind the masks, and both are
// part of the state.
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/core/ir/graph';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import { replaceTensors } from '../../../src/core/ir/traversal';
import { forgottenPart } from '../../../src/core/training/masking';
import type { Trainer } from '../../../src/core/training/trainer';
import { floats } from '../../support/build';
import { classes, content, denseNetwork, randomBatch, steps, trainerFor } from './support/trainNetwork';

const sample = [6];
const targets = classes(3);
const model = denseNetwork([6, 8, 3]);
const batches = [1, 2, 3, 4].map((seed) => randomBatch(8, sample, targets, seed));
/** Every third weight of each matrix counts as zero. */
const masks = new Map(
  ['w1', 'w2'].map((name) => [name, Uint8Array.from(content(model, name), (_, i) => (i % 3 === 0 ? 1 : 0))]),
);

const masked = (of: Model): Model => {
  const tensors = [...masks].map(([name, mask]) => {
    const { shape } = of.graph.initializers.find((tensor) => tensor.name === name)!;
    const numbers = content(of, name).map((number, i) => (mask[i] === 1 ? 0 : number));
    return [name, floats(name, shape, numbers)] as const;
  });
  return { ...of, graph: replaceTensors(of.graph, new Map(tensors)) };
};

const maskedTrainer = (options: Readonly<Record<string, unknown>> = {}): Promise<Trainer> =>
  trainerFor({ model, sample, targets, masked: true, options: { batch: 8, ...options } });

const behind = (trainer: Trainer, name: string): readonly number[] => [
  ...trainer.masks!.weights().find(({ value }) => value === name)!.numbers,
];

const closeTo = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((number, i) => expect(number).toBeCloseTo(expected[i]!, 5));
};

describe('training behind masks', () => {
  it('moves all weights by the gradient at the masked ones, and lets those behind masks fade', async () => {
    const rate = 0.1;
    const options = { batch: 8, optimizer: 'sgd', momentum: 0 } as const;
    const trainer = await maskedTrainer(options);
    trainer.masks!.set(masks);
    const plain = await trainerFor({ model: masked(model), sample, targets, options });
    const [own] = await steps(trainer, batches.slice(0, 1), rate);
    const [expected] = await steps(plain, batches.slice(0, 1), rate);
    expect(own).toBeCloseTo(expected!, 6);
    for (const [name, mask] of masks) {
      const before = content(masked(model), name);
      const change = content(plain.model(), name).map((number, i) => number - before[i]!);
      expect(change.some((number, i) => mask[i] === 1 && Math.abs(number) > 1e-4)).toBe(true);
      const moved = content(model, name).map(
        (number, i) => (number + change[i]!) * (mask[i] === 1 ? 1 - forgottenPart : 1),
      );
      closeTo(behind(trainer, name), moved);
    }
    closeTo(content(trainer.model(), 'b1'), content(plain.model(), 'b1'));
    await trainer.dispose();
    await plain.dispose();
  });

  it.each(['sgd', 'adam', 'adamw', 'rmsprop'] as const)(
    'writes masked weights as zero and others as they are, with %s',
    async (optimizer) => {
      const trainer = await maskedTrainer({ optimizer, weightDecay: 0.01, l1: 0.01, clipNorm: 1 });
      trainer.masks!.set(masks);
      await steps(trainer, batches);
      for (const [name, mask] of masks) {
        const all = behind(trainer, name);
        expect(content(trainer.model(), name)).toEqual(all.map((number, i) => (mask[i] === 1 ? 0 : number)));
        expect(all.every((number) => number !== 0)).toBe(true);
      }
      await trainer.dispose();
    },
  );

  it('counts what is zero in the model as zero at first', async () => {
    const trainer = await trainerFor({ model: masked(model), sample, targets, masked: true });
    for (const { value, keep } of trainer.masks!.weights()) {
      expect([...keep]).toEqual([...masks.get(value)!].map((drop) => 1 - drop));
    }
    await trainer.dispose();
  });

  it('goes back to a state bit by bit, masks and what is behind them too', async () => {
    const trainer = await maskedTrainer();
    trainer.masks!.set(masks);
    await steps(trainer, batches.slice(0, 2));
    const state = trainer.state();
    const go = async (): Promise<readonly unknown[]> => {
      trainer.masks!.set(new Map([['w1', new Uint8Array(48).fill(1, 0, 5)]]));
      const losses = await steps(trainer, batches.slice(2));
      return [losses, trainer.state()];
    };
    const once = await go();
    const shown = trainer.model(state);
    trainer.restore(state);
    expect(content(trainer.model(), 'w1')).toEqual(content(shown, 'w1'));
    expect(content(shown, 'w1').filter((number) => number === 0)).toHaveLength(16);
    expect(await go()).toEqual(once);
    await trainer.dispose();
  });

  it('has no masks where nobody asks for them', async () => {
    const trainer = await trainerFor({ model, sample, targets });
    expect(trainer.masks).toBeUndefined();
    expect(Object.keys(trainer.state().vectors)).not.toContain('masks');
    expect([...tensorNumbers(trainer.model().graph.initializers[0]!)]).toEqual(content(model, 'w1'));
    await trainer.dispose();
  });
});
