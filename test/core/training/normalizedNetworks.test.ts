// Training of networks with batch normalization: its statistics, and what two nodes share.
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { floats, graph, input, model, node } from '../../support/build';
import { classes, content, randomBatch, steps, trainerFor } from './support/trainNetwork';

const targets = classes(3);

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
