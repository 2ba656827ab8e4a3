// Dropout while training, as ONNX Runtime computes it for a given mask.
import { expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { trainingForms } from '../../../src/core/training/trainingForms';
import { floats, graph, input, model, node } from '../../support/build';

it('keeps what the mask says, grown by what is lost on average', async () => {
  const nodes = [node('Dropout', ['x', 'ratio'], ['y'])];
  const outputs = [{ name: 'y', type: 'float32' as const }];
  const initializers = [floats('ratio', [], [0.75])];
  const dropping = model(graph({ nodes, inputs: [input('x', [4])], outputs, initializers }));
  const { model: trained, masks } = await trainingForms(dropping);
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
