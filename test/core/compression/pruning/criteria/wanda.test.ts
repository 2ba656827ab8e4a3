// The criterion that weighs weights by their inputs, on layers that ONNX Runtime runs.
import { describe, expect, it } from 'vitest';
import { wanda } from '../../../../../src/core/compression/pruning/criteria/wanda';
import { applySteps, parseSteps } from '../../../../../src/core/compression/steps';
import { weightsOf } from '../../../../../src/core/compression/weights';
import type { Model } from '../../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../../src/core/ir/numbers';
import { normals } from '../../../../../src/shared/base/random';
import { stepsContext } from '../../../../support/applyStep';
import { arrayDataSet } from '../../../../support/arrayDataSet';
import { floats, graph, input, model, node } from '../../../../support/build';

const features = 6;
const outputs = 4;

async function scoresOf(tested: Model, shape: readonly number[], values: Float32Array) {
  const data = arrayDataSet(shape, values);
  const weights = weightsOf(tested);
  const scores = await wanda.scores(tested, weights, {
    path: 'model.onnx',
    data: { train: data, validation: data },
    samples: 1000,
    seed: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return new Map(weights.map(({ value, tensor }) => [value, scores.get(tensor)]));
}

describe('wanda', () => {
  it('scores weights by |w|·‖x‖, and each output loses the same fraction of them in the scope output', async () => {
    // Inputs of very different strength, and outputs of very different size.
    const values = normals(100 * features, 1).map((value, i) => value * 10 ** (i % features));
    const content = normals(features * outputs, 2).map((value, i) => value * 10 ** Math.floor(i / features));
    const tested = model(
      graph({
        inputs: [input('x', ['batch', features])],
        outputs: [input('y', ['batch', outputs])],
        nodes: [node('Gemm', ['x', 'w'], ['y'], { transB: 1 })],
        initializers: [floats('w', [outputs, features], content)],
      }),
    );
    const scores = (await scoresOf(tested, [features], values)).get('w')!;
    const expected = Float64Array.from(content, (weight, i) => {
      let squares = 0;
      for (let s = 0; s < 100; s++) squares += values[s * features + (i % features)]! ** 2;
      return Math.abs(weight) * Math.sqrt(squares);
    });
    for (const [i, score] of scores.entries()) expect(score / expected[i]!).toBeCloseTo(1, 6);

    const data = arrayDataSet([features], values);
    const context = stepsContext({ data: { train: data, validation: data } });
    const steps = parseSteps([
      { prune: { sparsity: 0.5, criterion: 'wanda', scope: 'output', samples: 100 } },
    ]);
    const [pruned] = weightsOf((await applySteps(tested, steps, context)).model);
    const kept = tensorNumbers(pruned!.tensor);
    for (let output = 0; output < outputs; output++) {
      const own = expected.slice(output * features, (output + 1) * features);
      const median = own.toSorted()[features / 2]!;
      for (let j = 0; j < features; j++) expect(kept[output * features + j] !== 0).toBe(own[j]! >= median);
    }
  });

  it('prefers a small weight on a strong input to a large one on a silent input, in convolutions too', async () => {
    // Channel 1 of the image is always zero.
    const values = normals(8 * 2 * 16, 3).map((value, i) => (Math.floor(i / 16) % 2 === 0 ? value : 0));
    const content = Float32Array.from({ length: 3 * 2 * 9 }, (_, i) =>
      Math.floor(i / 9) % 2 === 0 ? 0.01 : 5,
    );
    const tested = model(
      graph({
        inputs: [input('x', ['batch', 2, 4, 4])],
        outputs: [input('y', ['batch', 3, 4, 4])],
        nodes: [node('Conv', ['x', 'w'], ['y'], { pads: [1, 1, 1, 1] })],
        initializers: [floats('w', [3, 2, 3, 3], content)],
      }),
    );
    const scores = (await scoresOf(tested, [2, 4, 4], values)).get('w')!;
    for (const [i, score] of scores.entries()) {
      if (Math.floor(i / 9) % 2 === 0) expect(score).toBeGreaterThan(0);
      else expect(score).toBe(0);
    }
  });

  it('gives a layer that is no product no scores', async () => {
    const tested = model(
      graph({
        inputs: [input('x', ['batch', 2, 4, 4])],
        outputs: [{ name: 'y', type: 'float32' }],
        nodes: [node('ConvTranspose', ['x', 'w'], ['y'])],
        initializers: [floats('w', [2, 3, 3, 3], normals(54, 1))],
      }),
    );
    expect((await scoresOf(tested, [2, 4, 4], normals(64, 1))).get('w')).toBeUndefined();
  });
});
