// Biases that make up for pruned weights: the means of what layers give, measured by running the pruned file, are those
// that they were.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compensateBias } from '../../../../src/core/compression/pruning/compensateBias';
import { prunableWeights } from '../../../../src/core/compression/pruning/prunableWeights';
import { applySteps, parseSteps } from '../../../../src/core/compression/steps';
import { replaceWeights } from '../../../../src/core/compression/weights';
import type { Model } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import { normals } from '../../../../src/shared/base/random';
import { stepsContext } from '../../../support/applyStep';
import { arrayDataSet } from '../../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../../support/build';
import { halvedWeights } from '../../../support/halvedWeights';
import { runModel } from '../../../support/runModels';
import { smallConvNet } from '../../../support/smallConvNet';

const size = 8;
const samples = 40;

/** Normalized images with a background that is far from zero. */
function images(seed: number, channels = 1): Float32Array {
  return normals(samples * channels * size * size, seed).map((value) => 0.5 * value - 0.8);
}

async function compensated(tested: Model, values: Float32Array, channels = 1) {
  const data = arrayDataSet([channels, size, size], values);
  const { signal } = new AbortController();
  const pruned = halvedWeights(tested);
  const result = await compensateBias(tested, pruned, { data, samples, signal, progress: () => undefined });
  return { ...result, pruned };
}

/** The mean of each channel, or class, of an output on the images. */
async function means(tested: Model, values: Float32Array, output: string, channels = 1): Promise<number[]> {
  const feeds = { image: { type: 'float32', shape: [samples, channels, size, size], data: values } } as const;
  const { data, shape } = (await runModel(tested, feeds))[output]!;
  const places = shape.slice(2).reduce((product, dimension) => product * dimension, 1);
  const sums = Array.from({ length: shape[1]! }, () => 0);
  for (const [i, value] of (data as Float32Array).entries()) {
    sums[Math.floor(i / places) % sums.length]! += value / (samples * places);
  }
  return sums;
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  for (const [i, value] of wanted.entries()) expect(actual[i]).toBeCloseTo(value, 5);
}

/** One convolution of images of four channels, with and without a bias of its own. */
function conv(options: Parameters<typeof node>[3], weight: readonly number[], bias = true): Model {
  const outputs = weight[0]!;
  const elements = weight.reduce((product, dimension) => product * dimension, 1);
  return model(
    graph({
      inputs: [input('image', ['batch', 4, size, size])],
      outputs: [{ name: 'scores', type: 'float32' }],
      nodes: [node('Conv', bias ? ['image', 'w', 'b'] : ['image', 'w'], ['scores'], options, 'conv')],
      initializers: [
        floats('w', weight, normals(elements, 5)),
        ...(bias ? [floats('b', [outputs], normals(outputs, 6))] : []),
      ],
    }),
  );
}

describe('compensateBias', () => {
  it('gives the outputs the means that they had, with all layers before them pruned', async () => {
    const tested = smallConvNet(size);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (seed) => {
        const values = images(seed);
        const { replacements, notes, pruned } = await compensated(tested, values);
        expect(notes).toEqual([]);
        const wanted = await means(tested, values, 'scores');
        expectClose(await means(replaceWeights(tested, replacements), values, 'scores'), wanted);
        const masked = await means(replaceWeights(tested, pruned), values, 'scores');
        expect(Math.max(...masked.map((mean, i) => Math.abs(mean - wanted[i]!)))).toBeGreaterThan(0.05);
      }),
      { numRuns: 3 },
    );
  });

  it.each([
    ['padding and strides', { pads: [1, 2, 0, 1], strides: [2, 1] }, [6, 4, 3, 3]],
    ['groups', { group: 2 }, [6, 2, 3, 3]],
    ['depthwise kernels', { group: 4, auto_pad: 'SAME_UPPER' }, [4, 1, 3, 3]],
  ] as const)('knows what convolutions with %s give', async (_, options, weight) => {
    const tested = conv(options, weight);
    const values = images(7, 4);
    const { replacements } = await compensated(tested, values, 4);
    const changed = replaceWeights(tested, replacements);
    expectClose(await means(changed, values, 'scores', 4), await means(tested, values, 'scores', 4));
  });

  it('changes nothing but biases beside the zeros', async () => {
    const tested = smallConvNet(size);
    const { replacements, pruned } = await compensated(tested, images(2));
    const others = [...replacements].filter(([tensor, next]) => pruned.get(tensor) !== next);
    expect(others.map(([tensor]) => tensor.name)).toEqual(['conv.b', 'fc1.b', 'fc2.b']);
  });

  it('leaves a layer without a bias as it is pruned, and says so', async () => {
    const tested = conv({}, [6, 4, 3, 3], false);
    const { replacements, notes, pruned } = await compensated(tested, images(3, 4), 4);
    expect([...replacements]).toEqual([...pruned]);
    expect(notes).toMatchObject([
      { code: 'NOT_RECONSTRUCTED', values: { layer: 'conv', reason: 'it has no bias of its own' } },
    ]);
  });

  it('leaves a bias that another node reads too', async () => {
    const tested = conv({}, [6, 4, 1, 1]);
    const { nodes, outputs } = tested.graph;
    const other = node('Identity', ['b'], ['same']);
    const shared: Model = {
      ...tested,
      graph: { ...tested.graph, nodes: [...nodes, other], outputs: [...outputs, { name: 'same' }] },
    };
    const { notes } = await compensated(shared, images(3, 4), 4);
    expect(notes).toMatchObject([{ values: { reason: 'something else reads its bias too' } }]);
  });
});

describe('the option reconstruct: bias of pruning', () => {
  const values = images(8);
  const data = arrayDataSet([1, size, size], values);
  const context = stepsContext({ data: { train: data, validation: data } });

  it.each([
    { sparsity: 0.5, criterion: 'wanda', scope: 'output' },
    { granularity: 'n:m', pattern: { keep: 1, of: 2 } },
    { threshold: 0.1 },
  ])('keeps the same zeros and gives back the means: %j', async (options) => {
    const tested = smallConvNet(size);
    const prune = async (reconstruct: string): Promise<Model> =>
      (await applySteps(tested, parseSteps([{ prune: { ...options, samples, reconstruct } }]), context))
        .model;
    const [plain, moved] = [await prune('none'), await prune('bias')];
    expect(weightsIn(moved)).toEqual(weightsIn(plain));
    expectClose(await means(moved, values, 'scores'), await means(tested, values, 'scores'));
  });
});

function weightsIn(tested: Model): number[][] {
  return prunableWeights(tested).weights.map(({ tensor }) => [...tensorNumbers(tensor)]);
}
