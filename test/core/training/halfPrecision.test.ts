// Networks that are stored in other floating-point types than float32.
import { describe, expect, it } from 'vitest';
import type { ElementType } from '../../../src/core/ir/elementType';
import type { Model } from '../../../src/core/ir/graph';
import { encodeNumbers, tensorNumbers } from '../../../src/core/ir/numbers';
import { Tensor } from '../../../src/core/ir/tensor';
import { node } from '../../support/build';
import { classes, denseNetwork, randomBatch, trainerFor } from './support/trainNetwork';

const sample = [6];
const targets = classes(3);

/** The network with weights, inputs and outputs of another type, and a Cast to it. */
function stored(type: ElementType, code: number): Model {
  const given = denseNetwork([6, 8, 3], [node('Cast', ['h'], ['y'], { to: code })]);
  const { graph } = given;
  const initializers = graph.initializers.map((tensor) =>
    Tensor.fromBytes(tensor.name, type, tensor.shape, encodeNumbers(type, tensorNumbers(tensor))),
  );
  const [inputs, outputs] = [graph.inputs, graph.outputs].map((values) =>
    values.map((value) => ({ ...value, type })),
  );
  return { ...given, graph: { ...graph, inputs: inputs!, outputs: outputs!, initializers } };
}

describe('a network of another floating-point type', () => {
  it.each<[ElementType, number, number]>([
    ['float16', 10, 2 ** -11],
    ['bfloat16', 16, 2 ** -8],
    ['float64', 11, 2 ** -24],
  ])('of %s is trained in float32 and stored as it was', async (type, code, rounding) => {
    const half = stored(type, code);
    const single = {
      ...half,
      graph: { ...stored('float32', 1).graph, initializers: half.graph.initializers.map(asFloat32) },
    };
    const [trainer, plain] = [
      await trainerFor({ model: half, sample, targets, options: { batch: 8 } }),
      await trainerFor({ model: single, sample, targets, options: { batch: 8 } }),
    ];
    for (let seed = 0; seed < 5; seed++) {
      const batch = randomBatch(8, sample, targets, seed);
      const step = { learningRate: 0.05, seed };
      expect(await trainer.step(batch, step)).toEqual(await plain.step(batch, step));
    }
    const [trained, wanted] = [trainer.model().graph.initializers, plain.model().graph.initializers];
    for (const [i, tensor] of trained.entries()) {
      expect([tensor.name, tensor.type, tensor.shape]).toEqual([
        half.graph.initializers[i]!.name,
        type,
        half.graph.initializers[i]!.shape,
      ]);
      const values = tensorNumbers(wanted[i]!);
      tensorNumbers(tensor).forEach((value, k) =>
        expect(Math.abs(value - values[k]!)).toBeLessThanOrEqual(rounding * Math.abs(values[k]!)),
      );
    }
    await trainer.dispose();
    await plain.dispose();
  });
});

function asFloat32(tensor: Tensor): Tensor {
  return Tensor.fromBytes(
    tensor.name,
    'float32',
    tensor.shape,
    encodeNumbers('float32', tensorNumbers(tensor)),
  );
}
