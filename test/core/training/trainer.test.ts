// The trainer as a whole: that it trains, repeats itself exactly, and gives back the model that it was given.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/core/analysis/evaluate';
import type { DataSet } from '../../../src/core/data/dataSet';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import type { TrainerState } from '../../../src/core/training/trainer';
import { floats, node } from '../../support/build';
import {
  classes,
  content,
  denseNetwork,
  randomBatch,
  steps,
  trainerFor,
  values,
} from './support/trainNetwork';

const sample = [6];
const targets = classes(3);
const batches = Array.from({ length: 6 }, (_, i) => randomBatch(8, sample, targets, i));

function bits(state: TrainerState): unknown {
  return Object.entries(state.vectors).map(([name, vector]) => [
    name,
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex'),
  ]);
}

describe('a trainer', () => {
  it('lowers the loss of a batch that it sees again and again', async () => {
    const trainer = await trainerFor({
      model: denseNetwork([6, 16, 3]),
      sample,
      targets,
      options: { batch: 8 },
    });
    const losses = await steps(
      trainer,
      Array.from({ length: 200 }, () => batches[0]!),
    );
    await trainer.dispose();
    expect(losses[0]).toBeGreaterThan(0.9);
    expect(losses.at(-1)).toBeLessThan(0.01);
    expect(trainer).toMatchObject({ loss: 'crossEntropy', parameters: 6 * 16 + 16 + 16 * 3 + 3, frozen: [] });
  });

  it.each(['sgd', 'adam', 'adamw', 'rmsprop'] as const)(
    'repeats itself bit by bit with %s',
    async (optimizer) => {
      const make = () =>
        trainerFor({
          model: denseNetwork([6, 32, 16, 3]),
          sample,
          targets,
          options: { batch: 8, optimizer, weightDecay: 0.01, dropout: 0.3 },
        });
      const [first, second] = [await make(), await make()];
      const losses = await steps(first, batches);
      expect(await steps(second, batches)).toEqual(losses);
      expect(bits(second.state())).toEqual(bits(first.state()));
      await first.dispose();
      await second.dispose();
    },
  );

  it('goes on from a state as if it had never been left', async () => {
    const options = { batch: 8, dropout: 0.2 };
    const network = denseNetwork([6, 32, 16, 3]);
    const whole = await trainerFor({ model: network, sample, targets, options });
    await steps(whole, batches.slice(0, 3));
    const state = whole.state();
    const kept = bits(state);
    const losses = await steps(whole, batches.slice(3));
    expect(bits(state)).toEqual(kept);

    const resumed = await trainerFor({ model: network, sample, targets, options });
    await steps(resumed, [batches[5]!, batches[1]!]);
    resumed.restore(state);
    expect(resumed.state().steps).toBe(3);
    expect(bits(resumed.state())).toEqual(kept);
    expect(await steps(resumed, batches.slice(3))).toEqual(losses);
    expect(bits(resumed.state())).toEqual(bits(whole.state()));
    await whole.dispose();
    await resumed.dispose();
  });

  it('refuses the state of another network', async () => {
    const [small, large] = [
      await trainerFor({ model: denseNetwork([6, 3]), sample, targets }),
      await trainerFor({ model: denseNetwork([6, 4, 3]), sample, targets }),
    ];
    expect(() => large.restore(small.state())).toThrow('parameters');
    await small.dispose();
    await large.dispose();
  });

  it('takes a smaller batch as one made for its size does', async () => {
    const network = denseNetwork([6, 8, 3]);
    const part = randomBatch(5, sample, targets, 9);
    const large = await trainerFor({ model: network, sample, targets, options: { batch: 8 } });
    const small = await trainerFor({ model: network, sample, targets, options: { batch: 5 } });
    expect(await steps(large, [part])).toEqual(await steps(small, [part]));
    expect(bits(large.state())).toEqual(bits(small.state()));
    await expect(small.step(batches[0]!, { learningRate: 1, seed: 0 })).rejects.toThrow('8 samples');
    await large.dispose();
    await small.dispose();
  });

  it('refuses labels that are no classes', async () => {
    const trainer = await trainerFor({ model: denseNetwork([6, 3]), sample, targets });
    const wrong = { ...batches[0]!, labels: new Int32Array(8).fill(3) };
    await expect(trainer.step(wrong, { learningRate: 1, seed: 0 })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      values: { problem: 'a sample has label 3, but there are 3 classes, from 0 on' },
    });
    await trainer.dispose();
  });

  it('names the first layer whose weights are not finite', async () => {
    const trainer = await trainerFor({
      model: denseNetwork([6, 4, 3]),
      sample,
      targets,
      options: { batch: 8 },
    });
    expect(trainer.notFinite()).toBeUndefined();
    const spoilt = { ...batches[0]!, inputs: [new Float32Array(48).fill(Number.NaN)] };
    await steps(trainer, [spoilt]);
    expect(trainer.notFinite()).toBe('fc1');
    await trainer.dispose();
  });

  it('ends with an aborted signal', async () => {
    const abort = new AbortController();
    abort.abort();
    const making = trainerFor({ model: denseNetwork([6, 3]), sample, targets, signal: abort.signal });
    await expect(making).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the loss of a step is what evaluate measures before it', () => {
  it.each([
    ['cross-entropy behind Softmax', targets, [node('Softmax', ['h'], ['y'])], {}],
    ['cross-entropy of logits', targets, undefined, { labelSmoothing: 0.1 }],
    [
      'binary cross-entropy behind Sigmoid',
      targets,
      [node('Sigmoid', ['h'], ['y'])],
      { loss: 'binaryCrossEntropy' },
    ],
    ['mse', values(3), undefined, { weightDecay: 1, l1: 1 }],
    ['mse of classes', targets, undefined, { loss: 'mse' }],
    ['mae', values(3), undefined, { loss: 'mae' }],
    ['huber', values(3), undefined, { loss: 'huber' }],
  ] as const)('%s', async (_, wanted, head, options) => {
    const network = denseNetwork([6, 8, 3], head);
    const trainer = await trainerFor({
      model: network,
      sample,
      targets: wanted,
      options: { batch: 12, ...options },
    });
    const batch = randomBatch(12, sample, wanted, 4);
    const [loss] = await steps(trainer, [batch]);
    const data: DataSet = {
      name: 'samples',
      count: 12,
      inputs: [{ shape: sample }],
      targets: wanted,
      rows: () => Promise.resolve(batch),
    };
    const session = await (await onnxRuntime()).load(modelToBytes(network));
    const { scores } = trainer;
    const signal = new AbortController().signal;
    const measured = await evaluate(session, data, { loss: trainer.loss, scores, signal });
    expect(loss).toBeCloseTo(measured.loss, 5);
    await session.dispose();
    await trainer.dispose();
  });
});

describe('the trained model', () => {
  it('is the given one with other weights', async () => {
    const given = denseNetwork([6, 4, 3], [node('Softmax', ['h'], ['y'])]);
    const old: Model = { ...given, opsets: new Map([['', 13]]), irVersion: 7 };
    const trainer = await trainerFor({ model: old, sample, targets, options: { batch: 8, dropout: 0.5 } });
    for (const name of ['w1', 'b1', 'w2', 'b2'])
      expect(content(trainer.model(), name)).toEqual(content(old, name));
    const before = trainer.state();
    await steps(trainer, batches);
    const trained = trainer.model();
    expect({ ...trained, graph: { ...trained.graph, initializers: [] } }).toEqual({
      ...old,
      graph: { ...old.graph, initializers: [] },
    });
    expect(trained.graph.initializers.map(({ name, shape }) => [name, shape])).toEqual(
      old.graph.initializers.map(({ name, shape }) => [name, shape]),
    );
    for (const name of ['w1', 'b1', 'w2', 'b2'])
      expect(content(trained, name)).not.toEqual(content(old, name));
    expect(content(trainer.model(before), 'w1')).toEqual(content(old, 'w1'));
    await trainer.dispose();
  });

  it('keeps what later steps do out of a model that was taken before', async () => {
    const trainer = await trainerFor({ model: denseNetwork([6, 3]), sample, targets, options: { batch: 8 } });
    const taken = trainer.model();
    const before = content(taken, 'w1');
    await steps(trainer, batches);
    expect(content(taken, 'w1')).toEqual(before);
    await trainer.dispose();
  });

  it('has weights of Constant nodes exchanged where they are', async () => {
    const given = denseNetwork([6, 3]);
    const [weights, bias] = given.graph.initializers;
    const constant = node('Constant', [], ['w1'], { value: { kind: 'tensor', value: weights! } });
    const nodes = [constant, ...given.graph.nodes];
    const stored: Model = { ...given, graph: { ...given.graph, nodes, initializers: [bias!] } };
    const [trainer, plain] = [
      await trainerFor({ model: stored, sample, targets, options: { batch: 8 } }),
      await trainerFor({ model: given, sample, targets, options: { batch: 8 } }),
    ];
    expect(await steps(trainer, batches)).toEqual(await steps(plain, batches));
    const attribute = trainer.model().graph.nodes[0]!.attributes[0]!;
    expect(attribute.kind === 'tensor' && [...tensorNumbers(attribute.value)]).toEqual(
      content(plain.model(), 'w1'),
    );
    await trainer.dispose();
    await plain.dispose();
  });
});

describe('zeros that are kept', () => {
  const given = denseNetwork([6, 8, 3]);
  const pruned: Model = {
    ...given,
    graph: {
      ...given.graph,
      initializers: given.graph.initializers.map((tensor) =>
        floats(
          tensor.name,
          tensor.shape,
          tensorNumbers(tensor).map((value, i) => (i % 2 === 0 ? 0 : value)),
        ),
      ),
    },
  };

  it.each(['sgd', 'adam', 'adamw', 'rmsprop'] as const)(
    'stay zero with %s, and only in weights',
    async (optimizer) => {
      const options = { batch: 8, optimizer, weightDecay: 0.01, l1: 0.01 };
      const trainer = await trainerFor({ model: pruned, sample, targets, options, keepZeros: true });
      await steps(trainer, batches);
      const trained = trainer.model();
      for (const name of ['w1', 'w2']) {
        content(pruned, name).forEach((value, i) =>
          expect(content(trained, name)[i] === 0).toBe(value === 0),
        );
      }
      expect(content(trained, 'b1').every((value) => value !== 0)).toBe(true);
      await trainer.dispose();
    },
  );

  it('are trained where nobody asks to keep them', async () => {
    const trainer = await trainerFor({ model: pruned, sample, targets, options: { batch: 8 } });
    await steps(trainer, batches);
    expect(content(trainer.model(), 'w2').every((value) => value !== 0)).toBe(true);
    await trainer.dispose();
  });
});

describe('dropout', () => {
  it('is drawn by the seed of the step, in front of every fully connected layer but the first', async () => {
    const network = denseNetwork([6, 64, 3]);
    const trainer = await trainerFor({
      model: network,
      sample,
      targets,
      options: { batch: 8, dropout: 0.5 },
    });
    const lossOf = async (seed: number) => (await trainer.step(batches[0]!, { learningRate: 0, seed })).loss;
    const [a, b] = [await lossOf(1), await lossOf(2)];
    expect(a).not.toBe(b);
    expect(await lossOf(1)).toBe(a);
    const single = await trainerFor({
      model: denseNetwork([6, 3]),
      sample,
      targets,
      options: { batch: 8, dropout: 0.5 },
    });
    const once = await single.step(batches[0]!, { learningRate: 0, seed: 1 });
    expect(await single.step(batches[0]!, { learningRate: 0, seed: 2 })).toEqual(once);
    await trainer.dispose();
    await single.dispose();
  });
});
