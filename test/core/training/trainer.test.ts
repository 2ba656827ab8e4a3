// The trainer as a whole: that it trains, repeats itself exactly, and gives back the model that it was given.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/core/analysis/evaluate';
import type { Batch, DataSet } from '../../../src/core/data/dataSet';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { tensorNumbers } from '../../../src/core/ir/numbers';
import { Tensor } from '../../../src/core/ir/tensor';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import type { Trainer, TrainerState } from '../../../src/core/training/trainer';
import { floats, graph, input, model, node } from '../../support/build';
import { classes, denseNetwork, randomBatch, trainerFor, values } from './support/trainNetwork';

const sample = [6];
const targets = classes(3);
const batches = Array.from({ length: 6 }, (_, i) => randomBatch(8, sample, targets, i));

async function steps(trainer: Trainer, all: readonly Batch[], learningRate = 0.02): Promise<number[]> {
  const losses: number[] = [];
  for (const [seed, batch] of all.entries())
    losses.push((await trainer.step(batch, { learningRate, seed })).loss);
  return losses;
}

function content(of: Model, name: string): readonly number[] {
  return [...tensorNumbers(of.graph.initializers.find((tensor) => tensor.name === name)!)];
}

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

describe('batch normalization', () => {
  const normalized = model(
    graph({
      nodes: [
        node('Conv', ['x', 'kernel'], ['c'], { pads: [1, 1, 1, 1] }, 'conv'),
        node(
          'BatchNormalization',
          ['c', 'scale', 'shift', 'mean', 'variance'],
          ['n'],
          { momentum: 0.75 },
          'bn',
        ),
        node('Relu', ['n'], ['r']),
        node('GlobalAveragePool', ['r'], ['p']),
        node('Flatten', ['p'], ['f']),
        node('Gemm', ['f', 'w', 'b'], ['y'], {}, 'fc'),
      ],
      inputs: [input('x', ['batch', 1, 5, 5])],
      outputs: [{ name: 'y', type: 'float32' }],
      initializers: [
        floats(
          'kernel',
          [2, 1, 3, 3],
          Array.from({ length: 18 }, (_, i) => Math.sin(i)),
        ),
        floats('scale', [2], [1, 2]),
        floats('shift', [2], [0, 0.5]),
        floats('mean', [2], [0.5, -1]),
        floats('variance', [2], [1, 4]),
        floats('w', [2, 3], [1, 2, 3, -1, 0.5, 0]),
        floats('b', [3], [0, 0, 0]),
      ],
    }),
    15,
  );

  it('learns scale and shift, and follows the statistics of the batches', async () => {
    const trainer = await trainerFor({
      model: normalized,
      sample: [1, 5, 5],
      targets,
      options: { batch: 8 },
    });
    expect(trainer.parameters).toBe(18 + 2 + 2 + 6 + 3);
    const batch = randomBatch(8, [1, 5, 5], targets, 1);
    const convolved = {
      ...normalized,
      graph: { ...normalized.graph, outputs: [{ name: 'c', type: 'float32' as const }] },
    };
    const session = await (await onnxRuntime()).load(modelToBytes(convolved));
    const { c } = await session.run({ x: { type: 'float32', shape: [8, 1, 5, 5], data: batch.inputs[0]! } });
    await session.dispose();
    const losses = await steps(trainer, [batch]);
    const trained = trainer.model();
    for (const channel of [0, 1]) {
      const values = [...(c!.data as Float32Array)].filter((_, i) => Math.floor(i / 25) % 2 === channel);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      expect(content(trained, 'mean')[channel]).toBeCloseTo(0.75 * [0.5, -1][channel]! + 0.25 * mean, 5);
      expect(content(trained, 'variance')[channel]).toBeCloseTo(0.75 * [1, 4][channel]! + 0.25 * variance, 5);
    }
    expect(content(trained, 'scale')).not.toEqual([1, 2]);
    losses.push(
      ...(await steps(
        trainer,
        Array.from({ length: 60 }, () => batch),
      )),
    );
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    const state = trainer.state();
    const [next] = await steps(trainer, [batch]);
    trainer.restore(state);
    expect(await steps(trainer, [batch])).toEqual([next]);
    await trainer.dispose();
  });

  /** Two normalizations; the second one's statistics are stored as mean and variance with the given ending. */
  const networkWith = (second: string): Model => {
    const nodes = [
      ...normalized.graph.nodes.slice(0, 2),
      node('Mul', ['n', 'steep'], ['t']),
      node('BatchNormalization', ['t', 'scale', 'shift', `mean${second}`, `variance${second}`], ['u'], {
        momentum: 0.75,
      }),
      node('Relu', ['u'], ['r']),
      ...normalized.graph.nodes.slice(3),
    ];
    const initializers = [
      ...normalized.graph.initializers,
      floats('steep', [1, 2, 1, 1], [3, -2]),
      floats('mean2', [2], [0.5, -1]),
      floats('variance2', [2], [1, 4]),
    ];
    return { ...normalized, graph: { ...normalized.graph, nodes, initializers } };
  };

  it('has statistics of its own for each node, also where one stored tensor serves two', async () => {
    const batch = randomBatch(8, [1, 5, 5], targets, 1);
    const [shared, apart] = [networkWith(''), networkWith('2')];
    const trainers = await Promise.all(
      [shared, apart].map((each) =>
        trainerFor({ model: each, sample: [1, 5, 5], targets, options: { batch: 8, optimizer: 'sgd' } }),
      ),
    );
    const [first, second] = await Promise.all(
      trainers.map((trainer) => trainer.step(batch, { learningRate: 0.1, seed: 1 })),
    );
    expect(first).toEqual(second);
    const [together, single] = trainers.map((trainer) => trainer.model());
    for (const name of ['kernel', 'scale', 'w'])
      expect(content(together!, name)).toEqual(content(single!, name));
    // What is shared follows the mean of both.
    for (const name of ['mean', 'variance']) {
      const both = [content(single!, name), content(single!, `${name}2`)];
      content(together!, name).forEach((value, i) =>
        expect(value).toBeCloseTo((both[0]![i]! + both[1]![i]!) / 2, 5),
      );
    }
    await Promise.all(trainers.map((trainer) => trainer.dispose()));
  });

  it('keeps its statistics where no weight before it is trained', async () => {
    const before = { ...normalized.graph.nodes[0]!, inputs: ['x', 'kernel'] };
    const stop = node('MeanVarianceNormalization', ['n'], ['m'], { axes: [2, 3] }, 'stop');
    const nodes = [
      before,
      normalized.graph.nodes[1]!,
      stop,
      { ...normalized.graph.nodes[2]!, inputs: ['m'] },
      ...normalized.graph.nodes.slice(3),
    ];
    const given: Model = { ...normalized, graph: { ...normalized.graph, nodes } };
    const trainer = await trainerFor({ model: given, sample: [1, 5, 5], targets, options: { batch: 8 } });
    const reason = 'no gradient passes stop (MeanVarianceNormalization has no gradient rule)';
    expect(trainer.frozen).toEqual([
      { layer: 'conv', reason },
      { layer: 'bn', reason },
    ]);
    expect(trainer.parameters).toBe(9);
    await steps(trainer, [randomBatch(8, [1, 5, 5], targets, 1)]);
    for (const name of ['kernel', 'scale', 'mean', 'variance'])
      expect(content(trainer.model(), name)).toEqual(content(given, name));
    await trainer.dispose();
  });
});

