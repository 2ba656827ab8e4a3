// Dropout while training, as ONNX Runtime computes it for a given mask, and its gradient.
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { encodeNumbers } from '../../../src/core/ir/numbers';
import { Tensor } from '../../../src/core/ir/tensor';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { trainingForms } from '../../../src/core/training/trainingForms';
import { floats, graph, input, model, node } from '../../support/build';
import { gradientsAt } from '../../support/checkGradient';

/** A Dropout of four values with a stored ratio; every part of the graph is of opset 17. */
function dropping(ratio: number): Model {
  const nodes = [node('Dropout', ['x', 'ratio'], ['y'])];
  const outputs = [{ name: 'y', type: 'float32' as const }];
  const initializers = [floats('ratio', [], [ratio])];
  return model(graph({ nodes, inputs: [input('x', [4])], outputs, initializers }), 17);
}

describe('Dropout while training', () => {
  it('keeps what the mask says, grown by what is lost on average', async () => {
    const { model: trained, masks } = await trainingForms(dropping(0.75));
    expect(masks).toEqual([{ name: 'mask', shape: [4], keep: 0.25 }]);
    const session = await (await onnxRuntime()).load(modelToBytes(trained), { threads: 1 });
    try {
      const results = await session.run({
        x: { type: 'float32', shape: [4], data: Float32Array.of(1, 2, 3, 4) },
        mask: { type: 'bool', shape: [4], data: Uint8Array.of(1, 0, 0, 1) },
      });
      expect([...(results['y']!.data as Float32Array)]).toEqual([4, 0, 0, 16]);
    } finally {
      await session.dispose();
    }
  });

  it.each([
    [0.75, [4, 0, 0, 4]],
    [0, [1, 1, 1, 1]],
  ])('passes the gradient on to what it kept: ratio %d', async (ratio, expected) => {
    const { model: trained } = await trainingForms(dropping(ratio));
    const mask = Tensor.fromBytes('mask', 'bool', [4], encodeNumbers('bool', [1, 0, 0, 1]));
    const found = await gradientsAt(
      {
        nodes: trained.graph.nodes,
        inputs: { x: [4] },
        tensors: [...trained.graph.initializers, mask],
        outputs: ['y'],
        float32: true,
      },
      { x: [1, 2, 3, 4] },
    );
    expect(found['x']).toEqual(expected);
  });
});
