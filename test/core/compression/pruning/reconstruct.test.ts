// Reconstruction of whole models: what the pruned file gives in ONNX Runtime on the calibration inputs, beside the same
// file with its other weights left alone.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconstruct } from '../../../../src/core/compression/pruning/reconstruct';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import { replaceWeights, weightsOf } from '../../../../src/core/compression/weights';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import type { Tensor } from '../../../../src/core/ir/tensor';
import { normals } from '../../../../src/shared/base/random';
import { stepsContext } from '../../../support/applyStep';
import { arrayDataSet } from '../../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../../support/build';
import { halvedWeights } from '../../../support/halvedWeights';
import { runModel } from '../../../support/runModels';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 8;
const samples = 60;

/** Smooth images, whose pixels depend on each other as those of photographs do. */
function images(seed: number): Float32Array {
  const values = normals(samples * size * size, seed);
  for (let i = 1; i < values.length; i++) values[i] = 0.6 * values[i]! + 0.8 * values[i - 1]!;
  return values;
}

function options(
  values: Float32Array,
  zeros: 'chosen' | 'given',
  shape: readonly number[] = [1, size, size],
) {
  const data = arrayDataSet(shape, values);
  const { signal } = new AbortController();
  return { data, samples, zeros, signal, progress: () => undefined };
}

/** Squared difference of the first output of two models on the values. */
async function difference(a: Model, b: Model, values: Float32Array): Promise<number> {
  const feeds = { image: { type: 'float32', shape: [samples, 1, size, size], data: values } } as const;
  const [x, y] = [(await runModel(a, feeds))['scores']!, (await runModel(b, feeds))['scores']!];
  const other = y.data as Float32Array;
  return (x.data as Float32Array).reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0);
}

const zerosOf = (tensor: Tensor): number => tensorNumbers(tensor).filter((value) => value === 0).length;
const layerZeros = (pruned: Model): readonly number[] =>
  weightsOf(pruned).map(({ tensor }) => zerosOf(tensor));

describe('reconstruct', () => {
  it.each(['chosen', 'given'] as const)('keeps outputs nearer to what they were, zeros %s', async (zeros) => {
    const tested = smallConvNet(size);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (seed) => {
        const values = images(seed);
        const pruned = halvedWeights(tested);
        const { replacements, notes } = await reconstruct(tested, pruned, options(values, zeros));
        expect(notes).toEqual([]);
        const masked = await difference(tested, replaceWeights(tested, pruned), values);
        const fitted = await difference(tested, replaceWeights(tested, replacements), values);
        expect(fitted).toBeLessThan(0.8 * masked);
      }),
      { numRuns: 3 },
    );
  });

  it('keeps the number of zeros of each layer, and their places where they are given', async () => {
    const tested = smallConvNet(size);
    const pruned = halvedWeights(tested);
    const chosen = await reconstruct(tested, pruned, options(images(1), 'chosen'));
    const given = await reconstruct(tested, pruned, options(images(1), 'given'));
    expect(pruned.size).toBe(3);
    for (const [tensor, masked] of pruned) {
      expect(zerosOf(chosen.replacements.get(tensor)!)).toBe(zerosOf(masked));
      const places = tensorNumbers(given.replacements.get(tensor)!);
      for (const [i, value] of tensorNumbers(masked).entries()) expect(places[i] === 0).toBe(value === 0);
    }
  });

  it('does not depend on how a weight is stored', async () => {
    const values = images(2);
    const content = normals(64 * 10, 3);
    const turned = Float32Array.from(content, (_, i) => content[(i % 64) * 10 + Math.floor(i / 64)]!);
    const results: Float32Array[] = [];
    for (const tested of [
      dense(floats('w', [64, 10], content), 0),
      dense(floats('w', [10, 64], turned), 1),
    ]) {
      const { replacements } = await reconstruct(
        tested,
        halvedWeights(tested),
        options(values, 'chosen', [64]),
      );
      results.push(Float32Array.from(tensorNumbers([...replacements.values()][0]!)));
    }
    for (const [i, value] of results[0]!.entries()) {
      expect(results[1]![(i % 10) * 64 + Math.floor(i / 10)]).toBeCloseTo(value, 5);
    }
  });

  it('fits each group of a convolution as a convolution of its own', async () => {
    const values = images(4);
    const content = normals(108, 5);
    const whole = await fitted(conv(4, 2, content), values, 4);
    for (const group of [0, 1]) {
      const own = values.filter((_, i) => Math.floor((i % 64) / 32) === group);
      const part = await fitted(conv(2, 1, content.slice(group * 54, (group + 1) * 54)), own, 2);
      for (const [i, value] of part.entries()) expect(whole[group * 54 + i]).toBeCloseTo(value, 5);
    }
  });

  it('leaves a layer that it cannot fit as it is pruned, and says so', async () => {
    const tested = model(
      graph({
        inputs: [input('x', ['batch', 2, 4, 4])],
        outputs: [{ name: 'y', type: 'float32' }],
        nodes: [node('ConvTranspose', ['x', 'w'], ['y'], {}, 'up')],
        initializers: [floats('w', [2, 3, 3, 3], normals(54, 1))],
      }),
    );
    const pruned = halvedWeights(tested);
    const { replacements, notes } = await reconstruct(
      tested,
      pruned,
      options(normals(64, 1), 'given', [2, 4, 4]),
    );
    expect([...replacements]).toEqual([...pruned]);
    expect(notes).toMatchObject([{ code: 'NOT_RECONSTRUCTED', values: { layer: 'up' } }]);
  });
});

