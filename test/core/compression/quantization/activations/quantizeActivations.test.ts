// Static quantization of activations: ONNX Runtime computes the written graphs with integers, and what comes out is
// what grids, weights and biases say.
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../../../src/core/compression/quantization/activations/calibrate';
import { quantizedValues } from '../../../../../src/core/compression/quantization/activations/quantizedValues';
import {
  affineGrid,
  dequantizeValue,
  quantizeValue,
  unsignedLevels,
} from '../../../../../src/core/compression/quantization/grids/affineGrid';
import type { QuantizationPlan } from '../../../../../src/core/compression/quantization/quantizationPlan';
import { writePlan } from '../../../../../src/core/compression/quantization/writePlan';
import { applySteps, parseSteps, type StepsResult } from '../../../../../src/core/compression/steps';
import type { DataSet } from '../../../../../src/core/data/dataSet';
import type { Model, Node } from '../../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import type { Tensor } from '../../../../../src/core/ir/tensor';
import { layersOf } from '../../../../../src/core/operators/layers';
import { normals } from '../../../../../src/shared/base/random';
import { stepsContext } from '../../../../support/applyStep';
import { arrayDataSet } from '../../../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../../../support/build';
import { optimizedOperators } from '../../../../support/optimizedOperators';
import { runModel } from '../../../../support/runModels';

const random = (name: string, shape: readonly number[], seed: number): Tensor => {
  const elements = shape.reduce((product, size) => product * size, 1);
  return floats(name, shape, normals(elements, seed));
};

const shape = [4, 6, 6];

/** Two convolutions around a residual sum, a pool and a classifier. */
function residualNet(more: { readonly opset?: number } = {}): Model {
  return model(
    graph({
      inputs: [input('x', ['n', ...shape])],
      outputs: [input('y', ['n', 3])],
      nodes: [
        node('Conv', ['x', 'w1', 'b1'], ['c1'], { pads: [1, 1, 1, 1] }, 'conv1'),
        node('Relu', ['c1'], ['r1'], {}, 'relu1'),
        node('Conv', ['r1', 'w2', 'b2'], ['c2'], { pads: [1, 1, 1, 1] }, 'conv2'),
        node('Add', ['r1', 'c2'], ['s'], {}, 'add'),
        node('Relu', ['s'], ['r2'], {}, 'relu2'),
        node('GlobalAveragePool', ['r2'], ['p'], {}, 'pool'),
        node('Flatten', ['p'], ['f'], {}, 'flatten'),
        node('Gemm', ['f', 'w3', 'b3'], ['y'], { transB: 1 }, 'fc'),
      ],
      initializers: [
        random('w1', [4, 4, 3, 3], 1),
        random('b1', [4], 2),
        random('w2', [4, 4, 3, 3], 3),
        random('b2', [4], 4),
        random('w3', [3, 4], 5),
        random('b3', [3], 6),
      ],
    }),
    more.opset,
  );
}

function dataOf(sample: readonly number[], count: number, seed: number): DataSet {
  return arrayDataSet(sample, normals(count * sample.reduce((product, size) => product * size, 1), seed));
}

function quantized(
  of: Model,
  options: Readonly<Record<string, unknown>> = {},
  data: DataSet | undefined = dataOf(shape, 32, 7),
): Promise<StepsResult> {
  const { activations, ...others } = options;
  const steps = parseSteps([{ quantize: { ...others, activations: activations ?? {} } }]);
  const given = data && { data: { train: data, validation: dataOf(shape, 1, 8) } };
  return applySteps(of, steps, stepsContext(given));
}

const sample = (seed: number, of: readonly number[] = [1, ...shape]) => ({
  x: {
    type: 'float32' as const,
    shape: of,
    data: normals(
      of.reduce((product, size) => product * size, 1),
      seed,
    ),
  },
});

async function sqnr(before: Model, after: Model): Promise<number> {
  const [a, b] = [await runModel(before, sample(9)), await runModel(after, sample(9))];
  const [x, y] = [a['y']!.data as Float32Array, b['y']!.data as Float32Array];
  const signal = x.reduce((sum, value) => sum + value ** 2, 0);
  return 10 * Math.log10(signal / x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0));
}

const named = (of: Model, name: string): Node => of.graph.nodes.find((each) => each.name === name)!;

/** Weights and biases by their layers. */
const learned = (of: Model) =>
  layersOf(of).flatMap(({ label, tensors }) =>
    tensors.flatMap(({ role, tensor }) =>
      role === 'weight' || role === 'bias' ? [[label, role, tensor.shape]] : [],
    ),
  );

const steps = (activations: object) => parseSteps([{ quantize: { activations } }]);

async function atRandom(of: Model): Promise<Model> {
  return (await quantized(of, { activations: { random: true } }, undefined)).model;
}

