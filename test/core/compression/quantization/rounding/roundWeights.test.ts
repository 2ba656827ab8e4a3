// Better rounding of whole models: what the rounded weights give in ONNX Runtime on the samples, beside the same weights
// rounded to nearest.
import { describe, expect, it } from 'vitest';
import { onGrid } from '../../../../../src/core/compression/quantization/grids/onGrid';
import { planGrids } from '../../../../../src/core/compression/quantization/planGrids';
import type { QuantizationPlan } from '../../../../../src/core/compression/quantization/quantizationPlan';
import { quantizeSchema } from '../../../../../src/core/compression/quantization/quantizeOptions';
import {
  roundWeights,
  roundingMethods,
  type Rounding,
} from '../../../../../src/core/compression/quantization/rounding/roundWeights';
import { applySteps, parseSteps } from '../../../../../src/core/compression/steps';
import { replaceWeights, weightsOf } from '../../../../../src/core/compression/weights';
import type { Model } from '../../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import { normals } from '../../../../../src/shared/base/random';
import { stepsContext } from '../../../../support/applyStep';
import { arrayDataSet } from '../../../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../../../support/build';
import { runModel } from '../../../../support/runModels';
import { smallConvNet } from '../../../../support/smallConvNet';

const size = 8;
const samples = 60;
const methods = Object.keys(roundingMethods) as Rounding['method'][];
const { signal } = new AbortController();

/** Smooth images, whose pixels depend on each other as those of photographs do. */
function images(seed: number, channels = 1): Float32Array {
  const values = normals(samples * channels * size * size, seed);
  for (let i = 1; i < values.length; i++) values[i] = 0.6 * values[i]! + 0.8 * values[i - 1]!;
  return values;
}

const dataOf = (values: Float32Array, channels = 1) => arrayDataSet([channels, size, size], values);

async function planOf(of: Model, options: Readonly<Record<string, unknown>>): Promise<QuantizationPlan> {
  const parsed = quantizeSchema.parse(options);
  return (await planGrids(of, parsed, { signal, progress: () => undefined })).plan;
}

function options(method: Rounding['method'], values: Float32Array, channels = 1): Rounding {
  return { method, data: dataOf(values, channels), samples, seed: 1, signal, progress: () => undefined };
}

/** The model with every weight of the plan at the nearest value of its grid. */
const nearest = ({ model: of, weights }: QuantizationPlan): Model =>
  replaceWeights(of, new Map([...weights].map(([tensor, grid]) => [tensor, onGrid(tensor, grid)])));

/** Squared difference of the first output of two models on the values. */
async function difference(a: Model, b: Model, values: Float32Array, channels = 1): Promise<number> {
  const feeds = { image: { type: 'float32', shape: [samples, channels, size, size], data: values } } as const;
  const [x, y] = [(await runModel(a, feeds))['scores']!, (await runModel(b, feeds))['scores']!];
  const other = y.data as Float32Array;
  return (x.data as Float32Array).reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0);
}

/** A convolution whose channels are groups, with weights of one shape but different sizes. */
function depthwise(channels: number): Model {
  const content = normals(channels * 9, 5).map((value, i) => value * (1 + Math.floor(i / 9)));
  return model(
    graph({
      inputs: [input('image', ['batch', channels, size, size])],
      outputs: [input('scores', ['batch', channels, size, size])],
      nodes: [
        node('Conv', ['image', 'w'], ['c'], { group: channels, pads: [1, 1, 1, 1] }, 'depthwise'),
        node('Relu', ['c'], ['scores'], {}, 'relu'),
      ],
      initializers: [floats('w', [channels, 1, 3, 3], content)],
    }),
  );
}

function product(turned: boolean): Model {
  const content = normals(64 * 24, 3);
  const w = turned
    ? Float32Array.from(content, (_, i) => content[(i % 64) * 24 + Math.floor(i / 64)]!)
    : content;
  return model(
    graph({
      inputs: [input('image', ['batch', 64])],
      outputs: [input('scores', ['batch', 24])],
      nodes: [
        turned
          ? node('Gemm', ['image', 'w'], ['scores'], { transB: 1 }, 'fc')
          : node('MatMul', ['image', 'w'], ['scores'], {}, 'fc'),
      ],
      initializers: [floats('w', turned ? [24, 64] : [64, 24], w)],
    }),
  );
}