describe('what cannot be trained', () => {
  it('is a layer from which a second way to the output has no gradient', async () => {
    const nodes = [
      node('Gemm', ['x', 'w', 'b'], ['h'], {}, 'first'),
      node('MeanVarianceNormalization', ['h'], ['m'], { axes: [1] }, 'stop'),
      node('Add', ['h', 'm'], ['s']),
      node('Gemm', ['s', 'v'], ['y'], {}, 'second'),
    ];
    const initializers = [
      floats('w', [6, 3], new Float32Array(18).fill(0.1)),
      floats('b', [3], [1, 2, 3]),
      floats('v', [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ];
    const given = model(
      graph({
        nodes,
        inputs: [input('x', ['n', 6])],
        outputs: [{ name: 'y', type: 'float32' }],
        initializers,
      }),
      17,
    );
    const trainer = await trainerFor({ model: given, sample, targets });
    expect(trainer.frozen.map(({ layer }) => layer)).toEqual(['first']);
    expect(trainer.parameters).toBe(9);
    await trainer.dispose();
  });

  it('is a layer that the trained output does not depend on', async () => {
    const given = denseNetwork([6, 3]);
    const nodes = [...given.graph.nodes, node('Gemm', ['x', 'other'], ['z'], {}, 'aside')];
    const outputs = [...given.graph.outputs, { name: 'z', type: 'float32' as const }];
    const initializers = [...given.graph.initializers, floats('other', [6, 2], new Float32Array(12))];
    const trainer = await trainerFor({
      model: { ...given, graph: { ...given.graph, nodes, outputs, initializers } },
      sample,
      targets,
    });
    expect(trainer.frozen).toEqual([{ layer: 'aside', reason: 'the trained output does not depend on it' }]);
    await trainer.dispose();
  });

  it('is a network of integers', async () => {
    const nodes = [
      node('DequantizeLinear', ['q', 'scale'], ['w'], {}, 'dequantize'),
      node('MatMul', ['x', 'w'], ['y'], {}, 'product'),
    ];
    const content8 = Tensor.fromBytes('q', 'int8', [6, 3], new Uint8Array(18).fill(3));
    const initializers = [content8, floats('scale', [], [0.1])];
    const given = model(
      graph({
        nodes,
        inputs: [input('x', ['n', 6])],
        outputs: [{ name: 'y', type: 'float32' }],
        initializers,
      }),
      17,
    );
    await expect(trainerFor({ model: given, sample, targets })).rejects.toMatchObject({
      code: 'NOT_TRAINABLE',
      values: {
        path: 'net.onnx',
        reason:
          'layer product is not trained, as its weights are stored as integers, and neither is any other',
      },
    });
  });

  it('is a network whose outputs the targets do not fit', async () => {
    const given = denseNetwork([6, 3]);
    await expect(trainerFor({ model: given, sample, targets: classes(5) })).rejects.toMatchObject({
      code: 'NOT_TRAINABLE',
      values: { reason: 'the data ask for scores of 5 classes, and it gives y [64, 3]' },
    });
    await expect(trainerFor({ model: given, sample, targets: values(2, 2) })).rejects.toMatchObject({
      values: { reason: 'the data ask for 4 values for each sample, and it gives y [64, 3]' },
    });
    await expect(trainerFor({ model: given, sample: [7], targets })).rejects.toMatchObject({
      code: 'DATA_INVALID',
    });
  });

  it('is a model with operators that cannot be brought to the opset of gradients', async () => {
    const given = denseNetwork([6, 3], [node('Affine', ['h'], ['y'])]);
    const old = { ...given, opsets: new Map([['', 9]]) };
    await expect(trainerFor({ model: old, sample, targets })).rejects.toMatchObject({
      code: 'NOT_TRAINABLE',
      values: {
        reason: 'it is of opset 9, and Affine cannot be brought to opset 17; export it with a newer opset',
      },
    });
  });
});
