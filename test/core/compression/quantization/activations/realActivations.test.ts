// Static int8 of real networks: accuracy on real samples, and outputs of stock ONNX Runtime on random ones.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../src/core/analysis/evaluate';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../../src/core/formats/openModel';
import { applySteps, parseSteps } from '../../../../../src/core/compression/steps';
import { openSplits } from '../../../../../src/core/data/openData';
import type { Model } from '../../../../../src/core/ir/graph';
import { onnxRuntime } from '../../../../../src/core/runtime/onnxRuntime';
import { stepsContext } from '../../../../support/applyStep';
import { inputsFor, runModel } from '../../../../support/runModels';
import { hasShared, sharedFile } from '../../../../support/sharedFiles';

const { signal } = new AbortController();
const opened = (name: string): Model => openModel(sharedFile(`models/onnx/${name}.onnx`));

const part = (name: string) => ({
  images: sharedFile(`datasets/mnist/${name}-images-idx3-ubyte.gz`),
  labels: sharedFile(`datasets/mnist/${name}-labels-idx1-ubyte.gz`),
});

async function accuracy(model: Model, data: Parameters<typeof evaluate>[1]): Promise<number> {
  const session = await (await onnxRuntime()).load(modelToBytes(model));
  try {
    return (await evaluate(session, data, { limit: 2000, signal })).accuracy!;
  } finally {
    await session.dispose();
  }
}

describe.runIf(hasShared)('static int8 of a real network', () => {
  it('is right as often as the network was', { timeout: 60_000 }, async () => {
    const model = opened('ort_cnn_mnist_pytorch');
    const data = await openSplits(
      {
        config: {
          train: part('t10k'),
          validation: 0.5,
          normalize: { mean: 0.1307, standardDeviation: 0.3081 },
        },
        folder: '.',
        name: 'mnist',
      },
      1,
      { input: model.graph.inputs[0]?.shape },
    );
    const steps = parseSteps([{ quantize: { activations: {} } }]);
    const { model: after } = await applySteps(model, steps, stepsContext({ data }));
    const before = await accuracy(model, data.validation);
    expect(before).toBeGreaterThan(0.97);
    expect(await accuracy(after, data.validation)).toBeGreaterThan(before - 0.005);
  });

  it.each([
    ['mnistfc_256x2', 15, 0.3],
    ['cifar10_resnet_4b', 25, 0.3],
    ['mujoco_go1_policy', 10, 0.3],
    ['external_resnet_fp32/model', 25, 1],
  ])('%s runs, on ranges of random inputs', { timeout: 30_000 }, async (name, leastSqnr, mostRatio) => {
    const model = opened(name);
    const steps = parseSteps([{ quantize: { activations: { random: true, samples: 8 } } }]);
    const { model: after } = await applySteps(model, steps, stepsContext());
    expect(modelToBytes(after).length / modelToBytes(model).length).toBeLessThan(mostRatio);
    const [feeds] = (await inputsFor(model, 1))!;
    const [a, b] = [await runModel(model, feeds!), await runModel(after, feeds!)];
    let [signalSum, error] = [0, 0];
    for (const [output, { data }] of Object.entries(a)) {
      const [x, y] = [data as Float32Array, b[output]!.data as Float32Array];
      for (const [i, value] of x.entries()) {
        signalSum += value ** 2;
        error += (value - y[i]!) ** 2;
      }
    }
    expect(10 * Math.log10(signalSum / error)).toBeGreaterThan(leastSqnr);
  });
});
