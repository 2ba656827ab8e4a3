// Comparison of model files: their layers and, run by ONNX Runtime, their outputs.
import { describe, expect, it } from 'vitest';
import { compareModels } from '../../../src/core/analysis/compareModels';
import { indicesFrom } from '../../../src/core/data/dataSet';
import { openData } from '../../../src/core/data/openData';
import { saveModel } from '../../../src/core/formats/saveModel';
import type { Model } from '../../../src/core/ir/graph';
import { Tensor } from '../../../src/core/ir/tensor';
import { CounterweightError } from '../../../src/shared/base/errors';
import { normals } from '../../../src/shared/base/random';
import type { ComparisonView } from '../../../src/shared/contracts/viewModels';
import { floats, graph, input, model, node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

async function saved(name: string, content: Model): Promise<string> {
  await saveModel(content, folder.file(name), { jobId: 'test' });
  return folder.file(name);
}

function compared(
  before: string,
  after: string,
  data?: string,
  signal = new AbortController().signal,
): Promise<ComparisonView> {
  return compareModels({ before, after, data }, { signal, progress: () => undefined });
}

const sizes = { inputs: 784, classes: 10 };
const weights = normals(sizes.inputs * sizes.classes, 3).map((value) => value / 20);
const bias = Float32Array.from({ length: sizes.classes }, (_, i) => i / 10);

/** A classifier of 28 × 28 images: Flatten, then Gemm with a weight of [inputs, classes]. */
function classifier(weight: ArrayLike<number>, name = 'fc', inputName = 'image'): Model {
  return model(
    graph({
      nodes: [
        node('Flatten', [inputName], ['flat'], {}, 'flatten'),
        node('Gemm', ['flat', 'w', 'b'], ['scores'], {}, name),
      ],
      inputs: [input(inputName, ['N', 1, 28, 28])],
      outputs: [input('scores', ['N', 10])],
      initializers: [floats('w', [sizes.inputs, sizes.classes], weight), floats('b', [sizes.classes], bias)],
    }),
  );
}

/** Two layers with as many units between them; `second` is the weight of the second one. */
const wide = (units: number, second: ArrayLike<number> = normals(2 * units, 3)): Model =>
  model(
    graph({
      nodes: [
        node('Gemm', ['x', 'w1', 'b1'], ['h'], {}, 'one'),
        node('Gemm', ['h', 'w2', 'b2'], ['y'], {}, 'two'),
      ],
      inputs: [input('x', ['N', 4])],
      outputs: [input('y', ['N', 2])],
      initializers: [
        floats('w1', [4, units], normals(4 * units, 1)),
        floats('b1', [units], normals(units, 2)),
        floats('w2', [units, 2], second),
        floats('b2', [2], [1, 2]),
      ],
    }),
  );

describe('compareModels', () => {
  it('measures what changed in a layer, and only in it', async () => {
    const changed = weights.slice();
    changed[5]! += 0.5;
    changed[6] = 0;
    const result = await compared(
      await saved('a.onnx', classifier(weights)),
      await saved('b.onnx', classifier(changed)),
    );
    expect(result.layers).toHaveLength(1);
    const [layer] = result.layers;
    const squares = (Math.fround(weights[5]! + 0.5) - weights[5]!) ** 2 + weights[6]! ** 2;
    const power = weights.reduce((sum, value) => sum + value * value, 0);
    expect(layer).toMatchObject({
      name: 'fc',
      operator: 'Gemm',
      parameters: 7850,
      bytesBefore: 4 * 7850,
      bytesAfter: 4 * 7850,
      typeBefore: 'float32',
      typeAfter: 'float32',
    });
    expect(layer!.mse).toBeCloseTo(squares / 7840, 12);
    expect(layer!.sqnrDb).toBeCloseTo(10 * Math.log10(power / squares), 6);
    expect(layer!.maxError).toBeCloseTo(Math.max(0.5, Math.abs(weights[6]!)), 6);
    expect(layer!.cosine).toBeLessThan(1);
    expect([layer!.sparsityBefore, layer!.sparsityAfter]).toEqual([0, 1 / 7840]);
    expect(result.outputs[0]!.mse).toBeGreaterThan(0);
    expect(result.notes).toEqual([{ code: 'INPUTS_RANDOM', values: {} }]);
    expect(result.comparedOn).toBe('random inputs of seed 1, 8 samples');
  });

  it('finds the quantized form of a weight under its new name', async () => {
    const step = 1 / 64;
    const rounded = Int8Array.from(weights, (value) => Math.round(value / step));
    const original = classifier(weights).graph;
    const quantized = model({
      ...original,
      nodes: [node('DequantizeLinear', ['w_q', 'w_s'], ['w']), ...original.nodes],
      initializers: [
        Tensor.fromBytes('w_q', 'int8', [784, 10], new Uint8Array(rounded.buffer)),
        floats('w_s', [], [step]),
        original.initializers[1]!,
      ],
    });
    const result = await compared(
      await saved('a.onnx', classifier(weights)),
      await saved('q.onnx', quantized),
    );
    const [layer] = result.layers;
    const squares = weights.reduce((sum, value, i) => sum + (value - rounded[i]! * step) ** 2, 0);
    expect(layer).toMatchObject({ typeBefore: 'float32', typeAfter: 'int8', bytesAfter: 7840 + 4 + 40 });
    expect(layer!.mse).toBeCloseTo(squares / 7840, 10);
    expect(layer!.sparsityAfter).toBe(rounded.filter((value) => value === 0).length / 7840);
    expect(result.outputs[0]!.sqnrDb).toBeGreaterThan(20);
  });

  it('measures accuracy and loss of both files on labelled data, as a computation by hand does', async () => {
    const spec = 'glyphs:samples=150';
    const half = weights.map((value) => value / 2);
    const result = await compared(
      await saved('a.onnx', classifier(weights)),
      await saved('b.onnx', classifier(half)),
      spec,
    );
    const expected = [await measureByHand(weights, spec), await measureByHand(half, spec)] as const;
    expect(result.accuracy!.before).toMatchObject({ accuracy: expected[0].accuracy, samples: 150 });
    expect(result.accuracy!.before.loss).toBeCloseTo(expected[0].loss, 4);
    expect(result.accuracy!.after.accuracy).toBe(expected[1].accuracy);
    expect(result.accuracy!.after.loss).toBeCloseTo(expected[1].loss, 4);
    expect(result.outputs[0]!.kl).toBeGreaterThan(0);
    expect(result.comparedOn).toMatch(/glyphs.*, 150 samples$/);
    expect(result.notes).toEqual([]);
  });

  it('refuses data that does not fit', async () => {
    const path = await saved('a.onnx', classifier(weights));
    await expect(compared(path, path, 'glyphs:size=32,samples=10')).rejects.toSatisfy((error) =>
      CounterweightError.is(error, 'DATA_INVALID'),
    );
  });

  it('says which layers and outputs have no counterpart', async () => {
    const result = await compared(
      await saved('a.onnx', classifier(weights)),
      await saved('b.onnx', classifier(weights, 'dense')),
    );
    expect(result.layers.map(({ name, change }) => [name, change])).toEqual([
      ['fc', 'removed'],
      ['dense', 'added'],
    ]);
    expect(result.layers[0]).toMatchObject({ shapeBefore: [784, 10], parameters: 7850, parametersAfter: 0 });
    expect(result.layers[1]).toMatchObject({
      shapeAfter: [784, 10],
      bytesBefore: 0,
      bytesAfter: 31400,
      sparsityBefore: null,
      sparsityAfter: 0,
      typeBefore: null,
      typeAfter: 'float32',
    });
    expect(result.layers.some((layer) => 'mse' in layer)).toBe(false);
    expect(result.outputs).toHaveLength(1);
    const unmatched = result.notes.filter(({ code }) => code === 'LAYERS_UNMATCHED');
    expect(unmatched.map(({ values }) => values['layers'])).toEqual(['fc', 'dense']);
  });

  it('has rows with both shapes of layers that were resized, and measures no errors of them', async () => {
    const smaller = wide(4, [0, 0, 0, 1, 2, 3, 4, 5]);
    const result = await compared(await saved('a.onnx', wide(8)), await saved('b.onnx', smaller));
    expect(result.layers).toEqual([
      {
        name: 'one',
        operator: 'Gemm',
        change: 'resized',
        shapeBefore: [4, 8],
        shapeAfter: [4, 4],
        parameters: 40,
        parametersAfter: 20,
        sparsityBefore: 0,
        sparsityAfter: 0,
        bytesBefore: 160,
        bytesAfter: 80,
        typeBefore: 'float32',
        typeAfter: 'float32',
      },
      expect.objectContaining({ name: 'two', shapeBefore: [8, 2], shapeAfter: [4, 2], sparsityAfter: 3 / 8 }),
    ]);
    expect(result.outputs).toHaveLength(1);
    expect(result.notes.find(({ code }) => code === 'TENSORS_RESIZED')?.values).toEqual({
      count: 3,
      tensors: 'w1, b1, w2',
    });
  });

  it('sums up the layers that replaced one, and lists them', async () => {
    const split = model(
      graph({
        nodes: [
          node('Gemm', ['x', 'wa', 'b1'], ['m'], {}, 'one/first'),
          node('Gemm', ['m', 'wb'], ['h'], {}, 'one/second'),
          node('Gemm', ['h', 'w2', 'b2'], ['y'], {}, 'two'),
        ],
        inputs: [input('x', ['N', 4])],
        outputs: [input('y', ['N', 2])],
        initializers: [
          floats('wa', [4, 2], [0, 1, 2, 3, 4, 5, 6, 7]),
          floats('b1', [2], [0, 0]),
          floats('wb', [2, 8], normals(16, 9)),
          floats('w2', [8, 2], normals(16, 3)),
          floats('b2', [2], [1, 2]),
        ],
      }),
    );
    const { layers, notes } = await compared(await saved('a.onnx', wide(8)), await saved('b.onnx', split));
    expect(layers.map(({ name, change }) => [name, change])).toEqual([
      ['one', 'replaced'],
      ['two', undefined],
    ]);
    expect(layers[0]).toMatchObject({
      parameters: 40,
      parametersAfter: 26,
      bytesAfter: 104,
      shapeBefore: [4, 8],
    });
    expect(layers[0]).not.toHaveProperty('shapeAfter');
    expect(layers[0]!.sparsityAfter).toBe(1 / 24);
    expect(layers[0]!.parts).toEqual([
      {
        name: 'one/first',
        operator: 'Gemm',
        shape: [4, 2],
        type: 'float32',
        parameters: 10,
        bytes: 40,
        sparsity: 1 / 8,
      },
      {
        name: 'one/second',
        operator: 'Gemm',
        shape: [2, 8],
        type: 'float32',
        parameters: 16,
        bytes: 64,
        sparsity: 0,
      },
    ]);
    expect(layers[1]).toMatchObject({ mse: 0, shapeAfter: [8, 2] });
    expect(notes.map(({ code }) => code)).toEqual(['INPUTS_RANDOM']);
  });

  it('says that inputs differ, and what else is in common', async () => {
    const result = await compared(
      await saved('a.onnx', classifier(weights)),
      await saved('b.onnx', classifier(weights, 'fc', 'picture')),
    );
    expect(result.layers).toHaveLength(1);
    expect(result.outputs).toEqual([]);
    expect(result.notes.map(({ code }) => code)).toEqual(['OUTPUTS_NOT_COMPARED']);
  });

  it('refuses two models that have nothing in common', async () => {
    const other = model(
      graph({
        nodes: [node('Relu', ['x'], ['y'])],
        inputs: [input('x', [1])],
        outputs: [input('y', [1])],
      }),
    );
    await expect(
      compared(await saved('a.onnx', classifier(weights)), await saved('b.onnx', other)),
    ).rejects.toSatisfy((error) => CounterweightError.is(error, 'MODELS_DIFFER'));
  });

  it('says so where the runtime runs neither', async () => {
    const odd = model(
      graph({
        nodes: [{ ...node('Nothing', ['x', 'w'], ['y'], {}, 'odd'), domain: 'somebody.else' }],
        inputs: [input('x', [1])],
        outputs: [input('y', [1])],
        initializers: [floats('w', [2], [1, 0])],
      }),
    );
    const path = await saved('odd.onnx', {
      ...odd,
      opsets: new Map([
        ['', 13],
        ['somebody.else', 1],
      ]),
    });
    const result = await compared(path, path);
    expect(result.layers).toMatchObject([{ name: 'odd', mse: 0, sqnrDb: null, sparsityAfter: 0.5 }]);
    expect(result.notes.map(({ code }) => code)).toEqual(['OUTPUTS_NOT_COMPARED']);
  });

  it('leaves out and counts outputs that are not finite', async () => {
    const broken = weights.slice();
    broken[3] = NaN;
    const result = await compared(
      await saved('a.onnx', classifier(weights)),
      await saved('b.onnx', classifier(broken)),
    );
    expect(result.outputs[0]!.mse).toBe(0);
    expect(result.notes.find(({ code }) => code === 'OUTPUT_NOT_FINITE')?.values).toEqual({
      output: 'scores',
      count: 8,
    });
  });

  it('draws token ids that their table has', async () => {
    const lookup = model(
      graph({
        nodes: [
          node('Cast', ['ids'], ['wide'], { to: 7 }, 'cast'),
          node('Gather', ['table', 'wide'], ['rows'], {}, 'embedding'),
        ],
        inputs: [{ name: 'ids', type: 'int32', shape: ['N', 'length'] }],
        outputs: [input('rows', ['N', 'length', 4])],
        initializers: [floats('table', [3, 4], normals(12, 1))],
      }),
    );
    const path = await saved('lookup.onnx', lookup);
    const result = await compared(path, path);
    expect(result.outputs).toMatchObject([{ name: 'rows', mse: 0, sqnrDb: null }]);
    expect(result.comparedOn).toMatch(/8 samples$/);
  });

  it('ends when it is cancelled', async () => {
    const path = await saved('a.onnx', classifier(weights));
    const controller = new AbortController();
    controller.abort();
    await expect(compared(path, path, undefined, controller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

async function measureByHand(
  weight: Float32Array,
  spec: string,
): Promise<{ accuracy: number; loss: number }> {
  const data = await openData(spec);
  const {
    inputs: [inputs],
    labels,
  } = await data.rows(indicesFrom(0, data.count));
  let right = 0;
  let loss = 0;
  for (let n = 0; n < data.count; n++) {
    const scores = Array.from(bias, (start, c) => {
      let sum = start;
      for (let i = 0; i < 784; i++) sum += inputs![784 * n + i]! * weight[10 * i + c]!;
      return sum;
    });
    if (scores.indexOf(Math.max(...scores)) === labels![n]) right++;
    loss += Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[labels![n]!]!;
  }
  return { accuracy: right / data.count, loss: loss / data.count };
}

describe.runIf(hasShared)('compareModels on real files', () => {
  it.each([
    'burn_mnist.onnx',
    'cifar10_resnet_4b.onnx',
    'vit_ibp_3_3_8.onnx',
    'external_resnet_fp32/model.onnx',
  ])('finds that %s equals itself', async (name) => {
    const path = sharedFile(`models/onnx/${name}`);
    const result = await compared(path, path);
    expect(result.outputs).toMatchObject([{ mse: 0, sqnrDb: null, maxError: 0, kl: 0, agreement: 1 }]);
    expect(result.layers.length).toBeGreaterThan(0);
    for (const layer of result.layers) {
      expect(layer).toMatchObject({ mse: 0, sqnrDb: null, maxError: 0 });
      expect(layer.cosine).toBeCloseTo(1, 9);
    }
  });

  it.each(['mujoco_go1_policy.onnx', 'ultraface_RFB-320.onnx', 'tinyphysics.onnx', 'dtln_model_1.onnx'])(
    'takes no output of %s for class scores',
    async (name) => {
      const path = sharedFile(`models/onnx/${name}`);
      const result = await compared(path, path);
      expect(result.outputs.length).toBeGreaterThan(0);
      for (const output of result.outputs) expect(output.kl).toBeUndefined();
    },
  );
});