describe.each(methods)('rounding by %s', (method) => {
  it.each([
    { bits: 4 },
    { bits: 3, granularity: 'tensor' },
    { bits: 4, granularity: 'group', groupSize: 16 },
    { bits: 2, scheme: 'asymmetric', observer: 'mse' },
  ])('keeps outputs nearer to what they were than to nearest: %j', async (grid) => {
    const tested = smallConvNet(size);
    const values = images(1);
    const plan = await planOf(tested, grid);
    const result = await roundWeights(plan, options(method, values));
    expect(plan.weights.size).toBeGreaterThan(1);
    expect(result.notes.map(({ code }) => code)).toEqual([...plan.weights].map(() => 'LAYER_ROUNDED'));
    const before = await difference(tested, nearest(plan), values);
    expect(await difference(tested, result.plan.model, values)).toBeLessThan(0.8 * before);
  });

  it('gives weights on their grids, which rounding to nearest does not change', async () => {
    const plan = await planOf(smallConvNet(size), { bits: 3, granularity: 'group', groupSize: 16 });
    const result = await roundWeights(plan, options(method, images(2)));
    expect([...result.plan.weights.values()]).toEqual([...plan.weights.values()]);
    const stored = new Set(weightsOf(result.plan.model).map(({ tensor }) => tensor));
    for (const [tensor, grid] of result.plan.weights) {
      expect(stored.has(tensor)).toBe(true);
      expect([...tensorNumbers(onGrid(tensor, grid))]).toEqual([...tensorNumbers(tensor)]);
    }
  });

  it('rounds every group of a convolution', async () => {
    const values = images(3, 32);
    const tested = depthwise(32);
    const plan = await planOf(tested, { bits: 3, granularity: 'tensor' });
    const result = await roundWeights(plan, options(method, values, 32));
    const before = await difference(tested, nearest(plan), values, 32);
    expect(await difference(tested, result.plan.model, values, 32)).toBeLessThan(0.9 * before);
  });

  it('does not depend on how a weight is stored', async () => {
    const values = images(4);
    const [plain, turned] = await Promise.all(
      [false, true].map(async (isTurned) => {
        const plan = await planOf(product(isTurned), { bits: 4 });
        const data = arrayDataSet([64], values);
        const result = await roundWeights(plan, { ...options(method, values), data });
        return tensorNumbers(weightsOf(result.plan.model)[0]!.tensor);
      }),
    );
    for (const [i, value] of plain!.entries())
      expect(turned![(i % 24) * 64 + Math.floor(i / 24)]).toBe(value);
  });

  it('keeps the zeros of pruned weights', async () => {
    const tested = smallConvNet(size);
    const data = dataOf(images(5));
    const context = stepsContext({ data: { train: data, validation: data } });
    const { model: pruned } = await applySteps(
      tested,
      parseSteps([{ prune: { sparsity: 0.6, scope: 'layer' } }]),
      context,
    );
    const plan = await planOf(pruned, { bits: 3 });
    const result = await roundWeights(plan, options(method, images(5)));
    const after = weightsOf(result.plan.model);
    for (const [index, { tensor }] of weightsOf(pruned).entries()) {
      const values = tensorNumbers(after[index]!.tensor);
      for (const [i, value] of tensorNumbers(tensor).entries()) if (value === 0) expect(values[i]).toBe(0);
    }
  });

  it('rounds layers to nearest that it cannot measure, and says so', async () => {
    const tested = model(
      graph({
        inputs: [input('image', ['batch', 1, size, size])],
        outputs: [{ name: 'scores', type: 'float32' }],
        nodes: [node('ConvTranspose', ['image', 'w'], ['scores'], {}, 'up')],
        initializers: [floats('w', [1, 30, 3, 3], normals(270, 1))],
      }),
    );
    const plan = await planOf(tested, { bits: 4 });
    const result = await roundWeights(plan, options(method, images(6)));
    expect(result.notes).toMatchObject([{ code: 'ROUNDED_TO_NEAREST', values: { layer: 'up' } }]);
    expect(await difference(nearest(plan), result.plan.model, images(6))).toBe(0);
  });

  it('stops when it is cancelled', async () => {
    const plan = await planOf(smallConvNet(size), { bits: 4 });
    const controller = new AbortController();
    const cancelled = roundWeights(plan, {
      ...options(method, images(7)),
      signal: controller.signal,
      progress: (fraction) => {
        if (fraction > 0.4) controller.abort();
      },
    });
    await expect(cancelled).rejects.toThrow(/abort/i);
  });

  it('is an option of the step, which writes the weights that it found', async () => {
    const tested = smallConvNet(size);
    const values = images(8);
    const data = dataOf(values);
    const context = stepsContext({ data: { train: data, validation: data } });
    const quantized = async (rounding: string) =>
      (await applySteps(tested, parseSteps([{ quantize: { bits: 4, rounding } }]), context)).model;
    const before = await difference(tested, await quantized('nearest'), values);
    expect(before).toBeGreaterThan(0);
    expect(await difference(tested, await quantized(method), values)).toBeLessThan(0.8 * before);
  });

  it('asks for data', async () => {
    const steps = parseSteps([{ quantize: { rounding: method } }]);
    await expect(applySteps(smallConvNet(size), steps, stepsContext())).rejects.toMatchObject({
      code: 'STEP_NEEDS_DATA',
    });
  });
});

describe('the options of rounding', () => {
  it.each([
    [{ samples: 100 }, /samples is for better rounding/],
    [{ scheme: 'float16', rounding: 'gptq' }, /evenly spaced values/],
  ])('refuse what does not go together: %j', (given, problem) => {
    expect(() => parseSteps([{ quantize: given }])).toThrow(problem);
  });
});
