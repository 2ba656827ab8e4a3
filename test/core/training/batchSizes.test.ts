// Networks whose graph is made for a number of samples: trained in batches where that works, else in steps of as many.
import { describe, expect, it } from 'vitest';
import type { Model, Node } from '../../../src/core/ir/graph';
import type { Tensor } from '../../../src/core/ir/tensor';
import { floats, graph, input, int64s, model, node } from '../../support/build';
import { classes, randomBatch, trainerFor } from './support/trainNetwork';

const sample = [1, 4, 4];
const targets = classes(2);

/** A pool, a Reshape to the given shape and a matrix product, for inputs of the given number of samples. */
function network(batch: number, nodes: readonly Node[], tensors: readonly Tensor[]): Model {
  const pool = node('AveragePool', ['x'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] });
  const product = node('MatMul', ['f', 'w'], ['y'], {}, 'fc');
  const weights = floats('w', [4, 2], [1, -1, 0.5, 2, 0.1, -0.3, 1, 1]);
  return model(
    graph({
      nodes: [pool, ...nodes, product],
      inputs: [input('x', [batch, 1, 4, 4])],
      outputs: [{ name: 'y', type: 'float32', shape: [batch, 2] }],
      initializers: [weights, ...tensors],
    }),
    13,
  );
}

const reshape = (shape: string): readonly Node[] => [node('Reshape', ['p', shape], ['f'])];

const free = (): Model => network(1, [node('Flatten', ['p'], ['f'])], []);

async function firstLosses(of: Model, batch: number, samples: number): Promise<readonly number[]> {
  const trainer = await trainerFor({ model: of, sample, targets, options: { batch } });
  try {
    const losses: number[] = [];
    for (let seed = 0; seed < 3; seed++) {
      const { loss } = await trainer.step(randomBatch(samples, sample, targets, seed), {
        learningRate: 0.1,
        seed,
      });
      losses.push(loss);
    }
    return losses;
  } finally {
    await trainer.dispose();
  }
}

describe('a network for one sample', () => {
  it.each<[string, readonly number[]]>([
    ['states its batch in a shape', [1, 4]],
    ['states its batch beside an open size', [1, -1]],
    ['leaves its batch open in a shape', [-1, 4]],
  ])('is trained in batches where it %s', async (_, shape) => {
    const stated = network(1, reshape('s'), [int64s('s', [2], shape)]);
    const trainer = await trainerFor({ model: stated, sample, targets, options: { batch: 5 } });
    expect([trainer.batch, trainer.notes]).toEqual([5, []]);
    expect(trainer.model().graph.nodes).toEqual(stated.graph.nodes);
    await trainer.dispose();
    const [found, wanted] = [await firstLosses(stated, 5, 5), await firstLosses(free(), 5, 5)];
    found.forEach((loss, i) => expect(loss).toBeCloseTo(wanted[i]!, 6));
  });

  it('is trained sample by sample where its graph joins samples', async () => {
    // The mean over the batch is that of the sample alone only in a batch of one.
    const centred = [
      node('ReduceMean', ['p'], ['mean'], { axes: [0], keepdims: 1 }),
      node('Sub', ['p', 'mean'], ['d']),
      node('Add', ['d', 'p'], ['e']),
      node('Flatten', ['e'], ['f']),
    ];
    const trainer = await trainerFor({
      model: network(1, centred, []),
      sample,
      targets,
      options: { batch: 5 },
    });
    expect(trainer.batch).toBe(1);
    expect(trainer.notes).toEqual([
      { code: 'BATCH_FIXED', values: { path: 'net.onnx', batch: 1, wanted: 5 } },
    ]);
    await trainer.step(randomBatch(1, sample, targets, 1), { learningRate: 0.1, seed: 1 });
    await trainer.dispose();
  });

  it('is trained sample by sample where its graph does not run for more', async () => {
    const start = floats('start', [1, 1, 2, 2], [1, 2, 3, 4]);
    const joined = [node('Concat', ['p', 'start'], ['c'], { axis: 1 }), ...firstHalf()];
    const trainer = await trainerFor({
      model: network(1, joined, [start, ...halves]),
      sample,
      targets,
      options: { batch: 5 },
    });
    expect(trainer.batch).toBe(1);
    await trainer.dispose();
  });
});

const halves = [int64s('from', [1], [0]), int64s('to', [1], [1]), int64s('axis', [1], [1])];

function firstHalf(): readonly Node[] {
  return [node('Slice', ['c', 'from', 'to', 'axis'], ['half']), node('Flatten', ['half'], ['f'])];
}

describe('a network for four samples that cannot be freed', () => {
  const start = floats(
    'start',
    [4, 1, 2, 2],
    Array.from({ length: 16 }, (_, i) => i),
  );
  const nodes = [node('Concat', ['p', 'start'], ['c'], { axis: 1 }), ...firstHalf()];
  const fixed = network(4, nodes, [start, ...halves]);

  it('counts the samples of a smaller batch alone', async () => {
    const [found, wanted] = [await firstLosses(fixed, 9, 3), await firstLosses(free(), 3, 3)];
    found.forEach((loss, i) => expect(loss).toBeCloseTo(wanted[i]!, 6));
  });
});
