// Recurrent networks as a whole: they are trained through their steps, and written back with the layer that they had.
import { expect, it } from 'vitest';
import type { Model } from '../../../src/core/ir/graph';
import type { Tensor } from '../../../src/core/ir/tensor';
import { recurrentCells } from '../../../src/core/operators/recurrentCells';
import { normals } from '../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../support/build';
import { classes, trainerFor } from './support/trainNetwork';

const [steps, features, hidden] = [6, 3, 8];
const sample = [steps, features];

/** The last states of both directions, and a fully connected layer on them. */
function recurrentNetwork(cell: keyof typeof recurrentCells): Model {
  const rows = recurrentCells[cell].gates * hidden;
  return model(
    graph({
      nodes: [
        node('Transpose', ['x'], ['sequence'], { perm: [1, 0, 2] }),
        node(cell, ['sequence', 'w', 'r', 'b'], ['', 'last'], {
          hidden_size: hidden,
          direction: 'bidirectional',
        }),
        node('Transpose', ['last'], ['states'], { perm: [1, 0, 2] }),
        node('Flatten', ['states'], ['flat']),
        node('Gemm', ['flat', 'v', 'c'], ['y'], { transB: 1 }),
      ],
      inputs: [input('x', ['n', ...sample])],
      outputs: [{ name: 'y', type: 'float32', shape: ['n', 2] }],
      initializers: [
        stored('w', [2, rows, features], 1),
        stored('r', [2, rows, hidden], 2),
        stored('b', [2, 2 * rows], 3),
        stored('v', [2, 2 * hidden], 4),
        stored('c', [2], 5),
      ],
    }),
    14,
  );
}

it.each(['LSTM', 'GRU', 'RNN'] as const)('trains all weights of a network with %s', async (cell) => {
  const count = 32;
  const network = recurrentNetwork(cell);
  const trainer = await trainerFor({
    model: network,
    sample,
    targets: classes(2),
    options: { batch: count },
  });
  const inputs = normals(count * steps * features, 7);
  // Which of two steps has the larger first feature: neither direction sees it without carrying it along.
  const at = (index: number, step: number): number => inputs[(index * steps + step) * features]!;
  const labels = Int32Array.from({ length: count }, (_, i) => Number(at(i, 0) > at(i, steps - 1)));
  const losses: number[] = [];
  for (let seed = 0; seed < 120; seed++) {
    const { loss } = await trainer.step({ count, inputs: [inputs], labels }, { learningRate: 0.01, seed });
    losses.push(loss);
  }
  const trained = trainer.model();
  await trainer.dispose();
  expect(trainer.frozen).toEqual([]);
  expect(losses[0]).toBeGreaterThan(0.4);
  expect(losses.at(-1)).toBeLessThan(0.02);
  expect(trained.graph.nodes).toEqual(network.graph.nodes);
  for (const [index, tensor] of trained.graph.initializers.entries())
    expect(tensor.bytes()).not.toEqual(network.graph.initializers[index]!.bytes());
});

function stored(name: string, shape: readonly number[], seed: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return floats(
    name,
    shape,
    normals(count, seed).map((w) => w / 4),
  );
}
