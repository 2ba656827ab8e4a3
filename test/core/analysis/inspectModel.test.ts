// The description of model files: sums, figures, and what is said of oddities.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/core/analysis/inspectModel';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { Model } from '../../../src/core/ir/graph';
import { Tensor } from '../../../src/core/ir/tensor';
import type { ModelView } from '../../../src/shared/contracts/viewModels';
import { floats, graph, input, model, node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();

describe.runIf(hasShared)('real files', () => {
  const files = hasShared
    ? readdirSync(sharedFile('models/onnx'))
        .filter((name) => name.endsWith('.onnx'))
        .concat('external_conv_qdq/conv_qdq_external_ini.onnx', 'external_resnet_fp32/model.onnx')
    : [];

  it.each(files)('%s: layers add up to the totals, and nothing is no number', async (name) => {
    const view = await inspectFile(name);
    expect(sum(view.layers.map(({ parameters }) => parameters))).toBe(view.totals.parameters);
    for (const layer of view.layers) {
      expect(sum(layer.tensors.map(({ parameters }) => parameters))).toBe(layer.parameters);
      expect(sum(layer.tensors.map(({ bytes }) => bytes))).toBe(layer.bytes);
      expect(layer.parameters > 0 || layer.macs !== 0).toBe(true);
    }
    const stored = sum(view.layers.map(({ bytes }) => bytes));
    expect(stored).toBeLessThan(view.totals.bytes);
    // What JSON cannot hold becomes null and would not be equal.
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
  });

  it('bytes are those of all files of the model', async () => {
    const { totals } = await inspectFile('external_resnet_fp32/model.onnx');
    const folder = sharedFile('models/onnx/external_resnet_fp32');
    expect(totals.bytes).toBe(sum(readdirSync(folder).map((name) => statSync(path.join(folder, name)).size)));
  });

  it('a file that ONNX Runtime refuses is described all the same, with the reason', async () => {
    const view = await inspectFile('ort_starry-night-fp16.onnx');
    expect(view.totals.parameters).toBe(1_679_235);
    expect(view.warnings.map(({ code }) => code)).toEqual(['RUNTIME_CANNOT_LOAD', 'MACS_UNKNOWN']);
    expect(view.layers.find(({ name }) => name === 'Conv:64')).toMatchObject({
      macs: 224 * 224 * 32 * 3 * 81,
      outputShape: [1, 32, 224, 224],
    });
    expect(view.layers.find(({ name }) => name === 'Conv:80')).toMatchObject({
      macs: null,
      outputShape: null,
    });
  });

  it.each(['onnx2c_treeensembleclassifier.onnx', 'ort_lr_mnist_scikit.onnx'])(
    '%s is no network',
    async (name) => {
      const view = await inspectFile(name);
      expect(view.layers).toEqual([]);
      expect(view.warnings.map(({ code }) => code)).toEqual(['NOT_A_NETWORK']);
    },
  );

  it('sizes that were assumed are said', async () => {
    const { warnings, inputs } = await inspectFile('super_resolution_10.onnx');
    expect(inputs).toEqual([{ name: 'input', type: 'float32', shape: ['batch_size', 1, 224, 224] }]);
    expect(warnings).toEqual([{ code: 'MACS_ASSUME', values: { assumed: 'batch_size=1' } }]);
  });

  it('stored tensors that older files list as inputs are none', async () => {
    const { inputs } = await inspectFile('cntk_mnist-8.onnx');
    expect(inputs.map(({ name }) => name)).toEqual(['Input3']);
  });
});

describe('figures of a layer', () => {
  it('are those of its numbers', async () => {
    const view = await inspectBuilt(linear(floats('w', [2, 2], [1, 0, 0, 3])));
    expect(view.totals).toMatchObject({ parameters: 4, macs: 4, sparsity: 0.5 });
    expect(view.layers).toEqual([
      {
        name: 'linear',
        operator: 'MatMul',
        parameters: 4,
        bytes: 16,
        macs: 4,
        sparsity: 0.5,
        outputShape: [1, 2],
        tensors: [
          {
            name: 'w',
            type: 'float32',
            shape: [2, 2],
            parameters: 4,
            bytes: 16,
            sparsity: 0.5,
            min: 0,
            max: 3,
            mean: 1,
            standardDeviation: Math.sqrt(1.5),
          },
        ],
      },
    ]);
  });

  it('are real numbers where weights are quantized, and zero is the zero point', async () => {
    const stored = [
      bytes('q', [2, 2], 'uint8', [128, 130, 128, 126]),
      floats('s', [], [0.5]),
      bytes('z', [], 'uint8', [128]),
    ];
    const nodes = [
      node('DequantizeLinear', ['q', 's', 'z'], ['w']),
      node('MatMul', ['x', 'w'], ['y'], {}, 'linear'),
    ];
    const view = await inspectBuilt(network(nodes, stored));
    const [weight, ...others] = view.layers[0]!.tensors;
    expect(weight).toMatchObject({
      type: 'uint8',
      parameters: 4,
      bytes: 4,
      sparsity: 0.5,
      min: -1,
      max: 1,
      mean: 0,
    });
    expect(others.map(({ name, parameters, sparsity }) => [name, parameters, sparsity])).toEqual([
      ['s', 1, 0],
      ['z', 0, null],
    ]);
    expect(view.totals).toMatchObject({ parameters: 5, sparsity: 0.5 });
  });

  it('count sparsity over weights, not over biases and constants', async () => {
    const nodes = [node('Gemm', ['x', 'w', 'b'], ['y'], {}, 'linear')];
    const stored = [floats('w', [2, 2], [1, 2, 3, 0]), floats('b', [2], [0, 0])];
    const view = await inspectBuilt(network(nodes, stored));
    expect(view.layers[0]!.sparsity).toBe(0.25);
    expect(view.totals.sparsity).toBe(0.25);
  });

  it('leave out what is not finite, and say so', async () => {
    const view = await inspectBuilt(linear(floats('w', [2, 2], [1, NaN, Infinity, 3])));
    expect(view.layers[0]!.tensors[0]).toMatchObject({ min: 1, max: 3, mean: 2, standardDeviation: 1 });
    expect(view.warnings).toEqual([{ code: 'VALUES_NOT_FINITE', values: { tensor: 'w', count: 2 } }]);
  });
});

it('says which operators it does not know, and counts their parameters', async () => {
  const unknown = { ...node('Mystery', ['x', 'w'], ['y'], {}, 'odd'), domain: 'com.example' };
  const whole = network([unknown], [floats('w', [2, 2], [1, 2, 3, 4])]);
  const view = await inspectBuilt({ ...whole, opsets: new Map([...whole.opsets, ['com.example', 1]]) });
  expect(view.totals.parameters).toBe(4);
  expect(view.layers).toMatchObject([{ name: 'odd', macs: null, outputShape: null }]);
  expect(view.warnings.map(({ code }) => code)).toEqual(['OPERATOR_UNKNOWN', 'MACS_UNKNOWN']);
});

it('stops when it is cancelled', async () => {
  const file = writeModel(linear(floats('w', [2, 2], [1, 2, 3, 4])));
  await expect(inspectModel(file, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});

function linear(weight: Tensor): Model {
  return network([node('MatMul', ['x', 'w'], ['y'], {}, 'linear')], [weight]);
}

function network(nodes: Model['graph']['nodes'], initializers: readonly Tensor[]): Model {
  const outputs = [{ name: 'y', type: 'float32', shape: [1, 2] }] as const;
  return model(graph({ nodes, inputs: [input('x', [1, 2])], outputs, initializers }));
}

function bytes(name: string, shape: readonly number[], type: 'uint8', values: readonly number[]): Tensor {
  return Tensor.fromBytes(name, type, shape, Uint8Array.from(values));
}

function inspectFile(name: string): Promise<ModelView> {
  return inspectModel(sharedFile(`models/onnx/${name}`), new AbortController().signal);
}

function inspectBuilt(built: Model): Promise<ModelView> {
  return inspectModel(writeModel(built), new AbortController().signal);
}

function writeModel(built: Model): string {
  const file = temp.file('model.onnx');
  writeFileSync(file, modelToBytes(built));
  return file;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
