// What of a network is not trained, and why: layers that are frozen, and models without anything to train.
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../../src/core/ir/tensor';
import { floats, graph, input, model, node } from '../../support/build';
import { classes, denseNetwork, trainerFor, values } from './support/trainNetwork';

const sample = [6];
const targets = classes(3);

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
