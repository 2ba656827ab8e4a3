// Training forms against what they stand for, as ONNX Runtime computes them.
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { trainingForms } from '../../../src/core/training/trainingForms';
import { floats, graph, input, model, node } from '../../support/build';

const batch = [1, 2, 4, 9];

function normalizing(operatorAttributes: Readonly<Record<string, number>>): Model {
  const attributes = { momentum: { kind: 'float', value: 0.75 }, ...operatorAttributes } as const;
  const outputs = operatorAttributes['training_mode'] === 1 ? ['mean1', 'variance1'] : [];
  const [a, b] = ['y1', 'y2'].map((y, i) =>
    node(
      'BatchNormalization',
      ['x', `scale${i}`, 'shift', 'mean', 'variance'],
      [y, ...outputs.map((name) => `${name}_${i}`)],
      attributes,
    ),
  );
  return model(
    graph({
      nodes: [a!, b!],
      inputs: [input('x', [4, 1]), input('mean', [1]), input('variance', [1])],
      outputs: [
        { name: 'y1', type: 'float32' },
        { name: 'y2', type: 'float32' },
      ],
      initializers: [floats('scale0', [1], [1]), floats('scale1', [1], [3]), floats('shift', [1], [0.5])],
    }),
    17,
  );
}

/** Runs the model; also gives what the fed statistics are afterwards. */
async function run(tested: Model, more: readonly string[] = []): Promise<Record<string, number[]>> {
  const runtime = await onnxRuntime();
  const outputs = [...tested.graph.outputs, ...more.map((name) => ({ name, type: 'float32' as const }))];
  const whole = { ...tested, graph: { ...tested.graph, outputs } };
  const session = await runtime.load(modelToBytes(whole), { threads: 1 });
  try {
    const mean = Float32Array.of(10);
    const variance = Float32Array.of(2);
    const results = await session.run({
      x: { type: 'float32', shape: [4, 1], data: Float32Array.from(batch) },
      mean: { type: 'float32', shape: [1], data: mean },
      variance: { type: 'float32', shape: [1], data: variance },
    });
    const numbers = Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]);
    return { ...Object.fromEntries(numbers), fed: [...mean, ...variance] };
  } finally {
    await session.dispose();
  }
}

describe('the training form of BatchNormalization', () => {
  it('normalizes by the batch and updates the stored statistics', async () => {
    const { model: trained, stateUpdates } = await trainingForms(normalizing({}));
    expect(stateUpdates.map(({ value }) => value)).toEqual(['mean', 'variance', 'mean', 'variance']);
    const [mean, variance] = stateUpdates.map(({ updated }) => updated);
    const results = await run(trained, [mean!, variance!]);
    // The batch has mean 4 and variance 9.5.
    const normal = batch.map((x) => (x - 4) / Math.sqrt(9.5 + 1e-5));
    normal.forEach((x, i) => expect(results['y1']![i]).toBeCloseTo(x + 0.5, 5));
    normal.forEach((x, i) => expect(results['y2']![i]).toBeCloseTo(3 * x + 0.5, 5));
    expect(results[mean!]![0]).toBeCloseTo(0.75 * 10 + 0.25 * 4, 5);
    expect(results[variance!]![0]).toBeCloseTo(0.75 * 2 + 0.25 * 9.5, 5);
  });

  it('leaves the statistics that it is fed alone, which the plain operator overwrites', async () => {
    const plain = await run(normalizing({ training_mode: 1 }), ['mean1_0', 'variance1_0']);
    expect(plain['fed']).not.toEqual([10, 2]);
    const { model: trained } = await trainingForms(normalizing({}));
    expect((await run(trained))['fed']).toEqual([10, 2]);
  });
});