describe('a network with activations on grids', () => {
  it('is computed with integers from its first convolution to its last product', async () => {
    const before = residualNet();
    const { model: after } = await quantized(before);
    const operators = await optimizedOperators(after);
    expect(operators.filter((name) => name.includes('Conv'))).toEqual(['QLinearConv', 'QLinearConv']);
    expect(operators).toEqual(expect.arrayContaining(['QGemm', 'QLinearAdd', 'QLinearGlobalAveragePool']));
    expect(operators.filter((name) => ['Conv', 'Relu', 'Add', 'Gemm', 'FusedConv'].includes(name))).toEqual(
      [],
    );
    expect(await sqnr(before, after)).toBeGreaterThan(28);
  });

  it('keeps inputs, outputs, and the layers with their weights and biases', async () => {
    const before = residualNet();
    const { model: after } = await quantized(before);
    expect(learned(after)).toEqual(learned(before));
    expect(after.graph.inputs).toEqual(before.graph.inputs);
    expect(after.graph.outputs).toEqual(before.graph.outputs);
  });

  it('runs with older opsets raised, and tells how it was calibrated', async () => {
    const { model: after, notes } = await quantized(residualNet({ opset: 9 }), {
      activations: { samples: 20 },
    });
    expect(notes).toEqual([
      { code: 'CALIBRATED', values: { samples: 20, count: 6, observer: 'min-max' } },
      { code: 'OPSET_RAISED', values: { from: 9, to: 13 } },
    ]);
    expect(await sqnr(residualNet(), after)).toBeGreaterThan(28);
  });

  it.each(['percentile', 'mse', 'entropy'])('takes ranges of the observer %s', async (observer) => {
    const before = residualNet();
    const { model: after } = await quantized(before, { activations: { observer } });
    expect(await sqnr(before, after)).toBeGreaterThan(15);
  });

  it('can have activations on grids around zero', async () => {
    const before = residualNet();
    const { model: after } = await quantized(before, { activations: { scheme: 'symmetric' } });
    const operators = await optimizedOperators(after);
    expect(operators.filter((name) => name.includes('Conv'))).toEqual(['QLinearConv', 'QLinearConv']);
    expect(await sqnr(before, after)).toBeGreaterThan(25);
  });

  it('loses more with fewer bits, and computes them with integers too', async () => {
    const before = residualNet();
    const byBits: number[] = [];
    for (const bits of [8, 5, 3]) {
      const { model: after } = await quantized(before, { activations: { bits } });
      expect(await optimizedOperators(after)).toContain('QLinearConv');
      byBits.push(await sqnr(before, after));
    }
    expect(byBits[0]! - byBits[1]!).toBeGreaterThan(8);
    expect(byBits[1]! - byBits[2]!).toBeGreaterThan(4);
  });

  it('rounds and cuts off exactly as the grid says, whatever its number of bits', async () => {
    const identity = Float32Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0));
    const product = model(
      graph({
        inputs: [input('x', [8, 4])],
        outputs: [input('y', [8, 4])],
        nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'fc')],
        initializers: [floats('w', [4, 4], identity)],
      }),
    );
    for (const bits of [2, 3, 4, 6, 8]) {
      const grid = affineGrid({ min: -0.7, max: 1.1 }, 'asymmetric', unsignedLevels(bits));
      const plan: QuantizationPlan = {
        model: product,
        weights: new Map(),
        activations: new Map([['x', grid]]),
      };
      const feeds = sample(3, [8, 4]);
      const results = await runModel(writePlan(plan).model, feeds);
      const expected = feeds.x.data.map((value) => dequantizeValue(quantizeValue(value, grid), grid));
      expect(results['y']!.data).toEqual(expected);
    }
  });

  it('stores a bias in steps of its product, also where its channel is empty or its weights are tiny', async () => {
    const weights = normals(4 * 36, 1).map((value, i) => (i < 36 ? 0 : i < 72 ? value * 1e-9 : value));
    const base = residualNet();
    const replaced = [floats('w1', [4, 4, 3, 3], weights), floats('b1', [4], [0.37, 1.7, -2, 0.1])];
    const before = {
      ...base,
      graph: {
        ...base.graph,
        initializers: base.graph.initializers.map(
          (tensor) => replaced.find(({ name }) => name === tensor.name) ?? tensor,
        ),
      },
    };
    const { model: after } = await quantized(before);
    const [, , bias] = named(after, 'conv1').inputs;
    const dequantize = after.graph.nodes.find(({ outputs }) => outputs[0] === bias)!;
    const [integers, steps] = dequantize.inputs.map((name) =>
      tensorNumbers(after.graph.initializers.find((tensor) => tensor.name === name)!),
    );
    const values = [...integers!].map((value, i) => value * steps![i]!);
    for (const [i, expected] of [0.37, 1.7, -2, 0.1].entries()) {
      expect(Math.abs(values[i]! - expected)).toBeLessThan(0.001);
    }
    expect(after.graph.initializers.some(({ name }) => name === 'b1')).toBe(false);
    expect(await sqnr(before, after)).toBeGreaterThan(25);
  });

  it('says which layers compute with real numbers, and why', async () => {
    const { model: after, notes } = await quantized(residualNet(), { exclude: ['conv2'] });
    expect(notes).toContainEqual({
      code: 'LAYERS_STAY_REAL',
      values: { layers: 'conv2', reason: 'its weight is not quantized' },
    });
    expect((await optimizedOperators(after)).filter((name) => name.includes('Conv')).length).toBe(2);
    expect(named(after, 'conv2').inputs[1]).toBe('w2');
  });

  it('needs samples, or to be asked for random inputs, of which it warns', async () => {
    const data = undefined;
    await expect(applySteps(residualNet(), steps({}), stepsContext())).rejects.toMatchObject({
      code: 'CALIBRATION_NEEDS_DATA',
    });
    expect([steps({})[0]!.needsData, steps({ random: true })[0]!.needsData]).toEqual([true, false]);
    const { notes } = await quantized(residualNet(), { activations: { random: true } }, data);
    expect(notes).toContainEqual({
      code: 'CALIBRATED_AT_RANDOM',
      values: { samples: 128, count: 6, observer: 'min-max' },
    });
  });

  it('refuses options that do not go together', () => {
    expect(() => parseSteps([{ quantize: { activations: { percentile: 99 } } }])).toThrowError(
      expect.objectContaining({ code: 'STEP_INVALID' }),
    );
    expect(() => parseSteps([{ quantize: { scheme: 'float16', activations: {} } }])).toThrowError(
      expect.objectContaining({ code: 'STEP_INVALID' }),
    );
  });

  it('ends at once when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      calibrate(residualNet(), ['x', 'c1'], dataOf(shape, 4, 1), {
        samples: 4,
        signal: controller.signal,
        progress: () => undefined,
      }),
    ).rejects.toThrow();
  });
});

