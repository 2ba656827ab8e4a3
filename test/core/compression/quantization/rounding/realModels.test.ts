// Better rounding of networks that other people trained, on MNIST: outputs for samples that rounding has not seen.
import { describe, expect, it } from 'vitest';
import { dataInputs } from '../../../../../src/core/analysis/dataInputs';
import { errorSums } from '../../../../../src/core/analysis/errorMeasures';
import type { Rounding } from '../../../../../src/core/compression/quantization/rounding/roundWeights';
import { applySteps, parseSteps } from '../../../../../src/core/compression/steps';
import type { DataSet } from '../../../../../src/core/data/dataSet';
import { openData } from '../../../../../src/core/data/openData';
import { modelToBytes } from '../../../../../src/core/formats/modelBytes';
import { openModel } from '../../../../../src/core/formats/openModel';
import type { Model } from '../../../../../src/core/ir/graph';
import { onnxRuntime } from '../../../../../src/core/runtime/onnxRuntime';
import { stepsContext } from '../../../../support/applyStep';
import { hasShared, sharedFile } from '../../../../support/sharedFiles';

const unseen = { from: 500, count: 60 };

/** The first output for each of the unseen samples. */
async function outputs(of: Model, data: DataSet): Promise<readonly Float32Array[]> {
  const session = await (await onnxRuntime()).load(modelToBytes(of));
  try {
    const inputs = dataInputs(data, session.inputs);
    const results: Float32Array[] = [];
    const end = unseen.from + unseen.count;
    for (let start = unseen.from; start < end; start += inputs.samplesPerRun) {
      const { feeds } = await inputs.batch(start, end);
      const [first] = Object.values(await session.run(feeds));
      results.push((first!.data as Float32Array).slice());
    }
    return results;
  } finally {
    await session.dispose();
  }
}

async function errorOf(of: Model, given: readonly Float32Array[], data: DataSet): Promise<number> {
  const sums = errorSums();
  for (const [i, values] of (await outputs(of, data)).entries()) sums.add(given[i]!, values);
  return sums.measures().mse;
}

describe.runIf(hasShared)('rounding of real networks', () => {
  it.each<[Rounding['method'], string, string]>([
    ['gptq', 'ort_cnn_mnist_pytorch', 'channel'],
    ['adaround', 'ort_cnn_mnist_pytorch', 'tensor'],
  ])(
    'by %s keeps the outputs of %s better with one grid for each %s',
    async (rounding, file, granularity) => {
      const given = openModel(sharedFile(`models/onnx/${file}.onnx`));
      const data = await openData(sharedFile('datasets/mnist'));
      const context = stepsContext({ data: { train: data, validation: data } });
      const quantized = async (options: Readonly<Record<string, unknown>>): Promise<Model> => {
        const steps = parseSteps([{ quantize: { bits: 3, granularity, ...options } }]);
        return (await applySteps(given, steps, context)).model;
      };
      const wanted = await outputs(given, data);
      const nearest = await errorOf(await quantized({}), wanted, data);
      const better = await errorOf(await quantized({ rounding, samples: 200 }), wanted, data);
      expect(nearest).toBeGreaterThan(0);
      expect(better).toBeLessThan(0.6 * nearest);
    },
  );
});