describe('the option reconstruct of pruning', () => {
  const data = arrayDataSet([1, size, size], images(6));
  const context = stepsContext({ data: { train: data, validation: data } });

  it.each([
    { sparsity: 0.5, scope: 'layer' },
    { sparsity: 0.5, criterion: 'wanda', scope: 'output' },
    { granularity: 'n:m', pattern: { keep: 2, of: 4 } },
    { threshold: 0.1 },
  ])('brings outputs nearer to what they were and leaves as many zeros: %j', async (options) => {
    const tested = smallConvNet(size);
    const results = await Promise.all(
      ['none', 'sparsegpt'].map((reconstructed) =>
        applySteps(tested, parseSteps([{ prune: { ...options, reconstruct: reconstructed } }]), context),
      ),
    );
    const [plain, fitted] = results.map((result) => result.model);
    expect(layerZeros(fitted!)).toEqual(layerZeros(plain!));
    const values = images(6);
    const before = await difference(tested, plain!, values);
    expect(before).toBeGreaterThan(0);
    expect(await difference(tested, fitted!, values)).toBeLessThan(0.9 * before);
  });

  it('asks for data', async () => {
    const steps = parseSteps([{ prune: { sparsity: 0.5, reconstruct: 'sparsegpt' } }]);
    await expect(applySteps(smallConvNet(size), steps, stepsContext())).rejects.toMatchObject({
      code: 'STEP_NEEDS_DATA',
    });
  });
});

function dense(w: Tensor, transB: number): Model {
  return model(
    graph({
      inputs: [input('x', ['batch', 64])],
      outputs: [input('y', ['batch', 10])],
      nodes: [node('Gemm', ['x', 'w'], ['y'], { transB })],
      initializers: [w],
    }),
  );
}

function conv(channels: number, group: number, part: Float32Array): Model {
  return model(
    graph({
      inputs: [input('image', ['batch', channels, 4, 4])],
      outputs: [input('scores', ['batch', part.length / 18, 4, 4])],
      nodes: [node('Conv', ['image', 'w'], ['scores'], { group, pads: [1, 1, 1, 1] })],
      initializers: [floats('w', [part.length / 18, 2, 3, 3], part)],
    }),
  );
}

/** The only weight, fitted without every third of its elements. */
async function fitted(tested: Model, inputs: Float32Array, channels: number): Promise<Float32Array> {
  const [weight] = weightsOf(tested);
  const tensor = weight!.tensor;
  const masked = tensorNumbers(tensor).map((value, i) => (i % 3 === 0 ? 0 : value));
  const pruned = new Map([[tensor, floats('w', tensor.shape, masked)]]);
  const { replacements } = await reconstruct(tested, pruned, options(inputs, 'given', [channels, 4, 4]));
  return Float32Array.from(tensorNumbers(replacements.get(tensor)!));
}