describe('calibration', () => {
  it('sees every chosen sample once, whatever fits into a run', async () => {
    const data = dataOf(shape, 200, 11);
    const fractions: number[] = [];
    const { histograms, samples } = await calibrate(residualNet(), ['x', 'r1', 'y'], data, {
      samples: 150,
      signal: new AbortController().signal,
      progress: (fraction) => fractions.push(fraction),
    });
    expect(samples).toBe(150);
    expect([...histograms].map(([value, { count }]) => [value, count])).toEqual(
      expect.arrayContaining([
        ['x', 150 * 144],
        ['r1', 150 * 144],
        ['y', 150 * 3],
      ]),
    );
    expect(histograms.get('r1')!.min).toBe(0);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });
});

describe('values on grids', () => {
  it('share the grid of what they are joined into where nothing else reads them', async () => {
    const branches = model(
      graph({
        inputs: [input('x', [1, ...shape])],
        outputs: [input('y', [1, 2, 6, 6])],
        nodes: [
          node('Conv', ['x', 'w1'], ['a'], { pads: [1, 1, 1, 1] }, 'a'),
          node('Conv', ['x', 'w2'], ['b'], { pads: [1, 1, 1, 1] }, 'b'),
          node('Concat', ['a', 'b'], ['j'], { axis: 1 }, 'join'),
          node('Conv', ['j', 'w3'], ['y'], { pads: [1, 1, 1, 1] }, 'c'),
        ],
        initializers: [
          random('w1', [3, 4, 3, 3], 1),
          random('w2', [3, 4, 3, 3], 2),
          random('w3', [2, 6, 3, 3], 3),
        ],
      }),
    );
    const after = await atRandom(branches);
    const scaleOf = (value: string) =>
      after.graph.nodes.find(({ operator, inputs }) => operator === 'QuantizeLinear' && inputs[0] === value)!
        .inputs[1];
    expect([scaleOf('a'), scaleOf('b')]).toEqual([scaleOf('j'), scaleOf('j')]);
    expect(scaleOf('x')).not.toBe(scaleOf('j'));
    expect(await optimizedOperators(after)).toContain('QLinearConcat');
  });

  it('cut off behind a pool where the limit stands behind it', async () => {
    const pooled = model(
      graph({
        inputs: [input('x', [1, ...shape])],
        outputs: [input('y', [1, 2, 3, 3])],
        nodes: [
          node('Conv', ['x', 'w1'], ['a'], { pads: [1, 1, 1, 1] }, 'a'),
          node('MaxPool', ['a'], ['p'], { kernel_shape: [2, 2], strides: [2, 2] }, 'pool'),
          node('Relu', ['p'], ['r'], {}, 'relu'),
          node('Conv', ['r', 'w2'], ['y'], { pads: [1, 1, 1, 1] }, 'b'),
        ],
        initializers: [random('w1', [3, 4, 3, 3], 1), random('w2', [2, 3, 3, 3], 2)],
      }),
    );
    const after = await atRandom(pooled);
    const operators = await optimizedOperators(after);
    expect(operators).not.toContain('Relu');
    expect(operators.filter((name) => name === 'QuantizeLinear')).toHaveLength(1);
    expect(await sqnr(pooled, after)).toBeGreaterThan(25);
  });

  it('are none where no product has integers', () => {
    const values = quantizedValues(residualNet(), new Map(), { isUsable: () => true, foldsLimits: true });
    expect([values.own, values.passed.size, values.real.length]).toEqual([[], 0, 3]);
  });
});
